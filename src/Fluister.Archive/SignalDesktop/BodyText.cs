using System.Text;
using Fluister.Archive.Conversations;

namespace Fluister.Archive.SignalDesktop;

/// <summary>Puts names in place of mentions and keeps ranges within the text.</summary>
internal static class BodyText
{
    /// <summary>More ranges than this are not read; a message of Signal's own has at most a few hundred.</summary>
    private const int MaximumRanges = 10_000;

    /// <summary>The text with "@Name" where Signal has U+FFFC, and the ranges moved with it.</summary>
    public static (string? Text, IReadOnlyList<BodyRange> Ranges) Resolve(string? body, List<RangeRecord> records, People people)
    {
        if (body is null || records.Count == 0)
        {
            return (body, []);
        }

        var valid = new List<RangeRecord>(records.Count);
        foreach (var record in records)
        {
            if (record.Start >= 0 && record.Start < body.Length && record.Length > 0 && valid.Count < MaximumRanges)
            {
                // A range that cuts a surrogate pair takes all of it: half a character is no text.
                var start = (int)record.Start;
                var end = start + (int)Math.Min(record.Length, body.Length - start);
                start -= IsWithinPair(body, start) ? 1 : 0;
                end += IsWithinPair(body, end) ? 1 : 0;
                valid.Add(record with { Start = start, Length = end - start });
            }
        }

        valid.Sort((a, b) => a.Start.CompareTo(b.Start));
        var text = new StringBuilder(body.Length + 32);
        var places = new List<Place>();
        var taken = 0;
        foreach (var mention in valid)
        {
            if (mention.Mention is null || mention.Start < taken || people.Find(mention.Mention) is not { } person)
            {
                continue;
            }

            text.Append(body, taken, (int)mention.Start - taken);
            taken = (int)(mention.Start + mention.Length);
            places.Add(new Place((int)mention.Start, taken, text.Length, text.Length + 1 + person.Name.Length, person));
            text.Append('@').Append(person.Name);
        }

        text.Append(body, taken, body.Length - taken);
        var ranges = new List<BodyRange>(valid.Count);
        foreach (var place in places)
        {
            ranges.Add(new BodyRange(place.NewStart, place.NewEnd - place.NewStart, BodyStyle.Mention, place.Person));
        }

        foreach (var style in valid)
        {
            if (style.Mention is null)
            {
                var start = Moved((int)style.Start, isEnd: false, places);
                ranges.Add(new BodyRange(start, Moved((int)(style.Start + style.Length), isEnd: true, places) - start, Style(style.Style)));
            }
        }

        ranges.Sort((a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.Length.CompareTo(a.Length));
        return (text.ToString(), ranges);
    }

    /// <summary>BodyRange.Style of Signal's protocol buffers; what is not known there yet is kept as a range without a look.</summary>
    private static BodyStyle Style(long number) => number switch
    {
        1 => BodyStyle.Bold,
        2 => BodyStyle.Italic,
        3 => BodyStyle.Spoiler,
        4 => BodyStyle.Strikethrough,
        5 => BodyStyle.Monospace,
        _ => BodyStyle.None,
    };

    private static bool IsWithinPair(string text, int position) =>
        position > 0 && position < text.Length && char.IsLowSurrogate(text[position]) && char.IsHighSurrogate(text[position - 1]);

    /// <summary>Where a position of the body lies in the text; from within a mention, where its name begins or ends.</summary>
    private static int Moved(int position, bool isEnd, List<Place> places)
    {
        // The last mention that begins before the position, or at it; they are sorted and do not overlap.
        var low = 0;
        var high = places.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (places[middle].Start <= position)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        if (low == 0)
        {
            return position;
        }

        var place = places[low - 1];
        return position >= place.End ? position + place.NewEnd - place.End
            : isEnd && position > place.Start ? place.NewEnd
            : place.NewStart;
    }

    /// <summary>Where a mention stood in the body, and where its name stands in the text.</summary>
    private readonly record struct Place(int Start, int End, int NewStart, int NewEnd, Participant Person);
}
