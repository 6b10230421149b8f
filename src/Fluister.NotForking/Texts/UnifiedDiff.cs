using System.Globalization;
using System.Text;

namespace Fluister.NotForking.Texts;

/// <summary>Writes the hunks of a unified diff.</summary>
internal static class UnifiedDiff
{
    /// <summary>Lines of context around a change: what `diff -u` and git take.</summary>
    public const int Context = 3;

    /// <summary>The hunks that make the new text of the old one; nothing when they are equal.</summary>
    public static byte[] Hunks(TextLines old, TextLines @new, int context = Context)
    {
        var output = new MemoryStream();
        var changes = LineDiff.Between(old, @new);
        for (var at = 0; at < changes.Count;)
        {
            var first = at++;
            while (at < changes.Count && changes[at].OldStart - changes[at - 1].OldEnd <= 2 * context)
            {
                at++;
            }

            Write(output, old, @new, [.. changes.Skip(first).Take(at - first)], context);
        }

        return output.ToArray();
    }

    private static void Write(MemoryStream output, TextLines old, TextLines @new, LineChange[] changes, int context)
    {
        var (first, last) = (changes[0], changes[^1]);
        var before = Math.Min(context, first.OldStart);
        var after = Math.Min(context, old.Count - last.OldEnd);
        var (from, start) = (first.OldStart - before, first.NewStart - before);
        output.Write(Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"@@ -{Range(from, last.OldEnd + after - from)} +{Range(start, last.NewEnd + after - start)} @@\n")));
        foreach (var change in changes)
        {
            Write(output, ' ', old, from, change.OldStart);
            Write(output, '-', old, change.OldStart, change.OldEnd);
            Write(output, '+', @new, change.NewStart, change.NewEnd);
            from = change.OldEnd;
        }

        Write(output, ' ', old, from, last.OldEnd + after);
    }

    /// <summary>A range as a hunk's first line writes it: of none, it names the line before.</summary>
    private static string Range(int start, int count) => count switch
    {
        0 => string.Create(CultureInfo.InvariantCulture, $"{start},0"),
        1 => string.Create(CultureInfo.InvariantCulture, $"{start + 1}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{start + 1},{count}"),
    };

    private static void Write(MemoryStream output, char kind, TextLines lines, int from, int to)
    {
        for (var at = from; at < to; at++)
        {
            output.WriteByte((byte)kind);
            output.Write(lines[at]);
            if (!lines[at].EndsWith("\n"u8))
            {
                output.Write("\n\\ No newline at end of file\n"u8);
            }
        }
    }
}
