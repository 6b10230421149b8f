using Fluister.NotForking;
using Fluister.NotForking.Locks;

namespace Fluister.NotForkingTests.Locks;

/// <summary>Which modification made which line.</summary>
public sealed class ExplainTests
{
    [Fact]
    public void Each_line_has_the_edit_that_made_it_last()
    {
        using var world = new UpstreamWorld();
        world.File("a", "one\ntwo\nthree\nfour\nfive\n").Release("1.0");
        world.Recipe("1.mod", "method = sed\n---\na : two = 2\na : four = 4\n");
        world.Recipe("2.mod", "method = patch\n---\n--- a/a\n+++ b/a\n@@ -2,3 +2,3 @@\n 2\n-three\n+3\n 4\n");
        world.Recipe("3.mod", "method = append\n---\na\nsix\n");
        Assert.Equal(["", "1.mod:3", "2.mod:3", "1.mod:4", "", "3.mod:3"], Explained(world, "a").By.Select(Short));
    }

    [Fact]
    public void A_replaced_file_is_its_modification_s_and_lines_that_are_gone_are_told()
    {
        using var world = new UpstreamWorld();
        world.File("a", "one\ntwo\nthree\n").File("b", "x\n").Release("1.0");
        world.Recipe("1.mod", "method = replace\n---\na = new\nc = new\n").Recipe("new", "one\nthree\n");
        var origins = Explained(world, "a");
        Assert.Equal(["", ""], origins.By.Select(Short));
        Assert.Equal([(1, 1, "1.mod:3")], origins.Removed.Select(mark => (mark.Before, mark.Count, Short(mark.By))));
        Assert.Equal(["1.mod:4", "1.mod:4"], Explained(world, "c").By.Select(Short));
        Assert.Equal([""], Explained(world, "b").By.Select(Short));
        Assert.Equal(ExitCode.Usage, Assert.Throws<NotForkException>(() => Explained(world, "nothing")).Code);
    }

    [Fact]
    public void A_renamed_file_is_followed()
    {
        using var world = new UpstreamWorld(dialect: 1);
        world.File("a", "one\ntwo\n").Release("1.0");
        world.Recipe("1.mod", "method = sed\n---\na : two = 2\n").Recipe("2.mod", "method = rename\n---\na = folder/b\n");
        world.Recipe("3.mod", "method = sed\n---\nfolder/b : one = 1\n");
        Assert.Equal(["3.mod:3", "1.mod:3"], Explained(world, "folder/b").By.Select(Short));
        Assert.Contains("took it away", Assert.Throws<NotForkException>(() => Explained(world, "a")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_program_prints_lines_or_JSON()
    {
        using var world = new UpstreamWorld();
        world.File("a", "one\ntwo\n").Release("1.0");
        world.Recipe("1.mod", "method = sed\n---\na : two = 2\n");
        Assert.Equal("             1  one\n1.mod:3      2  2\n", world.Run(ExitCode.Done, "explain", "thing", "a").Output);
        Assert.Equal(
            """{"lines":[{"line":2,"text":"2","by":BY}],"removed":[]}""".Replace(
                "BY", """{"file":"not-fork.d/thing/1.mod","line":3}""", StringComparison.Ordinal) + "\n",
            world.Run(ExitCode.Done, "explain", "thing", "a", "--line", "2", "--json").Output);
        world.Run(ExitCode.Usage, "explain", "thing", "a", "--line", "3");
    }

    private static LineOrigins Explained(UpstreamWorld world, string path)
    {
        using var tree = MassagedTree.CheckOut(world.Request());
        return new History(tree).Explain(path);
    }

    private static string Short(Place? place) => place is { } by ? $"{Path.GetFileName(by.File)}:{by.Line}" : "";
}
