using System.Globalization;
using Fluister.Archive.Conversations;

namespace Fluister.Cli;

/// <summary>Times on the command line, in this computer's time zone.</summary>
internal static class Moment
{
    private static readonly string[] Forms = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm"];

    /// <summary>"4w", "10d", "12h" before now; "2026-10-01" with or without "T18:30".</summary>
    /// <param name="text">As typed.</param>
    /// <param name="option">The option's name, for the error.</param>
    /// <param name="isEnd">A day means its end rather than its beginning.</param>
    public static Timestamp Parse(string text, string option, bool isEnd)
    {
        if (text.Length is > 1 and < 8
            && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            TimeSpan? unit = text[^1] switch
            {
                'h' => TimeSpan.FromHours(1),
                'd' => TimeSpan.FromDays(1),
                'w' => TimeSpan.FromDays(7),
                _ => null,
            };
            if (unit is { } length)
            {
                return new Timestamp(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - ((long)length.TotalMilliseconds * count));
            }
        }

        if (!DateTime.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            || date.Year is < 1000 or > 9998)
        {
            // Years at the calendar's ends have no next day, or none in every time zone.
            throw new UsageException($"{option} {text}: write 4w, 10d, 12h, 2026-10-01 or 2026-10-01T18:30.");
        }

        if (isEnd && text.Length == 10)
        {
            date = date.AddDays(1);
        }

        return Timestamp.From(new DateTimeOffset(date, TimeZoneInfo.Local.GetUtcOffset(date)));
    }
}
