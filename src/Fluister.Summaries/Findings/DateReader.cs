using Fluister.Summaries.Language;

namespace Fluister.Summaries.Findings;

/// <summary>A day or time as written.</summary>
internal readonly record struct NamedDate(string Text, DateOnly? Day, TimeOnly? Time);

/// <summary>Reads days from text: ISO dates, day and month in figures, month names, weekdays and "tomorrow" in English, German, Dutch,
/// French, Spanish and Italian. Leaves the day open where writers disagree (3/4 is in March or in April).</summary>
internal static class DateReader
{
    private static readonly Dictionary<string, int> Months = Table(
        "january jan januar januari janvier enero gennaio", "february feb februar februari février fevrier febrero febbraio",
        "march mar märz maerz maart mars marzo", "april apr avril abril aprile", "may mai mei mayo maggio",
            "june jun juni juin junio giugno",
        "july jul juli juillet julio luglio", "august aug augustus août aout agosto", "september sep sept septembre septiembre settembre",
        "october oct oktober okt octobre octubre ottobre", "november nov novembre noviembre", "december dec dezember dez décembre "
            + "decembre diciembre dicembre");

    private static readonly Dictionary<string, int> Weekdays = Table(
        "sunday sonntag zondag dimanche domingo domenica", "monday montag maandag lundi lunes lunedì",
            "tuesday dienstag dinsdag mardi martes martedì",
        "wednesday mittwoch woensdag mercredi miércoles miercoles mercoledì", "thursday donnerstag donderdag jeudi jueves giovedì",
        "friday freitag vrijdag vendredi viernes venerdì", "saturday samstag sonnabend zaterdag samedi sábado sabado sabato");

    /// <summary>Days from the day of writing, yesterday (-1) first.</summary>
    private static readonly Dictionary<string, int> Relative = Table(
        "yesterday gestern gisteren hier ayer ieri", "tonight vanavond stasera", "tomorrow morgen demain mañana domani",
        "übermorgen uebermorgen overmorgen dopodomani").ToDictionary(x => x.Key, x => x.Value - 1, StringComparer.Ordinal);

    /// <summary>Any of these, or a figure, may begin a date.</summary>
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Beginnings = Months.Keys.Concat(Weekdays.Keys)
        .Concat(Relative.Keys)
        .ToHashSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>"hier" is here in German and Dutch; "morgen" is also morning; "mañana" too.</summary>
    private static readonly HashSet<string> Last = ["last", "letzten", "letzte", "vorigen", "afgelopen", "vorige", "pasado", "scorso"];
    private static readonly HashSet<string> LastAfter = ["dernier", "dernière", "pasado", "pasada", "scorso", "scorsa"];
    private static readonly HashSet<string> Morning = ["guten", "goede", "guter", "la", "goeie", "am", "heute", "elke", "jeden"];

    /// <summary>Whether a lower-case word alone names a day.</summary>
    public static bool IsDay(string lower) => Weekdays.ContainsKey(lower) || Relative.ContainsKey(lower);

    /// <summary>Days named in a sentence; each stretch once.</summary>
    /// <param name="text">A sentence.</param>
    /// <param name="sent">The day on which it was sent.</param>
    public static List<NamedDate> Read(string text, DateOnly sent)
    {
        var words = new List<Word>();
        Words.Split(text, words);
        if (!words.Exists(w => char.IsAsciiDigit(text[w.Start]) || Beginnings.Contains(text.AsSpan(w.Start, w.Length))))
        {
            return [];
        }

        var lower = words.ConvertAll(w => w.Length <= 24 ? text.Substring(w.Start, w.Length).ToLowerInvariant() : "");
        var found = new List<NamedDate>();
        for (var i = 0; i < words.Count; i++)
        {
            if (Match(text, words, lower, i, sent, out var day) is not (> 0 and var used))
            {
                continue;
            }

            var (first, last) = (i, i + used - 1);
            var time = TimeNear(text, words, lower, ref last);
            var stretch = text[words[first].Start..(words[last].Start + words[last].Length)];
            found.Add(new(stretch, day, time));
            i = last;
        }

        return found;
    }

