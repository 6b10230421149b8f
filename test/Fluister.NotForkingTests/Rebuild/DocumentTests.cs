using System.Text;
using System.Text.Json;
using Fluister.NotForking;
using Fluister.NotForking.Rebuild;
using Fluister.NotForking.Rebuild.Documents;

namespace Fluister.NotForkingTests.Rebuild;

/// <summary>What describes a release: sums, parts, provenance, build hashes.</summary>
public sealed class DocumentTests : IDisposable
{
    private const string Tree = "90a6d9f07e65f466429e2a0e68e059a09bbf98c2";
    private const string Commit = "a5557de2eb5a1ae516df4a7b50c5380832ab7078";

    private readonly ScratchFolder _folder = new();

    public DocumentTests()
    {
        _folder.Write("Directory.Build.props", """
            <Project>
              <PropertyGroup><VersionPrefix>1.2.3</VersionPrefix></PropertyGroup>
              <ItemGroup><PackageReference Include="Some.Analyzer" PrivateAssets="all" /></ItemGroup>
            </Project>
            """);
        _folder.Write("global.json", "{}\n");
        _folder.Write("src/One/One.csproj", "<Project />");
        _folder.Write("src/One/packages.lock.json", """
            {"version": 2, "dependencies": {"net10.0": {
              "Some.Analyzer": {"type": "Direct", "resolved": "3.0.0", "contentHash": "AAEC"},
              "Used": {"type": "Direct", "resolved": "1.0.0", "contentHash": "/////w==", "dependencies": {"Below": "2.0.0"}},
              "Below": {"type": "Transitive", "resolved": "2.1.0", "contentHash": "Bwg="},
              "ours": {"type": "Project"}
            }, "net10.0/linux-x64": {"Used": {"type": "Direct", "resolved": "1.0.0", "contentHash": "/////w=="}}}}
            """);
        _folder.Write("src/One/llama/package-lock.json", """
            {"packages": {"": {"name": "x"},
              "node_modules/@a/linux": {"version": "4.0.0", "integrity": "sha512-CQ==", "os": ["linux"], "cpu": ["x64"]},
              "node_modules/@a/mac": {"version": "4.0.0", "integrity": "sha512-CQ==", "os": ["darwin"]}}}
            """);
        _folder.Write("src/One/llama/node_modules/z/package-lock.json", """{"packages": {"node_modules/z": {"version": "1"}}}""");
        _folder.Write("deploy/base.lock",
            $"# a comment\nlibc6 2.36-9+deb12u14 amd64 pool/libc6.deb {new string('a', 64)}\nbase.tar - - - b\n");
        _folder.Write("packages/a.runtime/10.0.0/a.runtime.10.0.0.nupkg.sha512", "Cgs=\n");
    }

