using System.Text;
using Fluister.NotForking.Texts;

namespace Fluister.NotForkingTests.Texts;

/// <summary>Two texts that were made of one, brought together.</summary>
public sealed class ThreeWayMergeTests
{
    private const string Base = "1\n2\n3\n4\n5\n6\n7\n";
    private static readonly string Long = string.Concat(Enumerable.Range(0, 20).Select(line => $"{line}\n"));

    [Theory]
    [InlineData("1\nB\n3\n4\n5\n6\n7\n", "0\n1\n2\n3\n4\n5\nF\n7\n", "0\n1\nB\n3\n4\n5\nF\n7\n")]
    [InlineData("1\nB\n3\n4\n5\n6\n7\n", "1\nB\n3\n4\n5\n6\n", "1\nB\n3\n4\n5\n6\n")]
    [InlineData("3\n4\n5\n6\n7\n", "1\n2\n3\n4\n5\n6\n7\n8\n9", "3\n4\n5\n6\n7\n8\n9")]
    [InlineData(Base, "", "")]
    public void Changes_in_different_lines_and_equal_changes_stand_side_by_side(string ours, string theirs, string expected)
    {
        var merge = Merge(ours, theirs);
        Assert.Empty(merge.Conflicts);
        Assert.Equal(expected, Encoding.UTF8.GetString(merge.Text));
    }

    [Fact]
    public void Different_changes_of_the_same_lines_stand_between_markers()
    {
        var merge = Merge("1\n2\nC\n4\n5\n6\n7\n", "1\n2\nX\nY\n5\n6\n7\n");
        Assert.Equal(
            "1\n2\n<<<<<<< a\nC\n4\n||||||| b\n3\n4\n=======\nX\nY\n>>>>>>> c\n5\n6\n7\n", Encoding.UTF8.GetString(merge.Text));
        Assert.Equal([(3, 12)], merge.Conflicts);
    }

    [Fact]
    public void Without_conflicts_the_order_of_the_sides_does_not_matter()
    {
        var random = new Random(3);
        var merged = 0;
        for (var round = 0; round < 500; round++)
        {
            var (ours, theirs) = (Edited(random), Edited(random));
            var (one, other) = (Merge(ours, theirs, Long), Merge(theirs, ours, Long));
            Assert.Equal(one.Conflicts.Count, other.Conflicts.Count);
            if (one.Conflicts.Count == 0)
            {
                merged++;
                Assert.Equal(one.Text, other.Text);
            }
        }

        Assert.InRange(merged, 50, 450);
    }

    private static string Edited(Random random)
    {
        var lines = Long.Split('\n').SkipLast(1).Select(line => line + "\n").ToList();
        for (var edit = 0; edit < 2; edit++)
        {
            var at = random.Next(lines.Count);
            lines.RemoveRange(at, random.Next(Math.Min(3, lines.Count - at)));
            lines.InsertRange(at, Enumerable.Range(0, random.Next(3)).Select(_ => $"new {random.Next(3)}\n"));
        }

        return string.Concat(lines);
    }

    private static ThreeWayMerge Merge(string ours, string theirs, string @base = Base)
    {
        static TextLines Lines(string text) => new(Encoding.UTF8.GetBytes(text));
        return ThreeWayMerge.Of(Lines(@base), Lines(ours), Lines(theirs), ("a", "b", "c"));
    }
}
