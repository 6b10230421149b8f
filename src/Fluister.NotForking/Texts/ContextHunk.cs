using System.Globalization;
using System.Text.RegularExpressions;

namespace Fluister.NotForking.Texts;

/// <summary>Reads a hunk of a context diff.</summary>
internal static partial class ContextHunk
{
    /// <summary>Whether a line begins one.</summary>
    public static bool StartsAt(string line) => line.StartsWith("***************", StringComparison.Ordinal);

    /// <summary>Reads one; <paramref name="lines"/> ends up after it.</summary>
    /// <exception cref="NotForkException">It is malformed.</exception>
    public static Hunk Read(PatchLines lines)
    {
        var place = lines.Place;
        lines.At++;
        var (oldStart, old) = Half(lines, "***", "-");
        var (newStart, @new) = Half(lines, "---", "+");
        old ??= @new?.FindAll(line => line.Kind == ' ');
        @new ??= old?.FindAll(line => line.Kind == ' ');
        if (old is null || @new is null || Joined(old, @new) is not { } joined || joined.TrueForAll(line => line.Kind == ' '))
        {
            throw Malformed(place);
        }

        return new Hunk(place, oldStart, newStart, joined);
    }

    [GeneratedRegex(@"^(\*\*\*|---) ([0-9]{1,9})(?:,([0-9]{1,9}))? (?:\*\*\*\*|----)$", RegexOptions.ECMAScript, 1000)]
    private static partial Regex Range();

    private static (int Start, List<HunkLine>? Lines) Half(PatchLines lines, string mark, string changed)
    {
        var range = Range().Match(lines.Text);
        if (lines.IsAtEnd || !range.Success || range.Groups[1].Value != mark)
        {
            throw Malformed(lines.Place);
        }

        lines.At++;
        var start = int.Parse(range.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        var end = range.Groups[3].Success ? int.Parse(range.Groups[3].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : start;
        var count = start == 0 ? 0 : end - start + 1;
        var read = new List<HunkLine>();
        while (read.Count < count && !lines.IsAtEnd && Kind(lines.Text, changed) is { } kind)
        {
            var line = lines.Current;
            lines.At++;
            read.Add(new HunkLine(kind, UnifiedHunk.Ended(lines, line.Length > 2 ? line[2..] : line[^1..])));
        }

        // Without any lines the other half has them all.
        return read.Count == 0 ? (start, null) : read.Count == count ? (start, read) : throw Malformed(lines.Place);
    }

    private static char? Kind(string line, string changed) => line switch
    {
        "" or " " => ' ',
        ['!', ' ' or '\t', ..] => '!',
        [' ', ' ' or '\t', ..] => ' ',
        [var mark and not '!', ' ' or '\t', ..] when mark == changed[0] => mark,
        _ => null,
    };

    private static List<HunkLine>? Joined(List<HunkLine> old, List<HunkLine> @new)
    {
        var joined = new List<HunkLine>();
        for (var (i, j) = (0, 0); i < old.Count || j < @new.Count;)
        {
            if (i < old.Count && old[i].Kind != ' ')
            {
                joined.Add(old[i++] with { Kind = '-' });
            }
            else if (j < @new.Count && @new[j].Kind != ' ')
            {
                joined.Add(@new[j++] with { Kind = '+' });
            }
            else if (i < old.Count && j < @new.Count && old[i].Text.Span.SequenceEqual(@new[j++].Text.Span))
            {
                joined.Add(old[i++]);
            }
            else
            {
                return null;
            }
        }

        return joined;
    }

    private static NotForkException Malformed(Place place) =>
        new(ExitCode.Configuration, "This hunk of a context diff is malformed; `diff -u` makes the form that is read best.", place);
}
