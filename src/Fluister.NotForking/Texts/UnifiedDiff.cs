using System.Globalization;
using System.Text;

namespace Fluister.NotForking.Texts;

/// <summary>Writes unified diffs.</summary>
internal static class UnifiedDiff
{
    /// <summary>The hunks that turn one text into another; empty where they are equal.</summary>
    public static byte[] Hunks(ReadOnlyMemory<byte> old, ReadOnlyMemory<byte> @new, int context = 3)
    {
        var (oldLines, newLines) = (new TextLines(old), new TextLines(@new));
        var output = new MemoryStream();
        var changes = LineDiff.Between(oldLines, newLines);
        for (var (first, next) = (0, 0); first < changes.Count; first = next)
        {
            for (next = first + 1; next < changes.Count && changes[next].Old - End(changes[next - 1]) <= 2 * context; next++)
            {
            }

            WriteHunk(output, oldLines, newLines, changes[first..next], context);
        }

        return output.ToArray();
    }

    /// <summary>A diff of one file, with its header lines; empty where the texts are equal.</summary>
    /// <param name="oldName">What stands after "---".</param>
    /// <param name="newName">What stands after "+++".</param>
    /// <param name="old">The old text.</param>
    /// <param name="new">The new text.</param>
    /// <param name="context">How many lines of context.</param>
    public static byte[] File(string oldName, string newName, ReadOnlyMemory<byte> old, ReadOnlyMemory<byte> @new, int context = 3) =>
        Hunks(old, @new, context) is { Length: > 0 } hunks ? [.. Encoding.UTF8.GetBytes($"--- {oldName}\n+++ {newName}\n"), .. hunks] : [];

    private static int End(Change change) => change.Old + change.OldCount;

    private static void WriteHunk(MemoryStream output, TextLines old, TextLines @new, List<Change> changes, int context)
    {
        var (first, last) = (changes[0], changes[^1]);
        var before = Math.Min(context, first.Old);
        var from = first.Old - before;
        var to = Math.Min(old.Count, End(last) + context);
        var newCount = to - from + changes.Sum(change => change.NewCount - change.OldCount);
        output.Write(Encoding.ASCII.GetBytes($"@@ -{Range(from, to - from)} +{Range(first.New - before, newCount)} @@\n"));
        foreach (var change in changes)
        {
            for (; from < change.Old; from++)
            {
                WriteLine(output, ' ', old[from]);
            }

            for (; from < End(change); from++)
            {
                WriteLine(output, '-', old[from]);
            }

            for (var at = change.New; at < change.New + change.NewCount; at++)
            {
                WriteLine(output, '+', @new[at]);
            }
        }

        for (; from < to; from++)
        {
            WriteLine(output, ' ', old[from]);
        }
    }

    private static string Range(int from, int count) => count == 1
        ? (from + 1).ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{(count == 0 ? from : from + 1)},{count}");

    private static void WriteLine(MemoryStream output, char kind, ReadOnlySpan<byte> line)
    {
        output.WriteByte((byte)kind);
        output.Write(line);
        if (line[^1] != '\n')
        {
            output.Write("\n\\ No newline at end of file\n"u8);
        }
    }
}