    private Source Source => new(_folder.Root, Commit, Tree, DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));

    [Fact]
    public void The_list_of_parts_has_what_cyclonedx_requires_and_the_hashes_of_the_lock_files()
    {
        using var bom = JsonDocument.Parse(Parts());
        var root = bom.RootElement;
        Assert.Equal(("CycloneDX", "1.6", 1), (Text(root, "bomFormat"), Text(root, "specVersion"), root.GetProperty("version").GetInt32()));
        Assert.Matches("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", Text(root, "serialNumber"));
        Assert.Equal("2023-11-14T22:13:20Z", Text(root.GetProperty("metadata"), "timestamp"));
        Assert.Equal("1.2.3", Text(root.GetProperty("metadata").GetProperty("component"), "version"));
        Assert.Equal(
            [
                "library pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64&distro=debian-12 libc6 2.36-9+deb12u14 required " +
                $"SHA-256 {new string('a', 64)}",
                "library pkg:npm/%40a/linux@4.0.0 @a/linux 4.0.0 required SHA-512 09",
                "library pkg:nuget/Below@2.1.0 Below 2.1.0 required SHA-512 0708",
                "library pkg:nuget/Some.Analyzer@3.0.0 Some.Analyzer 3.0.0 excluded SHA-512 000102",
                "library pkg:nuget/Used@1.0.0 Used 1.0.0 required SHA-512 ffffffff",
                "library pkg:nuget/a.runtime@10.0.0 a.runtime 10.0.0 required SHA-512 0a0b",
            ],
            root.GetProperty("components").EnumerateArray().Select(part =>
                $"{Text(part, "type")} {Text(part, "bom-ref")} {Text(part, "name")} {Text(part, "version")} {Text(part, "scope")} " +
                $"{Text(part.GetProperty("hashes")[0], "alg")} {Text(part.GetProperty("hashes")[0], "content")}"));
        var edges = root.GetProperty("dependencies").EnumerateArray()
            .ToDictionary(edge => Text(edge, "ref"),
                edge => edge.GetProperty("dependsOn").EnumerateArray().Select(to => to.GetString()!).ToList());
        Assert.Equal(["pkg:nuget/Below@2.1.0"], edges["pkg:nuget/Used@1.0.0"]);
        Assert.DoesNotContain("pkg:nuget/Below@2.1.0", edges["pkg:generic/fluister@1.2.3"]);
        Assert.Equal(7, edges.Count);
    }

    [Fact]
    public void The_list_of_parts_is_the_same_each_time_and_its_serial_number_follows_from_it()
    {
        var first = Parts();
        Assert.Equal(first, Parts());
        _folder.Write("deploy/base.lock", "# none\n");
        Assert.NotEqual(Serial(first), Serial(Parts()));
        static string Serial(byte[] bytes) => Text(JsonDocument.Parse(bytes).RootElement, "serialNumber");
    }

    [Fact]
    public void The_provenance_has_what_in_toto_and_slsa_require_and_names_commit_tree_and_locks()
    {
        using var json = JsonDocument.Parse(new Provenance(Source, "10.0.401").Write([("a.tar.gz", "00ff")]));
        var root = json.RootElement;
        Assert.Equal(
            ("https://in-toto.io/Statement/v1", "https://slsa.dev/provenance/v1"), (Text(root, "_type"), Text(root, "predicateType")));
        var subject = Assert.Single(root.GetProperty("subject").EnumerateArray());
        Assert.Equal(("a.tar.gz", "00ff"), (Text(subject, "name"), Text(subject.GetProperty("digest"), "sha256")));
        var definition = root.GetProperty("predicate").GetProperty("buildDefinition");
        Assert.Equal("urn:fluister:build-release:1", Text(definition, "buildType"));
        Assert.False(definition.GetProperty("externalParameters").GetProperty("dirty").GetBoolean());
        Assert.NotEmpty(Text(root.GetProperty("predicate").GetProperty("runDetails").GetProperty("builder"), "id"));
        var materials = definition.GetProperty("resolvedDependencies").EnumerateArray().ToList();
        Assert.Equal((Commit, Tree),
            (Text(materials[0].GetProperty("digest"), "gitCommit"), Text(materials[0].GetProperty("digest"), "gitTree")));
        Assert.Equal(
            ["deploy/base.lock", "global.json", "src/One/llama/package-lock.json", "src/One/packages.lock.json"],
            materials.Skip(2).Select(material => Text(material, "name")));
        Assert.Equal(
            "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356",
            Text(materials.Single(material => material.TryGetProperty("name", out var name) && name.GetString() == "global.json")
                .GetProperty("digest"), "sha256"));
    }

    [Fact]
    public void Changed_sources_are_said_to_be_so()
    {
        using var json = JsonDocument.Parse(new Provenance(Source with { Tree = null }, "10.0.401").Write([]));
        var definition = json.RootElement.GetProperty("predicate").GetProperty("buildDefinition");
        Assert.True(definition.GetProperty("externalParameters").GetProperty("dirty").GetBoolean());
        Assert.False(definition.GetProperty("resolvedDependencies")[0].GetProperty("digest").TryGetProperty("gitTree", out _));
    }

    /// <summary>The vector that docs/RELEASING.md gives; made by sha256sum.</summary>
    [Fact]
    public void The_build_hash_is_what_sha256sum_makes_of_the_folder()
    {
        _folder.Write("program/b/c", "2\n");
        _folder.Write("program/a", "1\n");
        Assert.Equal("10580d4f3baa984e94c50bca4c2cfc156416da7e36cfd7283e5f04fda195cf32", FolderHash.Of(_folder.Path("program")));
    }

    [Fact]
    public void Sums_are_written_as_sha256sum_does_and_read_back()
    {
        _folder.Write("out/b", "2\n");
        _folder.Write("out/a", "1\n");
        _folder.Write("out/SHA256SUMS.sig", "not part of it");
        var sums = Sums.Of(_folder.Path("out"));
        _folder.Write("SHA256SUMS", Sums.Write(sums));
        Assert.Equal("4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865  a\n",
            Encoding.UTF8.GetString(Sums.Write(sums.Take(1))));
        Assert.Equal(sums, Sums.Read(_folder.Path("SHA256SUMS")));
        Assert.Equal(["a", "b"], sums.Select(sum => sum.Name));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("no sum\n", 1)]
    [InlineData("4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865  ../a\n", 1)]
    [InlineData("4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865 a\n", 1)]
    [InlineData(
        "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865  a\n" +
        "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865  a\n", 2)]
    public void Sums_that_are_none_are_refused_with_their_line(string text, int line)
    {
        _folder.Write("SHA256SUMS", text);
        var wrong = Assert.Throws<NotForkException>(() => Sums.Read(_folder.Path("SHA256SUMS")));
        Assert.Equal((ExitCode.Verification, line), (wrong.Code, wrong.Place!.Value.Line));
    }

    public void Dispose() => _folder.Dispose();

    private byte[] Parts() => new Sbom(Source, _folder.Path("packages"), [_folder.Path("packages/a.runtime/10.0.0")]).Write();

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
