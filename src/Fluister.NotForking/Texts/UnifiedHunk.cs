using System.Globalization;
using System.Text.RegularExpressions;

namespace Fluister.NotForking.Texts;

/// <summary>Reads a hunk of a unified diff.</summary>
internal static partial class UnifiedHunk
{
    /// <summary>Whether a line begins one.</summary>
    public static bool StartsAt(string line) => line.StartsWith("@@ -", StringComparison.Ordinal);

    /// <summary>Reads one; <paramref name="lines"/> ends up after it.</summary>
    /// <exception cref="NotForkException">It is malformed.</exception>
    public static Hunk Read(PatchLines lines)
    {
        var place = lines.Place;
        if (Header().Match(lines.Text) is not { Success: true } header)
        {
            throw new NotForkException(ExitCode.Configuration, "Not the first line of a hunk: \"@@ -L,N +L,N @@\".", place);
        }

        lines.At++;
        var (old, @new) = (Number(header, 2) ?? 1, Number(header, 4) ?? 1);
        var read = new List<HunkLine>();
        while (old > 0 || @new > 0)
        {
            if (lines.IsAtEnd && old == @new && @new <= 3 && read.Count > 0)
            {
                // A program that takes empty lines off the end took the last lines of context, too.
                read.AddRange(Enumerable.Repeat(new HunkLine(' ', "\n"u8.ToArray()), old));
                break;
            }

            var (kind, text) = Line(lines, place);
            (old, @new) = (kind == '+' ? old : old - 1, kind == '-' ? @new : @new - 1);
            if (old < 0 || @new < 0)
            {
                throw Malformed(lines.Place with { Line = lines.Place.Line - 1 });
            }

            read.Add(new HunkLine(kind, text));
        }

        return read.Exists(line => line.Kind != ' ')
            ? new Hunk(place, Number(header, 1)!.Value, Number(header, 3)!.Value, read) : throw Malformed(place);
    }

    /// <summary>Takes the line end off a line that "\ No newline at end of file" follows.</summary>
    public static ReadOnlyMemory<byte> Ended(PatchLines lines, ReadOnlyMemory<byte> text)
    {
        if (lines.IsAtEnd || !lines.Text.StartsWith("\\ ", StringComparison.Ordinal))
        {
            return text;
        }

        lines.At++;
        return text.Span.EndsWith("\n"u8) ? text[..^1] : text;
    }

    [GeneratedRegex(@"^@@ -([0-9]{1,9})(?:,([0-9]{1,9}))? +\+([0-9]{1,9})(?:,([0-9]{1,9}))? @@", RegexOptions.ECMAScript, 1000)]
    private static partial Regex Header();

    private static int? Number(Match header, int group) => header.Groups[group] is { Success: true } digits
        ? int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : null;

    private static (char Kind, ReadOnlyMemory<byte> Text) Line(PatchLines lines, Place hunk)
    {
        if (lines.IsAtEnd)
        {
            throw Malformed(hunk);
        }

        var line = lines.Current;
        lines.At++;
        var (kind, text) = line.Span[0] switch
        {
            // A program that takes blanks off line ends took the first one, too.
            (byte)'\n' or (byte)'\t' => (' ', line),
            (byte)' ' or (byte)'=' => (' ', line[1..]),
            (byte)'-' => ('-', line[1..]),
            (byte)'+' => ('+', line[1..]),
            _ => throw Malformed(lines.Place with { Line = lines.Place.Line - 1 }),
        };
        // A patch that ends within a line of context is read; the line then has no end, and is left out as fuzz.
        return kind == ' ' || text.Span.EndsWith("\n"u8) ? (kind, Ended(lines, text)) : throw Malformed(hunk);
    }

    private static NotForkException Malformed(Place place) => new(
        ExitCode.Configuration,
        "This hunk is malformed: its lines are not as many as its first line says, or begin with none of ' ', '+', '-'.", place);
}