    private static int Match(string text, List<Word> words, List<string> lower, int i, DateOnly sent, out DateOnly? day)
    {
        day = null;
        var used = Figures(text, words, lower, i, sent, out day);
        if (used > 0)
        {
            return used;
        }

        // 5 October 2026, 5. Oktober, 5th of October, 5 de octubre
        if (Number(lower[i], out var n, ordinal: true) && n is >= 1 and <= 31)
        {
            var m = i + 1;
            while (m < lower.Count && m <= i + 2 && lower[m] is "of" or "de" or "di" or "th" or "st" or "nd" or "rd" or "er" or "of")
            {
                m++;
            }

            if (m < lower.Count && Months.TryGetValue(lower[m], out var month) && Near(text, words[i], words[m]))
            {
                used = m - i + 1;
                used += Year(lower, m + 1, out var year, skip: "de") is var y
                    && Near(text, words[m], words[Math.Min(m + y, words.Count - 1)]) ? y : 0;
                day = Make(year, month + 1, n, sent);
                return day is null ? 0 : used;
            }
        }

        // October 5th, 2026
        if (Months.TryGetValue(lower[i], out var named) && i + 1 < lower.Count && Number(lower[i + 1], out n, ordinal: true)
            && n is >= 1 and <= 31
            && words[i + 1].Start == words[i].Start + words[i].Length + 1)
        {
            var y = Year(lower, i + 2, out var year, skip: null);
            day = Make(year, named + 1, n, sent);
            return day is null ? 0 : 2 + y;
        }

        if (Weekdays.TryGetValue(lower[i], out var weekday))
        {
            var past = (i > 0 && Last.Contains(lower[i - 1])) || (i + 1 < lower.Count && LastAfter.Contains(lower[i + 1]));
            var ahead = (weekday - (int)sent.DayOfWeek + 7) % 7;
            day = Add(sent, past ? (ahead == 0 ? -7 : ahead - 7) : ahead == 0 ? 7 : ahead);
            return 1;
        }

        if (Relative.TryGetValue(lower[i], out var shift))
        {
            if (lower[i] is "hier"
                && !lower.Exists(x => x is "je" or "j" or "on" or "nous" or "il" or "elle" or "c" or "est" or "le" or "la" or "soir"))
            {
                return 0;
            }

            if (lower[i] is "morgen" or "mañana" && i > 0 && Morning.Contains(lower[i - 1]))
            {
                return 0;
            }

            day = Add(sent, shift);
            return 1;
        }

        return 0;
    }

    /// <summary>2026-10-05, 5.10.2026, 5.10., 5/10/2026.</summary>
    private static int Figures(string text, List<Word> words, List<string> lower, int i, DateOnly sent, out DateOnly? day)
    {
        day = null;
        if (!Number(lower[i], out var a, false) || i + 1 >= words.Count || !Number(lower[i + 1], out var b, false)
            || Between(text, words, i) is not { } mark
            || (i > 0 && words[i].Start - words[i - 1].Start - words[i - 1].Length == 1
            && text[words[i].Start - 1] is '.' or '/' or '-' or ':' or ','))
        {
            return 0;
        }

        var third = i + 2 < words.Count && Between(text, words, i + 1) == mark && Number(lower[i + 2], out var c, false) ? c : -1;
        if (mark == '-')
        {
            if (lower[i].Length != 4 || third < 0)
            {
                return 0;
            }

            day = Make(a, b, third, sent);
            return day is null ? 0 : 3;
        }

        var end = words[i + 1].Start + words[i + 1].Length;
        if (lower[i].Length > 2 || lower[i + 1].Length > 2 || mark is not ('.' or '/'))
        {
            return 0;
        }

        if (third >= 0)
        {
            if (lower[i + 2].Length is not (2 or 4))
            {
                return 0;
            }

            var year = third < 100 ? 2000 + third : third;
            var (d, m) = mark == '.' || a > 12 ? (a, b) : b > 12 ? (b, a) : (a, b);
            var certain = mark == '.' || a > 12 || b > 12 || a == b;
            var made = Make(year, m, d, sent);
            day = certain ? made : null;
            return made is null ? 0 : 3;
        }

        // "5.10." is a date; "5.10" is as likely a price.
        if (mark == '.' && end < text.Length && text[end] == '.' && (end + 1 == text.Length || !char.IsDigit(text[end + 1])))
        {
            day = Make(0, b, a, sent);
            return day is null ? 0 : 2;
        }

        return 0;
    }

