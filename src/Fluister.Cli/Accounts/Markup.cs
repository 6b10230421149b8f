using System.Text;
using Fluister.Archive.Conversations;

namespace Fluister.Cli.Accounts;

/// <summary>Marks in typed text that stand for formatting: **bold**, *italic*, ~~struck~~, `fixed width`, ||hidden||.</summary>
/// <remarks>A mark without its other half stays as it is, and so does one after a backslash (which goes) and any within fixed width. A mark
/// opens before a letter and closes after one, so that "2 * 3 * 4" is left alone.</remarks>
internal static class Markup
{
    private static readonly (string Mark, BodyStyle Style)[] Marks =
    [
        ("**", BodyStyle.Bold), ("~~", BodyStyle.Strikethrough), ("||", BodyStyle.Spoiler), ("*", BodyStyle.Italic),
        ("`", BodyStyle.Monospace),
    ];

    /// <summary>The text without its marks, and what they stand for in UTF-16 units of it, by start.</summary>
    public static (string Text, IReadOnlyList<(int Start, int Length, BodyStyle Style)> Styles) Parse(string typed)
    {
        var text = new StringBuilder(typed.Length);
        var styles = new List<(int Start, int Length, BodyStyle Style)>();
        var open = new List<(string Mark, BodyStyle Style, int Start)>();
        for (var at = 0; at < typed.Length;)
        {
            var (mark, style) = At(typed, at);
            if (mark is null || (style != BodyStyle.Monospace && open.Exists(one => one.Style == BodyStyle.Monospace)))
            {
                at += IsEscape(typed, at) ? 1 : 0;
                text.Append(typed[at++]);
                continue;
            }

            at += mark.Length;
            var opened = open.FindLastIndex(one => one.Mark == mark);
            if (opened >= 0 && text.Length > open[opened].Start && !char.IsWhiteSpace(text[^1]))
            {
                styles.Add((open[opened].Start, text.Length - open[opened].Start, style));
                open.RemoveAt(opened);
            }
            else if (opened < 0 && at < typed.Length && !char.IsWhiteSpace(typed[at])
                && (style != BodyStyle.Monospace || typed.IndexOf('`', at) > 0))
            {
                open.Add((mark, style, text.Length));
            }
            else
            {
                text.Append(mark);
            }
        }

        foreach (var (mark, _, start) in Enumerable.Reverse(open))
        {
            text.Insert(start, mark);
            styles = styles.ConvertAll(one => (
                one.Start + (one.Start >= start ? mark.Length : 0),
                one.Length + (one.Start < start && one.Start + one.Length > start ? mark.Length : 0),
                one.Style));
        }

        return (text.ToString(), styles.OrderBy(one => one.Start).ThenByDescending(one => one.Length).ToList());
    }

    private static (string? Mark, BodyStyle Style) At(string typed, int at)
    {
        foreach (var (mark, style) in Marks)
        {
            if (string.CompareOrdinal(typed, at, mark, 0, mark.Length) == 0)
            {
                return (mark, style);
            }
        }

        return default;
    }

    private static bool IsEscape(string typed, int at) => typed[at] == '\\' && at + 1 < typed.Length && "*~|`\\".Contains(typed[at + 1]);
}
