using System.Globalization;
using System.Text;
using Fluister.Archive.Conversations;
using Fluister.Summaries.Segments;

namespace Fluister.Summaries.Prompts;

/// <summary>A message as a model reads it.</summary>
/// <param name="Utterance">Which.</param>
/// <param name="Speaker">Number of its speaker.</param>
/// <param name="Day">Day of sending, in words and figures; empty where it is not on the calendar.</param>
/// <param name="Time">Time of day of sending; empty where it is not on the calendar.</param>
/// <param name="Text">One plain line.</param>
internal sealed record SheetLine(int Utterance, int Speaker, string Day, string Time, string Text);

/// <summary>What a model reads of a segment: numbered lines. Number 1 is <c>Lines[0]</c>.</summary>
internal sealed record Sheet(IReadOnlyList<SheetLine> Lines)
{
    /// <summary>Of one message a model sees no more (UTF-16 units).</summary>
    public const int LongestText = 700;

    /// <summary>More lines are another sheet.</summary>
    public const int MostLines = 80;

    /// <summary>Minutes after which the time is told again: on every line it would cost more than it tells.</summary>
    private const int MinutesBetweenTimes = 20;

    private const int WordsPerPoint = 40;
    private const int MostPoints = 8;

    /// <summary>Points that a model may write about it.</summary>
    public int Points => Math.Clamp(1 + (Lines.Sum(x => Language.Words.Count(x.Text)) / WordsPerPoint), 1, MostPoints);

    /// <summary>Labels of its speakers, each once, in order.</summary>
    public List<string> Speakers(SpeakerLabels labels) => Lines.Select(x => labels[x.Speaker]).Distinct(StringComparer.Ordinal).ToList();

    /// <summary>From what was chosen of a segment.</summary>
    public static List<Sheet> Of(IReadOnlyList<Excerpt> excerpts, Selection selection, TimeZoneInfo zone) => excerpts
        .Select(x => Line(x, selection, zone)).Where(x => x.Text.Length > 0).Chunk(MostLines).Select(x => new Sheet(x)).ToList();

    /// <summary>Both halves.</summary>
    public (Sheet, Sheet) Split() => (new(Lines.Take(Lines.Count / 2).ToList()), new(Lines.Skip(Lines.Count / 2).ToList()));

    /// <summary>The lines, each day under its name.</summary>
    public string Text(SpeakerLabels labels)
    {
        var text = new StringBuilder();
        var told = -MinutesBetweenTimes;
        for (var i = 0; i < Lines.Count; i++)
        {
            var line = Lines[i];
            if (line.Day.Length > 0 && (i == 0 || !string.Equals(line.Day, Lines[i - 1].Day, StringComparison.Ordinal)))
            {
                text.Append(line.Day).Append('\n');
                told = -MinutesBetweenTimes;
            }

            text.Append(CultureInfo.InvariantCulture, $"[{i + 1}] {labels[line.Speaker]}");
            var isTold = line.Time.Length > 0 && MinutesOf(line.Time) >= told + MinutesBetweenTimes;
            told = isTold ? MinutesOf(line.Time) : told;
            text.Append(isTold ? $" ({line.Time}): " : ": ").Append(line.Text).Append('\n');
        }

        return text.ToString();
    }

    private static int MinutesOf(string time) => (((time[0] - '0') * 10) + time[1] - '0') * 60 + ((time[3] - '0') * 10) + time[4] - '0';

    private static SheetLine Line(Excerpt excerpt, Selection selection, TimeZoneInfo zone)
    {
        var message = selection.Spoken[excerpt.Utterance];
        var local = Local(message.SentAt, zone);
        return new(excerpt.Utterance, selection.Utterances[excerpt.Utterance].Speaker,
            local?.ToString("dddd yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
            local?.ToString("HH:mm", CultureInfo.InvariantCulture) ?? "", PlainLine.Of(excerpt.Text, LongestText));
    }

    /// <summary>Local time; null off the calendar.</summary>
    internal static DateTimeOffset? Local(Timestamp time, TimeZoneInfo zone)
    {
        // At both ends of the calendar a shift to local time would leave it.
        const long TwoDays = 172_800_000;
        return time.ToDateTimeOffset() is { } utc && new Timestamp(time.UnixMilliseconds - TwoDays).IsOnCalendar
            && new Timestamp(time.UnixMilliseconds + TwoDays).IsOnCalendar
            ? TimeZoneInfo.ConvertTime(utc, zone)
            : null;
    }
}
