using System.Globalization;
using System.Text.RegularExpressions;
using Fluister.Summaries.Findings;
using Fluister.Summaries.Language;

namespace Fluister.Summaries.Checks;

/// <summary>Days, times, months and parts of a day that a text names, read as on the day of sending.</summary>
internal sealed partial class Moments
{
    private static readonly HashSet<string> TodayWords =
        ["today", "tonight", "heute", "vandaag", "vanavond", "vanmorgen", "vanmiddag", "hui", "hoy", "oggi", "stasera"];

    private static readonly Dictionary<string, int> Parts = Table(
        "morning mornings vormittag vormittags früh ochtend ochtends matin mattina mattino mañana",
        "noon midday mittag mittags middags midi mediodía mezzogiorno", "afternoon afternoons nachmittag nachmittags middag namiddag "
            + "après-midi tarde pomeriggio",
        "evening evenings tonight abend abends avond avonds vanavond soir soirée noche sera stasera",
            "night nights nacht nachts nuit notte "
            + "noche", "midnight mitternacht middernacht minuit medianoche mezzanotte", "weekend weekends wochenende wochenend finde "
            + "fine-settimana");

    private static readonly Dictionary<string, int> Months = Table(
        "january januar januari janvier enero gennaio", "february februar februari février febrero febbraio", "march märz maart mars marzo",
        "april avril abril aprile", "may mai mei mayo maggio", "june juni juin junio giugno", "july juli juillet julio luglio",
        "august augustus août agosto", "september septembre septiembre settembre", "october oktober octobre octubre ottobre",
        "november novembre noviembre", "december dezember décembre diciembre dicembre");

    private static readonly Dictionary<string,
        int> Units = Table("second seconds sekunde sekunden seconde secondes segundo segundos secondo "
        + "secondi", "minute minutes minuten minuut minuto minutos minuti min",
            "hour hours stunde stunden uur uren heure heures hora horas "
        + "ora ore", "day days tag tage tagen dag dagen jour jours día días giorno giorni",
            "week weeks woche wochen weken semaine semaines "
        + "semana semanas settimana settimane", "month months monat monate monaten maand maanden mois meses mese mesi",
        "year years jahr jahre jahren jaar jaren ans année années año años anno anni");

    /// <summary>Days.</summary>
    public HashSet<DateOnly> Days { get; } = [];

    /// <summary>Days that cannot be told for certain, as written.</summary>
    public HashSet<string> Unsure { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Times of day.</summary>
    public HashSet<TimeOnly> Times { get; } = [];

    /// <summary>Numbers that days and times are written with, in the form of <see cref="Numerals"/>.</summary>
    public HashSet<string> Written { get; } = new(StringComparer.Ordinal);

    /// <summary>Numbers that the same days and times may be written with.</summary>
    public HashSet<string> Implied { get; } = new(StringComparer.Ordinal);

    /// <summary>Months named, from 0.</summary>
    public HashSet<int> MonthsNamed { get; } = [];

    /// <summary>Parts of a day or week named.</summary>
    public HashSet<int> PartsNamed { get; } = [];

    /// <summary>Units of time that a number stands before.</summary>
    public HashSet<int> UnitsCounted { get; } = [];

    /// <summary>A word that this class checks, so that no other check need.</summary>
    public static bool IsMoment(string lower) => TodayWords.Contains(lower) || Parts.ContainsKey(lower) || Months.ContainsKey(lower)
        || Units.ContainsKey(lower) || DateReader.IsDay(lower);

    /// <summary>The name of a month.</summary>
    public static bool IsMonth(string lower) => Months.ContainsKey(lower);

    /// <summary>Reads a text; <paramref name="sent"/> is null where the day of sending is not on the calendar.</summary>
    public static Moments Read(string text, DateOnly? sent)
    {
        var moments = new Moments();
        foreach (var date in DateReader.Read(text, sent ?? new DateOnly(2000, 1, 1)))
        {
            if (date.Day is { } day && sent is not null)
            {
                moments.Add(day);
            }
            else
            {
                moments.Unsure.Add(date.Text);
            }

            if (date.Time is { } time)
            {
                moments.Add(time);
            }

            moments.Written.UnionWith(Numerals.Read(date.Text));
        }

        foreach (Match match in Clock().Matches(text))
        {
            var hour = int.Parse(match.Groups["h"].Value, CultureInfo.InvariantCulture);
            var minute = match.Groups["m"].Success ? int.Parse(match.Groups["m"].Value, CultureInfo.InvariantCulture) : 0;
            var half = match.Groups["ap"].Value.ToLowerInvariant();
            if (hour <= 23 && minute <= 59 && (half.Length == 0 || hour is >= 1 and <= 12))
            {
                moments.Add(new TimeOnly(half.Length == 0 ? hour : (hour % 12) + (half[0] == 'p' ? 12 : 0), minute));
                moments.Written.UnionWith(Numerals.Read(match.Value));
            }
        }

        moments.ReadWords(text, sent);
        return moments;
    }

    private void ReadWords(string text, DateOnly? sent)
    {
        var words = new List<Word>();
        Words.Split(text, words);
        var before = "";
        foreach (var word in words)
        {
            var lower = text.Substring(word.Start, Math.Min(word.Length, 24)).ToLowerInvariant();
            if (TodayWords.Contains(lower) && sent is { } today)
            {
                Add(today);
            }

            // "May" and "mars" are words too.
            if (Months.TryGetValue(lower, out var month) && (lower is not ("may" or "mars" or "march") || char.IsUpper(text[word.Start])))
            {
                MonthsNamed.Add(month);
            }

            if (Parts.TryGetValue(lower, out var part))
            {
                PartsNamed.Add(part);
            }

            if (Units.TryGetValue(lower, out var unit) && Numerals.Read(before).Count > 0)
            {
                UnitsCounted.Add(unit);
            }

            before = lower;
        }
    }

    private void Add(DateOnly day)
    {
        Days.Add(day);
        MonthsNamed.Add(day.Month - 1);
        foreach (var number in new[] { day.Day, day.Year })
        {
            Implied.Add(Numerals.Form(number));
        }
    }

    private void Add(TimeOnly time)
    {
        Times.Add(time);
        if (time.Minute == 0)
        {
            Implied.Add(Numerals.Form(time.Hour));
            Implied.Add(Numerals.Form(time.Hour > 12 ? time.Hour - 12 : time.Hour));
        }

        PartsNamed.Add(time.Hour switch { < 5 => 4, < 12 => 0, 12 => 1, < 18 => 2, < 22 => 3, _ => 4 });
    }

    private static Dictionary<string, int> Table(params string[] lines) => lines.SelectMany((line, i) => line.Split(' ').Select(x => (x,
        i)))
        .DistinctBy(x => x.x, StringComparer.Ordinal).ToDictionary(x => x.x, x => x.i, StringComparer.Ordinal);

    [GeneratedRegex(@"(?<![0-9.,:/-])(?<h>[0-9]{1,2})(?:(?:[:h])(?<m>[0-9]{2})\s?(?<ap>[ap]\.?m)?"
        + @"|(?:\.(?<m>[0-9]{2}))?\s?(?:(?<ap>[ap]\.?m)\b|uhr\b|uur\b"
        + @"|heures?\b|o['’]?clock\b)|h\b)(?![0-9])",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Clock();
}