    private static TimeOnly? TimeNear(string text, List<Word> words, List<string> lower, ref int last)
    {
        for (var i = last + 1; i < Math.Min(words.Count, last + 4); i++)
        {
            var word = lower[i];
            if (word.EndsWith('m') && word.Length is 3 or 4 && word[^2] is 'a' or 'p' && Number(word[..^2], out var clock, false)
                && clock is >= 1 and <= 12)
            {
                last = i;
                return new TimeOnly((clock % 12) + (word[^2] == 'p' ? 12 : 0), 0);
            }

            var french = word.IndexOf('h');
            if (french is 1 or 2 && Number(word[..french], out var hour, false) && hour < 24
                && (french == word.Length - 1 || (Number(word[(french + 1)..], out var half, false) && half < 60)))
            {
                last = i;
                return new TimeOnly(hour, french == word.Length - 1 ? 0 : int.Parse(word[(french + 1)..]));
            }

            if (!Number(word, out hour, false) || hour > 23)
            {
                continue;
            }

            if (i + 1 < words.Count && Between(text, words, i) == ':' && lower[i + 1] is { Length: >= 2 } minutes
                && int.TryParse(minutes.AsSpan(0, 2), out var minute) && minute < 60)
            {
                last = i + 1;
                var suffix = minutes.Length > 2 ? minutes[2..] : i + 2 < words.Count ? lower[i + 2] : "";
                last += minutes.Length == 2 && suffix is "am" or "pm" ? 1 : 0;
                return new TimeOnly(suffix is "pm" && hour < 12 ? hour + 12 : suffix is "am" && hour == 12 ? 0 : hour, minute);
            }

            if (i + 1 < words.Count && lower[i + 1] is "uhr" or "uur" or "heures" or "am" or "pm")
            {
                last = i + 1;
                return new TimeOnly(lower[i + 1] is "pm" && hour < 12 ? hour + 12 : lower[i + 1] is "am" && hour == 12 ? 0 : hour, 0);
            }
        }

        return null;
    }

    /// <summary>The one mark that stands between a word and the next.</summary>
    private static char? Between(string text, List<Word> words, int i)
    {
        var end = words[i].Start + words[i].Length;
        return words[i + 1].Start == end + 1 ? text[end] : null;
    }

    private static bool Near(string text, Word left, Word right) => !text.AsSpan(left.Start, right.Start - left.Start).ContainsAny("\n;()");

    private static bool Number(string word, out int value, bool ordinal)
    {
        value = 0;
        var digits = word.AsSpan().IndexOfAnyExceptInRange('0', '9');
        digits = digits < 0 ? word.Length : digits;
        return digits is > 0 and <= 4
            && (digits == word.Length || (ordinal && word[digits..] is "st" or "nd" or "rd" or "th" or "er" or "e"))
            && int.TryParse(word.AsSpan(0, digits), out value);
    }

    private static int Year(List<string> lower, int i, out int year, string? skip)
    {
        year = 0;
        var used = skip is not null && i < lower.Count && string.Equals(lower[i], skip, StringComparison.Ordinal) ? 1 : 0;
        if (i + used < lower.Count && lower[i + used].Length == 4 && Number(lower[i + used], out var n, false) && n is >= 1900 and <= 2199)
        {
            year = n;
            return used + 1;
        }

        return 0;
    }

    /// <summary>Without a year: the nearest such day, up to two months back, else ahead.</summary>
    private static DateOnly? Make(int year, int month, int day, DateOnly sent)
    {
        if (month is < 1 or > 12 || day < 1 || year is < 0 or > 9999)
        {
            return null;
        }

        if (year != 0)
        {
            return day <= DateTime.DaysInMonth(year, month) ? new DateOnly(year, month, day) : null;
        }

        for (var y = Math.Max(1, sent.Year - 1); y <= Math.Min(9999, sent.Year + 4); y++)
        {
            if (day <= DateTime.DaysInMonth(y, month) && new DateOnly(y, month, day) is var made && made.DayNumber >= sent.DayNumber - 60)
            {
                return made;
            }
        }

        return null;
    }

    private static DateOnly? Add(DateOnly day, int shift) => day.DayNumber + shift is >= 0 and var n && n <= DateOnly.MaxValue.DayNumber
        ? DateOnly.FromDayNumber(n)
        : null;

    private static Dictionary<string, int> Table(params string[] lines) =>
        lines.SelectMany((line, i) => line.Split(' ').Select(x => (x, i)))
        .DistinctBy(x => x.x, StringComparer.Ordinal).ToDictionary(x => x.x, x => x.i, StringComparer.Ordinal);
}
