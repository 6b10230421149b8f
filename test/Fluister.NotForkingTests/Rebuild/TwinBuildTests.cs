using Fluister.NotForking;
using Fluister.NotForking.Rebuild;
using Fluister.NotForking.Rebuild.Documents;
using Fluister.NotForking.Rebuild.Twins;

namespace Fluister.NotForkingTests.Rebuild;

/// <summary>Real builds of a very small library.</summary>
public sealed class TwinBuildTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public TwinBuildTests()
    {
        _folder.Write("global.json", "{}\n");
        _folder.Write("LICENSE", "none\n");
        _folder.Write("Directory.Build.props", """
            <Project>
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <VersionPrefix>0.1.0</VersionPrefix>
                <RestorePackagesWithLockFile>true</RestorePackagesWithLockFile>
                <PathMap>$(MSBuildThisFileDirectory)=/_/</PathMap>
                <ContinuousIntegrationBuild>true</ContinuousIntegrationBuild>
                <DeterministicSourcePaths>true</DeterministicSourcePaths>
                <DebugType>embedded</DebugType>
                <NoWarn>NU5039;NU5125;NU5128;NU5048</NoWarn>
              </PropertyGroup>
            </Project>
            """);
        _folder.Write("src/Sample/Sample.csproj", """<Project Sdk="Microsoft.NET.Sdk" />""");
        _folder.Write("src/Sample/packages.lock.json", """{"version": 1, "dependencies": {"net10.0": {}}}""");
        _folder.Write("src/Sample/Sample.cs", "namespace Sample; public static class One { public static int Two() => 2; }");
        foreach (var line in (string[])["init -q -b main", "add -A", "commit -q -m first"])
        {
            _folder.Run("git", line.Split(' '));
        }
    }

    [Fact]
    public void Two_builds_are_the_same_unless_the_clock_is_in_what_is_built()
    {
        using (var twins = new TwinBuild(Plant.None, _ => { }))
        {
            Assert.Empty(twins.Compare(_folder.Root, isDirty: false, "Sample*"));
            Assert.Equal(4, twins.Count);
            Assert.Superset(
                (HashSet<string>)["path", "home", "locale", "umask"],
                twins.Variations.Where(variation => variation.Second is not null).Select(variation => variation.Name).ToHashSet());
        }

        using (var twins = new TwinBuild(Plant.Clock, _ => { }))
        {
            var differences = twins.Compare(_folder.Root, isDirty: false, "Sample*").Select(difference => difference.ToString()).ToList();
            Assert.Contains(differences, difference =>
                difference.StartsWith(
                    "Sample.0.1.0.nupkg: lib/net10.0/Sample.dll: the assembly's attribute \"AssemblyMetadataAttribute: Planted ",
                        StringComparison.Ordinal)
                && difference.EndsWith("That is a time.", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_checkout_that_is_not_as_committed_is_refused_and_the_file_is_named()
    {
        _folder.Write("src/Sample/New.cs", "");
        var wrong = Assert.Throws<NotForkException>(() => new Checkout(_folder.Root).CopyTo(_folder.Path("copy"), isDirtyAllowed: false));
        Assert.Equal(ExitCode.Verification, wrong.Code);
        Assert.Contains("\"src/Sample/New.cs\"", wrong.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.Path("copy")));

        var source = new Checkout(_folder.Root).CopyTo(_folder.Path("copy"), isDirtyAllowed: true);
        Assert.True(source.IsDirty);
        Assert.True(File.Exists(_folder.Path("copy/src/Sample/New.cs")));
    }

    [Fact]
    public void What_is_copied_is_the_commit_without_repository_and_ignored_files()
    {
        _folder.Write(".git/info/exclude", "ignored\n");
        _folder.Write("ignored", "x");
        var source = new Checkout(_folder.Path("src")).CopyTo(_folder.Path("ignored2/copy"), isDirtyAllowed: false);
        Assert.Equal(("0.1.0", 1_700_000_000, 40), (source.Version, source.Time.ToUnixTimeSeconds(), source.Tree!.Length));
        Assert.Equal(
            ["Directory.Build.props", "LICENSE", "global.json"],
            Directory.GetFileSystemEntries(source.Folder).Select(path => Path.GetFileName(path)).Where(name => name != "src")
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_release_is_verified_and_what_differs_from_it_is_named()
    {
        _folder.Write("out/a", "1\n");
        _folder.Write("out/b", "2\n");
        _folder.Write("out/SHA256SUMS", Sums.Write(Sums.Of(_folder.Path("out"))));
        _folder.Write("again/a", "1\n");
        _folder.Write("again/b", "2\n");
        var verification = new Verification(_folder.Path("out/SHA256SUMS"));
        Assert.Empty(verification.Compare(_folder.Path("again")));

        _folder.Write("again/b", "3\n");
        _folder.Write("again/c", "4\n");
        File.Delete(_folder.Path("again/a"));
        Assert.Equal(
            [
                $"a: it is not in \"{_folder.Path("again")}\".", "b:1: \"2\" in the one, \"3\" in the other.",
                    "c: SHA256SUMS does not name it.",
            ],
            verification.Compare(_folder.Path("again")).Select(difference => difference.ToString()));

        // Somebody laid another file beside the list.
        _folder.Write("out/b", "5\n");
        Assert.Contains(
            "b: the file beside SHA256SUMS is not the one that it names.",
            verification.Compare(_folder.Path("again")).Select(difference => difference.ToString()));
    }

    public void Dispose() => _folder.Dispose();
}
