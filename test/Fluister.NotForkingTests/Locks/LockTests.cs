using System.Text.Json.Nodes;
using Fluister.NotForking;
using Fluister.NotForking.Commands;
using Fluister.NotForking.Drift;
using Fluister.NotForking.Locks;

namespace Fluister.NotForkingTests.Locks;

/// <summary>not-fork lock and verify, by the program itself.</summary>
public sealed class LockTests
{
    private const string Lock = "not-fork.d/thing/not-fork.lock";

    [Fact]
    public void A_lock_is_the_same_bytes_each_time_and_holds_several_versions()
    {
        using var world = World();
        world.Run(ExitCode.Done, "lock", "thing");
        var first = File.ReadAllBytes(world.Folder.Path(Lock));
        world.Run(ExitCode.Done, "lock", "thing");
        Assert.Equal(first, File.ReadAllBytes(world.Folder.Path(Lock)));
        Assert.DoesNotContain("\r", world.ReadRecipe("not-fork.lock"), StringComparison.Ordinal);
        world.Run(ExitCode.Done, "lock", "thing", "-v", "1.0");
        var both = JsonNode.Parse(world.ReadRecipe("not-fork.lock"))!["versions"]!.AsObject();
        Assert.Equal(["1.0", "2.0"], both.Select(version => version.Key));
        Assert.NotEqual(both["1.0"]!["tree"]!.ToString(), both["2.0"]!["tree"]!.ToString());
        world.Run(ExitCode.Done, "verify");
        world.Run(ExitCode.Done, "lock", "thing", "--remove", "1.0");
        Assert.Equal(first, File.ReadAllBytes(world.Folder.Path(Lock)));
    }

    [Fact]
    public void The_tree_hash_is_what_sha256sum_makes_of_the_output()
    {
        using var world = World();
        world.Run(ExitCode.Done, "lock", "thing");
        world.Run(ExitCode.Done, "thing");
        var hash = world.Folder.Do("sh", "-c", """
            cd sources/thing && find . -type f -o -type l | sed 's,^./,,' | LC_ALL=C sort | while read -r path; do
              if [ -L "$path" ]; then mode=120000 sum=$(readlink -n "$path" | sha256sum)
              elif [ -x "$path" ]; then mode=100755 sum=$(sha256sum < "$path")
              else mode=100644 sum=$(sha256sum < "$path"); fi
              printf '%s %s %s\n' $mode "${sum%% *}" "$path"
            done | sha256sum
            """);
        Assert.Equal(hash[..64], JsonNode.Parse(world.ReadRecipe("not-fork.lock"))!["versions"]!["2.0"]!["tree"]!.ToString());
    }

    [Fact]
    public void With_a_lock_the_latest_version_is_the_latest_that_is_locked()
    {
        using var world = World();
        world.Run(ExitCode.Done, "lock", "thing", "-v", "1.0");
        world.Run(ExitCode.Done, "thing");
        Assert.Equal("one\n", File.ReadAllText(world.Folder.Path("sources/thing/version")));
        var (_, error) = world.Run(ExitCode.Verification, "-v", "2.0", "thing");
        Assert.Contains("`not-fork lock thing -v 2.0`", error, StringComparison.Ordinal);
        Assert.Equal("one\n", File.ReadAllText(world.Folder.Path("sources/thing/version")));
    }

    [Theory]
    [InlineData("1.mod", "method = replace\n---\nb = payload/new\n", "the modification 1.mod")]
    [InlineData("2.mod", "method = append\n---\na\nmore\n", "the modification 2.mod")]
    [InlineData("payload/new", "other\n", "the file payload/new")]
    [InlineData("upstream.conf", null, "upstream.conf")]
    public void A_changed_recipe_is_found_by_verify_and_by_each_run(string file, string? content, string what)
    {
        using var world = World();
        Locked(world);
        world.Recipe(file, content ?? world.ReadRecipe(file) + "# a comment\n");
        Assert.Contains(Recompute(world).Differences, difference => difference.Sentence.Contains(what, StringComparison.Ordinal));
        var stopped = Assert.Throws<NotForkException>(() => MassagedTree.Build(world.Request()));
        Assert.Equal(ExitCode.Verification, stopped.Code);
        Assert.Contains(what, stopped.Message, StringComparison.Ordinal);
        Locked(world);
        Assert.True(Recompute(world).IsGood);
    }

    [Fact]
    public void A_moved_tag_is_found_and_not_locked_by_the_way()
    {
        using var world = World();
        world.Run(ExitCode.Done, "lock", "thing");
        var locked = world.ReadRecipe("not-fork.lock");
        world.File("a", "evil\n").Release("2.0");
        Directory.Delete(world.Folder.Path("other-cache"), recursive: true);
        var (_, ran) = world.Run(ExitCode.Verification, "-k", world.Folder.Path("other-cache"), "thing");
        Assert.Contains("upstream's commit is", ran, StringComparison.Ordinal);
        var (_, refused) = world.Run(ExitCode.Verification, "lock", "thing", "-k", world.Folder.Path("other-cache"));
        Assert.Contains("--accept-moved", refused, StringComparison.Ordinal);
        Assert.Equal(locked, world.ReadRecipe("not-fork.lock"));
        world.Run(ExitCode.Done, "lock", "thing", "-k", world.Folder.Path("other-cache"), "--accept-moved");
        Assert.NotEqual(locked, world.ReadRecipe("not-fork.lock"));
    }

