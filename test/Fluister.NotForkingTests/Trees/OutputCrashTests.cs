using Fluister.NotForking;

namespace Fluister.NotForkingTests.Trees;

/// <summary>A run that ends anywhere: the next one makes the output whole.</summary>
public sealed class OutputCrashTests
{
    private static readonly (string, string)[] Before =
        [("same", "1"), ("changed", "1"), ("gone/deep", "1"), ("becomes/folder", "1"), ("flat", "1"), ("link", "->same"), ("mode", "1")];

    private static readonly (string, string)[] After =
        [("same", "1"), ("changed", "2"), ("new/deep", "!2"), ("becomes", "2"), ("flat/now", "2"), ("link", "->changed"), ("mode", "1")];

    [Fact]
    public void After_every_step_the_next_run_finishes_or_begins_anew()
    {
        var steps = 0;
        for (var end = 0; ; end++)
        {
            using var folder = new TreeFolder();
            folder.Install(folder.Tree(Before));
            var tree = folder.Tree(After).ConvertAll(entry => entry.Path == "mode" ? entry with { IsExecutable = true } : entry);
            var at = 0;
            try
            {
                folder.Install(tree, () => _ = at++ == end ? throw new InvalidOperationException("killed") : 0);
                steps = at;
                break;
            }
            catch (InvalidOperationException)
            {
                // Somebody may ask for another version now: what was begun is finished first, then that is made.
                folder.Install(folder.Tree(end % 2 == 0 ? After : Before).ConvertAll(
                    entry => entry.Path == "mode" ? entry with { IsExecutable = end % 2 == 0 } : entry));
            }

            using var whole = new TreeFolder();
            whole.Install(whole.Tree(end % 2 == 0 ? After : Before).ConvertAll(
                entry => entry.Path == "mode" ? entry with { IsExecutable = end % 2 == 0 } : entry));
            Assert.Equal(whole.Contents(), folder.Contents());
            Assert.Equal(
                File.ReadAllText(Path.Combine(whole.Out, ".index/name")), File.ReadAllText(Path.Combine(folder.Out, ".index/name")));
            Assert.False(Directory.Exists(Path.Combine(folder.Out, ".index/.work.name")));
        }

        Assert.InRange(steps, 12, 30);
    }

    [Fact]
    public void What_somebody_edits_between_is_not_overwritten()
    {
        var refused = 0;
        for (var end = 2; ; end++)
        {
            using var folder = new TreeFolder();
            folder.Install(folder.Tree(Before));
            var at = 0;
            try
            {
                folder.Install(folder.Tree(After), () => _ = at++ == end ? throw new InvalidOperationException("killed") : 0);
                break;
            }
            catch (InvalidOperationException)
            {
                File.WriteAllText(folder.At("changed"), "edited");
                Assert.Equal(ExitCode.OutputGuard, Assert.Throws<NotForkException>(() => folder.Install(folder.Tree(After))).Code);
                Assert.Equal("edited", File.ReadAllText(folder.At("changed")));
                refused++;
            }
        }

        Assert.InRange(refused, 8, 30);
    }
}
