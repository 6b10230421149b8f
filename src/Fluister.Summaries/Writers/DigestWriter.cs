using System.Globalization;
using System.Text;
using Fluister.Archive.Conversations;

namespace Fluister.Summaries;

/// <summary>Writes digests as UTF-8 without a byte order mark. Leaves the stream open.</summary>
/// <remarks>What people wrote is shown as text in every form: no control characters reach a terminal, no markup a page.</remarks>
public static partial class DigestWriter
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Topics of which something is told; the others are for programs.</summary>
    private static IEnumerable<DigestTopic> Told(Digest digest) =>
        digest.Topics.Where(topic => topic.Quotes.Count > 0 || topic.Points.Count > 0);

    private static StreamWriter Open(Stream stream) => new(stream, Utf8, 16_384, leaveOpen: true) { NewLine = "\n" };

    private static string Name(Participant? participant) => participant is null ? "Unknown" : Plain(participant.Name);

    private static string Day(Digest digest, Timestamp time) => Local(digest, time) is { } local
        ? local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : time.ToString();

    private static string Moment(Digest digest, Timestamp time) => Local(digest, time) is { } local
        ? local.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)
        : time.ToString();

    private static DateTimeOffset? Local(Digest digest, Timestamp time)
    {
        // At both ends of the calendar a shift to local time would leave it.
        const long TwoDays = 172_800_000;
        return time.ToDateTimeOffset() is { } utc && new Timestamp(time.UnixMilliseconds - TwoDays).IsOnCalendar
            && new Timestamp(time.UnixMilliseconds + TwoDays).IsOnCalendar
            ? TimeZoneInfo.ConvertTime(utc, digest.TimeZone)
            : null;
    }

    private static string Period(Digest digest, Timestamp from, Timestamp to)
    {
        var (first, last) = (Moment(digest, from), Moment(digest, to));
        return string.Equals(first, last, StringComparison.Ordinal) ? first
            : string.Equals(Day(digest, from), Day(digest, to), StringComparison.Ordinal) ? $"{first} to {last[^5..]}"
            : $"{first} to {last}";
    }

    private static string When(DigestDate date) => (date.Day, date.Time) switch
    {
        ({ } day, { } time) => string.Create(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd ddd} {time:HH:mm}"),
        ({ } day, null) => string.Create(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd ddd}"),
        _ => "day unsure",
    };

    private static string Size(long bytes) => bytes switch
    {
        <= 0 => "",
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1000.0:F0} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_000_000.0:F1} MB"),
    };

    private static string Count(long number, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {(number == 1 ? one : many)}");

    private static string FileName(DigestFile file) => file.IsVoiceMessage ? "voice message"
        : string.IsNullOrWhiteSpace(file.Name) ? Plain(file.ContentType) : Plain(file.Name);

    private static string Head(Digest digest) => digest.From is { } from && digest.To is { } to
        ? $"{Period(digest, from, to)} · {Count(digest.MessageCount, "message", "messages")} · "
            + Count(digest.Activity.Count, "person", "people")
        : "No messages.";

    private static List<string> Omissions(Digest digest)
    {
        var lines = new List<string>();
        Add(digest.Omitted.Disappearing, "disappearing message", "disappearing messages");
        Add(digest.Omitted.ViewOnce, "view-once message", "view-once messages");
        Add(digest.Omitted.Erased, "deleted message", "deleted messages");
        Add(digest.Omitted.Older, "older message", "older messages");
        Add(digest.Omitted.Findings, "further finding", "further findings");
        return lines;

        void Add(long count, string one, string many)
        {
            if (count > 0)
            {
                lines.Add(Count(count, one, many));
            }
        }
    }

    /// <summary>One line, without what could steer a terminal or turn the direction of reading around.</summary>
    internal static string Plain(string text)
    {
        var builder = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                // Tag characters (U+E0000 to U+E007F) hide text; those in flags are lost with them.
                if (c != '\uDB40')
                {
                    builder.Append(c).Append(text[i + 1]);
                }

                i++;
            }
            else if (c is '\n' or '\r' or '\t' or '\u2028' or '\u2029')
            {
                builder.Append(' ');
            }
            else if (char.IsSurrogate(c) || char.IsControl(c))
            {
                builder.Append('\uFFFD');
            }
            else if (!IsInvisible(c))
            {
                builder.Append(c);
            }
        }

        return builder.ToString();
    }

    /// <summary>Zero width, or turns the direction of reading around.</summary>
    private static bool IsInvisible(char c) =>
        c is '\u200B' or '\u200E' or '\u200F' or '\u2060' or '\uFEFF' or (>= '\u202A' and <= '\u202E')
        or (>= '\u2066' and <= '\u2069');
}