    [Fact]
    public void Each_field_of_a_lock_counts()
    {
        using var world = World();
        Locked(world);
        var locked = world.ReadRecipe("not-fork.lock");
        var entry = JsonNode.Parse(locked)!["versions"]!["2.0"]!.AsObject();
        var fields = Leaves(entry).ToList();
        Assert.InRange(fields.Count, 13, 30);
        foreach (var field in fields)
        {
            var changed = JsonNode.Parse(locked)!;
            Change(changed["versions"]!["2.0"]!, field);
            world.Recipe("not-fork.lock", changed.ToJsonString());
            Assert.Contains(Recompute(world).Differences, difference => string.Join('/', difference.What) == string.Join('/', field));
        }

        world.Recipe("not-fork.lock", locked);
        Assert.True(Recompute(world).IsGood);
    }

    [Fact]
    public void A_tree_is_compared_with_the_lock_without_any_upstream()
    {
        using var world = World();
        world.Run(ExitCode.Done, "lock", "thing");
        world.Run(ExitCode.Done, "thing");
        Directory.Delete(world.Folder.Path("upstream"), recursive: true);
        Directory.Delete(world.Folder.Path(".cache"), recursive: true);
        world.Run(ExitCode.Done, "verify", "--output", "sources");
        world.Folder.Write("sources/thing/foreign", "x");
        world.Run(ExitCode.Verification, "verify", "--output", "sources");
        world.Run(ExitCode.Done, "verify", "--output", "sources", "--allow-foreign");
        world.Folder.Do("chmod", "+x", "sources/thing/a");
        world.Run(ExitCode.Verification, "verify", "--output", "sources", "--allow-foreign");
        world.Folder.Do("chmod", "-x", "sources/thing/a");
        world.Folder.Write("sources/thing/b", "edited\n");
        var (output, _) = world.Run(ExitCode.Verification, "verify", "--output", "sources", "--allow-foreign", "--json");
        var differences = JsonNode.Parse(output)![0]!["differences"]!.AsArray();
        Assert.Equal(["changes/b", "tree"], differences.Select(difference => difference!["what"]!.ToString()));
    }

    [Fact]
    public void The_archive_of_a_download_is_locked_and_its_versions_are_compared_side_by_side()
    {
        using var world = new UpstreamWorld();
        foreach (var version in (string[])["1.0", "2.0"])
        {
            world.Folder.Write("thing/a", $"a {version}\n");
            world.Folder.Do("tar", "czf", $"thing-{version}.tar.gz", "thing");
        }

        string Source(string version) => $"source-{version} = file:{world.Folder.Path($"thing-{version}.tar.gz")}\n";
        world.Recipe("upstream.conf", "vcs = download\nprefix = 1\n" + Source("1.0") + Source("2.0"));
        Locked(world);
        var sum = world.Folder.Do("sha256sum", "thing-2.0.tar.gz")[..64];
        Assert.Contains($"\"archive\": \"{sum}\"", world.ReadRecipe("not-fork.lock"), StringComparison.Ordinal);
        Assert.True(Recompute(world).IsGood);
        using (var trees = new VersionTrees(world.Request()))
        {
            using var old = trees.Build("1.0");
            using var @new = trees.Build("2.0");
            var output = new MemoryStream();
            Assert.Equal(1, TreeDiff.Write(old.Workspace.Result, @new.Workspace.Result, output));
            Assert.EndsWith("-a 1.0\n+a 2.0\n", System.Text.Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal);
        }

        world.Folder.Write("thing/more", "");
        world.Folder.Do("tar", "czf", "thing-2.0.tar.gz", "thing");
        Assert.Contains(Recompute(world).Differences, difference => difference.What is ["upstream", "archive"]);
    }

    [Fact]
    public void Verify_says_what_it_cannot_do()
    {
        using var world = World();
        world.Run(ExitCode.Verification, "verify");
        world.Recipe("not-fork.lock", "{}");
        Assert.Equal(ExitCode.Configuration, Assert.Throws<NotForkException>(() => Recompute(world)).Code);
        world.Recipe("not-fork.lock", "{\n  nonsense");
        var (_, error) = world.Run(ExitCode.Configuration, "verify", "thing");
        Assert.Contains("not-fork.lock:2:", error, StringComparison.Ordinal);
    }

    private static void Locked(UpstreamWorld world)
    {
        var file = LockFile.Find(world.Folder.Path("not-fork.d"), "thing") ?? LockFile.Empty(world.Folder.Path("not-fork.d"), "thing");
        LockCommand.Lock(file, world.Request("2.0"), acceptsMoved: false, TextWriter.Null);
        file.Write();
    }

    private static VersionVerdict Recompute(UpstreamWorld world) =>
        new Verification(LockFile.Find(world.Folder.Path("not-fork.d"), "thing")!).Recompute(world.Request("2.0"));

    private static UpstreamWorld World()
    {
        var world = new UpstreamWorld();
        world.File("a", "text\n").File("b", "old\n").File("version", "one\n");
        world.Folder.Do("ln", "-s", "a", "upstream/link");
        world.File("run", "#!/bin/sh\n");
        world.Folder.Do("chmod", "+x", "upstream/run");
        world.Release("1.0").File("version", "two\n").Release("2.0");
        world.Recipe("1.mod", "method = replace\n---\nb = payload/new\nc = payload/new\n").Recipe("payload/new", "new\n");
        Directory.CreateDirectory(world.Folder.Path("other-cache"));
        return world;
    }

    private static IEnumerable<string[]> Leaves(JsonObject node) => node.SelectMany(member =>
        member.Value is JsonObject { Count: > 0 } below
        ? Leaves(below).Select(path => (string[])[member.Key, .. path]) : [[member.Key]]);

    private static void Change(JsonNode node, string[] field)
    {
        var parent = field.SkipLast(1).Aggregate(node, (at, key) => at[key]!);
        parent[field[^1]] = "something else";
    }
}
