using System.Text;
using Fluister.NotForking.Texts;

namespace Fluister.NotForkingTests.Texts;

/// <summary>The lines in which texts differ, over many small texts of few different lines.</summary>
public sealed class LineDiffTests
{
    [Fact]
    public void Changes_make_the_new_text_of_the_old_one_and_are_as_short_as_can_be()
    {
        var random = new Random(8);
        for (var round = 0; round < 1500; round++)
        {
            var (old, @new) = (Text(random), Text(random));
            var changes = LineDiff.Between(old, @new);
            var (rebuilt, at) = (new List<string>(), 0);
            foreach (var change in changes)
            {
                rebuilt.AddRange(Lines(old, at, change.OldStart));
                rebuilt.AddRange(Lines(@new, change.NewStart, change.NewEnd));
                at = change.OldEnd;
            }

            rebuilt.AddRange(Lines(old, at, old.Count));
            Assert.Equal(Lines(@new, 0, @new.Count), rebuilt);
            Assert.Equal(
                old.Count + @new.Count - (2 * LongestCommon(Lines(old, 0, old.Count), Lines(@new, 0, @new.Count))),
                changes.Sum(change => change.OldCount + change.NewCount));
        }
    }

    [Fact]
    public void Texts_with_nothing_in_common_are_replaced_as_a_whole()
    {
        var old = new TextLines(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 30_000).Select(line => $"a{line}\n"))));
        var @new = new TextLines(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 30_000).Select(line => $"b{line}\n"))));
        Assert.Equal([new LineChange(0, 30_000, 0, 30_000)], LineDiff.Between(old, @new));
    }

    [Fact]
    public void Patch_makes_the_new_text_of_a_unified_diff()
    {
        var random = new Random(9);
        using var folder = new ScratchFolder();
        for (var round = 0; round < 60; round++)
        {
            var (old, @new) = (Text(random, 40), Text(random, 40));
            var hunks = UnifiedDiff.Hunks(old, @new);
            folder.Write("file", old.Range(0, old.Count));
            folder.Write("patch", [.. "--- file\n+++ file\n"u8, .. hunks]);
            Assert.Equal(0, hunks.Length == 0 ? 0 : folder.Run("patch", "-s", "-F0", "-E", "file", "patch"));
            var path = folder.Path("file");
            Assert.Equal(@new.Range(0, @new.Count).ToArray(), File.Exists(path) ? File.ReadAllBytes(path) : []);
        }
    }

    private static TextLines Text(Random random, int most = 12)
    {
        var lines = string.Concat(Enumerable.Range(0, random.Next(most)).Select(_ => (char)('a' + random.Next(4)) + "\n"));
        return new TextLines(Encoding.ASCII.GetBytes(random.Next(3) == 0 ? lines.TrimEnd('\n') : lines));
    }

    private static List<string> Lines(TextLines text, int from, int to) =>
        [.. Enumerable.Range(from, to - from).Select(at => Encoding.ASCII.GetString(text[at]))];

    private static int LongestCommon(List<string> one, List<string> other)
    {
        var best = new int[one.Count + 1, other.Count + 1];
        for (var i = 1; i <= one.Count; i++)
        {
            for (var j = 1; j <= other.Count; j++)
            {
                best[i, j] = one[i - 1] == other[j - 1] ? best[i - 1, j - 1] + 1 : Math.Max(best[i - 1, j], best[i, j - 1]);
            }
        }

        return best[one.Count, other.Count];
    }
}
