using System.Text;
using Fluister.NotForking;
using Fluister.NotForking.Trees;

namespace Fluister.NotForkingTests.Recipes;

/// <summary>The recipes on the real sources, where FLUISTER_UPSTREAMS names a folder with clones of them by their names.</summary>
public sealed class RealUpstreamTests
{
    private const string Variable = "FLUISTER_UPSTREAMS";

    /// <summary>libsignal's hosts, as they stand in its own program for Node (0.103.0): all of them.</summary>
    private static readonly string[] _hosts =
    [
        "grpc.chat.signal.org", "grpc.chat.staging.signal.org", "cdsi.signal.org", "cdsi.staging.signal.org", "svr2.signal.org",
        "svr2.staging.signal.org", "svrb.signal.org", "svrb.staging.signal.org", "reflector-signal.global.ssl.fastly.net",
        "reflector-staging-signal.global.ssl.fastly.net", "reflector-nrgwuv7kwq-uc.a.run.app",
    ];

    [Theory]
    [InlineData("libsignal", "0.101.0", 60)]
    [InlineData("libsignal", "0.94.5", 50)]
    [InlineData("Signal-Server", "20260820.3.0", 8)]
    public void A_release_is_changed_and_nothing_of_upstreams_network_is_left(string name, string version, int changed)
    {
        using var upstream = Open(name);
        using var tree = upstream.Build(RecipeUpstream.Example, version);
        Assert.InRange(tree.Edits.Select(edit => edit.Path).Distinct(StringComparer.Ordinal).Count(), changed, 200);
    }

    [Fact]
    public void The_constants_of_libsignals_program_are_those_that_the_recipe_changes()
    {
        using var upstream = Open("libsignal");
        using var tree = upstream.Build(RecipeUpstream.Example, "0.101.0");
        var before = Text(tree.Workspace.Upstream.Find("rust/net/src/env.rs")!);
        var after = Text(tree.Workspace.Find("rust/net/src/env.rs")!);
        Assert.All(_hosts, host => Assert.Contains($"\"{host}\"", before));
        Assert.All(_hosts, host => Assert.DoesNotContain(host, after));
    }

    [Fact]
    public void A_leftover_that_is_planted_in_the_real_sources_is_found()
    {
        using var real = Open("libsignal");
        using var folder = new ScratchFolder();
        var clone = folder.Path("clone");
        folder.Run("git", "clone", "-q", "--shared", "--no-checkout", real.Repository, clone);
        folder.Run("git", "-C", clone, "checkout", "-q", "v0.101.0");
        folder.Write("clone/swift/Sources/LibSignalClient/Leftover.swift", "let host = \"cdn4.signal.org\"\n");
        folder.Run("git", "-C", clone, "add", "-A");
        folder.Run("git", "-C", clone, "commit", "-q", "-m", "A leftover");
        folder.Run("git", "-C", clone, "tag", "v0.101.1");
        using var planted = new RecipeUpstream("libsignal", clone);
        var refused = Assert.Throws<NotForkException>(() => planted.Build(RecipeUpstream.Example, "0.101.1"));
        Assert.Equal(ExitCode.Assertion, refused.Code);
        Assert.Contains("Leftover.swift:1", refused.Line);
    }

    [Theory]
    [InlineData("libsignal", 20)]
    [InlineData("Signal-Server", 20)]
    public void The_recipe_is_for_many_releases(string name, int least)
    {
        using var upstream = Open(name);
        Assert.InRange(upstream.Versions().Count, least, 10_000);
    }

    private static RecipeUpstream Open(string name)
    {
        var folder = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(folder), $"{Variable} names no folder with clones of libsignal and Signal-Server.");
        return new RecipeUpstream(name, Path.Combine(folder!, name));
    }

    private static string Text(TreeEntry entry) => Encoding.UTF8.GetString(Workspace.Read(entry, new Place(entry.Path)));
}
