using System.Globalization;
using Fluister.NotForking;

namespace Fluister.NotForkingTests.Drift;

/// <summary>not-fork rebase, by the program itself.</summary>
public sealed class RebaseTests
{
    private const string Patch = """
        # Why this is so.
        method = patch
        ---
        Words before the patch.
        --- a/a
        +++ b/a
        @@ -3,7 +3,7 @@
         3
         4
         5
        -6
        +six
         7
         8
         9
        @@ -15,4 +15,4 @@
         15
         16
        -17
        +seventeen
         18

        """;

    [Fact]
    public void A_patch_whose_surroundings_changed_is_rewritten_and_keeps_its_header()
    {
        using var world = World();
        // Line 7 is context of the first hunk; the second one moves by 3.
        world.File("a", Lines(1, 6) + "other\n" + Lines(8, 12) + "a\nb\nc\n" + Lines(13, 20)).Release("2.0");
        world.Run(ExitCode.Done, "rebase", "thing", "1.mod", "--to", "2.0");
        var text = world.ReadRecipe("1.mod");
        Assert.StartsWith("# Why this is so.\nmethod = patch\n---\nWords before the patch.\n--- a/a\n", text, StringComparison.Ordinal);
        Assert.Contains("-6\n+six\n other\n", text, StringComparison.Ordinal);
        Assert.Contains("@@ -17,7 +17,7 @@\n", text, StringComparison.Ordinal);
        world.Run(ExitCode.Done, "drift", "thing", "2.0", "--check");
        var (again, _) = world.Run(ExitCode.Done, "rebase", "thing", "1.mod", "--to", "2.0");
        Assert.Contains("fits 2.0 as it is", again, StringComparison.Ordinal);
        Assert.Equal(text, world.ReadRecipe("1.mod"));
    }

    [Fact]
    public void A_conflict_leaves_the_patch_and_is_resolved_in_a_file()
    {
        using var world = World();
        world.File("a", Lines(1, 5) + "6 changed\n" + Lines(7, 20)).Release("2.0");
        var before = world.ReadRecipe("1.mod");
        var (_, error) = world.Run(ExitCode.Drift, "rebase", "thing", "1.mod", "--to", "2.0");
        Assert.Contains("1 conflict between 1.0 and 2.0: not-fork.d/thing/.1.mod.rebase/a:6.", error, StringComparison.Ordinal);
        Assert.Equal(before, world.ReadRecipe("1.mod"));
        var conflict = world.ReadRecipe(".1.mod.rebase/a");
        Assert.Contains("<<<<<<< 1.mod\nsix\n||||||| 1.0\n6\n=======\n6 changed\n>>>>>>> 2.0\n7\n", conflict, StringComparison.Ordinal);
        world.Run(ExitCode.Drift, "rebase", "thing", "1.mod", "--to", "2.0", "--continue");
        var (from, to) = (conflict.IndexOf("<<<", StringComparison.Ordinal), conflict.IndexOf("7\n8\n", StringComparison.Ordinal));
        world.Recipe(".1.mod.rebase/a", conflict[..from] + "six, changed\n" + conflict[to..]);
        world.Run(ExitCode.Done, "rebase", "thing", "1.mod", "--to", "2.0", "--continue");
        Assert.Contains("-6 changed\n+six, changed\n", world.ReadRecipe("1.mod"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(world.Folder.Path("not-fork.d/thing/.1.mod.rebase")));
        world.Run(ExitCode.Done, "-v", "2.0", "thing");
        Assert.Contains("six, changed\n", File.ReadAllText(world.Folder.Path("sources/thing/a")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_upstream_has_already_is_left_out()
    {
        using var world = World();
        world.File("a", Lines(1, 5) + "six\n" + Lines(7, 20)).Release("2.0");
        world.Run(ExitCode.Done, "rebase", "thing", "1.mod", "--to", "2.0");
        Assert.DoesNotContain("six", world.ReadRecipe("1.mod").Replace(" six", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("+seventeen", world.ReadRecipe("1.mod"), StringComparison.Ordinal);
        world.File("a", Lines(1, 5) + "six\n" + Lines(7, 16) + "seventeen\n" + Lines(18, 20)).Release("3.0");
        var (_, error) = world.Run(ExitCode.Drift, "rebase", "thing", "1.mod", "--to", "3.0");
        Assert.Contains("the file can go", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_whose_change_upstream_has_already_is_left_out()
    {
        using var world = World();
        world.File("b", "one\ntwo\n").Release("1.0").Recipe("1.mod", Patch + "--- a/b\n+++ b/b\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n");
        world.File("b", "one\n2\n").File("a", "new\n" + Lines(1, 20)).Release("2.0");
        var (output, _) = world.Run(ExitCode.Done, "rebase", "thing", "1.mod", "--to", "2.0");
        Assert.Contains("b: 2.0 has the change already; left out", output, StringComparison.Ordinal);
        Assert.DoesNotContain("a/b", world.ReadRecipe("1.mod"), StringComparison.Ordinal);
        Assert.Contains("@@ -4,7 +4,7 @@", world.ReadRecipe("1.mod"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_fragment_is_followed_wherever_it_went()
    {
        using var world = new UpstreamWorld();
        world.File("a", "int f\n{\n" + Lines(1, 9) + "}\nint g\n{\n" + Lines(1, 9) + "}\n").Release("1.0");
        world.File("a", "int g\n{\n" + Lines(0, 4) + "5 changed\n" + Lines(6, 9) + "}\nint f\n{\n" + Lines(1, 9) + "}\n").Release("2.0");
        const string Head = "method = fragment_patch\n---\na\n/^int (\\w+)/ g\n/^}/\n";
        world.Recipe("1.mod", Head + "@@ -7,5 +7,5 @@\n 5\n 6\n 7\n-8\n+eight\n 9\n---\n-----\n");
        world.Run(ExitCode.Done, "rebase", "thing", "1.mod", "--to", "2.0", "--from", "1.0");
        Assert.Equal(Head + "@@ -8,5 +8,5 @@\n 5 changed\n 6\n 7\n-8\n+eight\n 9\n---\n-----\n", world.ReadRecipe("1.mod"));
        world.Run(ExitCode.Done, "drift", "thing", "2.0", "--check");
    }

    [Theory]
    [InlineData("2.mod", "2.0", ExitCode.Usage, "Only patches can be rebased")]
    [InlineData("3.mod", "2.0", ExitCode.Usage, "is no modification of version")]
    [InlineData("1.mod", "9.0", ExitCode.Fetch, "9.0")]
    public void What_cannot_be_done_is_told(string file, string to, ExitCode code, string words)
    {
        using var world = World();
        world.File("a", "nothing\n").Release("2.0");
        world.Recipe("2.mod", "method = sed\n---\na : 1 = 2\n");
        Assert.Contains(words, world.Run(code, "rebase", "thing", file, "--to", to, "--from", "1.0").Error, StringComparison.Ordinal);
    }

    private static UpstreamWorld World() => new UpstreamWorld().File("a", Lines(1, 20)).Release("1.0").Recipe("1.mod", Patch);

    private static string Lines(int from, int to) =>
        string.Concat(Enumerable.Range(from, to - from + 1).Select(line => line.ToString(CultureInfo.InvariantCulture) + "\n"));
}
