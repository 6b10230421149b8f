using System.Globalization;
using System.Text.RegularExpressions;

namespace Fluister.NotForking.Texts;

/// <summary>Reads a hunk of a normal diff: "5a6,7", "&lt; old", "---", "> new".</summary>
internal static partial class NormalHunk
{
    /// <summary>Reads one; <paramref name="lines"/> ends up after it.</summary>
    /// <exception cref="NotForkException">It is malformed.</exception>
    public static Hunk Read(PatchLines lines)
    {
        var place = lines.Place;
        var command = Command().Match(lines.Text);
        lines.At++;
        int Number(string group) => int.Parse(command.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        var (oldStart, newStart) = (Number("a"), Number("c"));
        var (oldCount, newCount) = (
            (command.Groups["b"].Success ? Number("b") : oldStart) - oldStart + 1,
            (command.Groups["d"].Success ? Number("d") : newStart) - newStart + 1);
        var kind = command.Groups["kind"].Value;
        var read = new List<HunkLine>();
        Take(lines, read, kind == "a" ? 0 : oldCount, "< ", '-', place);
        if (kind == "c")
        {
            if (lines.Text != "---")
            {
                throw Malformed(lines.Place);
            }

            lines.At++;
        }

        Take(lines, read, kind == "d" ? 0 : newCount, "> ", '+', place);
        return new Hunk(place, oldStart, newStart, read);
    }

    [GeneratedRegex(
        "^(?<a>[0-9]{1,9})(,(?<b>[0-9]{1,9}))?(?<kind>[acd])(?<c>[0-9]{1,9})(,(?<d>[0-9]{1,9}))?",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Command();

    private static void Take(PatchLines lines, List<HunkLine> read, int count, string mark, char kind, Place place)
    {
        for (; count > 0; count--)
        {
            if (lines.IsAtEnd || !lines.Text.StartsWith(mark, StringComparison.Ordinal))
            {
                throw Malformed(place);
            }

            var line = lines.Current;
            lines.At++;
            read.Add(new HunkLine(kind, UnifiedHunk.Ended(lines, line[2..])));
        }
    }

    private static NotForkException Malformed(Place place) =>
        new(ExitCode.Configuration, "This hunk of a normal diff is malformed; `diff -u` makes the form that is read best.", place);
}
