using Fluister.InteropTests.Cli;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Containers;

/// <summary>What the image is made of.</summary>
[Collection(nameof(ContainerHost))]
public sealed class ImageTests(ContainerHost host)
{
    private static string Lock =>
        Environment.GetEnvironmentVariable("FLUISTER_LOCK") ?? Path.Combine(ContainerHost.Checkout, "deploy", "base.lock");

    /// <summary>The fixture has built it once; now by somebody with another mask, another zone and another language.</summary>
    [Fact]
    public void The_same_lock_gives_the_same_bytes()
    {
        ContainerHost.Succeed(FluisterProgram.Run("sh",
            [
                "-c", "umask 077; export TZ=Asia/Kathmandu LC_ALL=C.UTF-8 TMPDIR=$1; exec \"$2\" base \"$1/base.tar\"", "sh", host.In(),
                Path.Combine(ContainerHost.Checkout, "eng", "images"),
            ]));

        Assert.Equal(
            File.ReadAllBytes(Path.Combine(ContainerHost.Checkout, "artifacts", "images", "context", "base.tar")),
            File.ReadAllBytes(host.In("base.tar")));
    }

    [Theory]
    [InlineData(3, "no mirror has")]
    [InlineData(4, "its hash differs")]
    public void What_the_lock_does_not_name_is_not_taken(int column, string complaint)
    {
        // Another checkout with one package, from a mirror of our own.
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.In("eng"));
        Directory.CreateDirectory(folder.In("deploy"));
        File.Copy(Path.Combine(ContainerHost.Checkout, "eng", "images"), folder.In("eng", "images"));
        var line = File.ReadLines(Lock).Single(line => line.StartsWith("base-files ", StringComparison.Ordinal)).Split(' ');
        Directory.CreateDirectory(folder.In("mirror", Path.GetDirectoryName(line[3])!));
        File.Copy(Path.Combine(ContainerHost.Checkout, "artifacts", "images", "packages", Path.GetFileName(line[3])),
            folder.In("mirror", line[3]));
        // Another version's path, or another file's hash.
        line[column] = column == 3 ? line[3].Replace(line[1], "0", StringComparison.Ordinal) : new string([.. line[4].Reverse()]);
        File.WriteAllText(folder.In("deploy", "base.lock"), string.Join(' ', line) + "\n");

        var ending = FluisterProgram.Run("env",
        [
            "--unset=FLUISTER_LOCK", $"FLUISTER_DEBIAN=file://{folder.In("mirror")}", folder.In("eng", "images"), "base",
            folder.In("base.tar"),
        ]);

        Assert.Equal(1, ending.Code);
        Assert.StartsWith("eng/images: ", ending.Errors, StringComparison.Ordinal);
        Assert.Contains(complaint, ending.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.In("base.tar")));
    }
}
