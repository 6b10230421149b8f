using System.Globalization;

namespace Fluister.Cli.Accounts;

/// <summary>Spans of time on the command line: "30s", "5m", "8h", "1d", "4w", a number of seconds, or "off".</summary>
internal static class Duration
{
    /// <summary>In seconds; 0 for "off".</summary>
    /// <param name="text">As typed.</param>
    /// <param name="option">The option's name, for the error.</param>
    public static int Seconds(string text, string option)
    {
        var unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, 'w' => 604_800, _ => 0 };
        var digits = unit == 0 ? text : text[..^1];
        if (text is "off")
        {
            return 0;
        }

        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && (long)count * Math.Max(unit, 1) is <= int.MaxValue and var seconds
            ? (int)seconds
            : throw new UsageException($"{option} {text}: write 30s, 5m, 8h, 1d, 4w, a number of seconds, or off.");
    }
}
