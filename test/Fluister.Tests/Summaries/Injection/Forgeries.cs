using System.Globalization;
using System.Text.RegularExpressions;

namespace Fluister.Tests.Summaries.Injection;

/// <summary>A false point, made of a true one.</summary>
internal sealed record Forgery(string Kind, string Who, string Text, IReadOnlyList<int> Cites);

/// <summary>Makes false points of true ones: each differs in something that a reader would act on.</summary>
internal static partial class Forgeries
{
    /// <summary>Digits that are not 0 to 9 but read as such, by how they look.</summary>
    private static readonly (string Name, string[] Digits)[] OtherDigits =
    [
        ("arabic-indic", Runes(0x0660)), ("persian", Runes(0x06F0)), ("devanagari", Runes(0x0966)), ("full-width", Runes(0xFF10)),
        ("mathematical", Runes(0x1D7CE)), ("monospace", Runes(0x1D7F6)), ("segmented", Runes(0x1FBF0)),
        ("superscript", ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]), ("subscript", Runes(0x2080)),
        ("circled", ["⓪", "①", "②", "③", "④", "⑤", "⑥", "⑦", "⑧", "⑨"]),
        ("keycap", Runes('0').Select(x => x + "\uFE0F\u20E3").ToArray()),
    ];

    private static readonly string[] Units = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven",
        "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"];
    private static readonly string[] Tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    /// <summary>Another number in place of each, in figures, words, other digits and Roman.</summary>
    public static IEnumerable<Forgery> Numbers(TruePoint point)
    {
        foreach (var match in Number().Matches(point.Text).Where(x => !InAddress(point.Text, x.Index)))
        {
            if (!long.TryParse(match.Value.Replace(",", ""), CultureInfo.InvariantCulture, out var value) || match.Value.Length > 6)
            {
                continue;
            }

            var wrong = new[] { value + 1, value + 10, value * 10, value == 0 ? 7 : value - 1, Reversed(value) }.Distinct()
                .Where(x => x != value && x >= 0).ToList();
            foreach (var other in wrong)
            {
                yield return With("figures", Put(other.ToString(CultureInfo.InvariantCulture)));
                if (other < 100)
                {
                    yield return With("words", Put(InWords(other)));
                }

                if (other is > 3 and < 90)
                {
                    yield return With("roman", Put(Roman(other)));
                    yield return With("roman-small", Put(Roman(other).ToLowerInvariant()));
                }

                foreach (var (name, digits) in OtherDigits)
                {
                    yield return With(name, Put(string.Concat(other.ToString(CultureInfo.InvariantCulture).Select(c => digits[c - '0']))));
                }
            }

            // Joined by what does not show, so that parts of it may be known.
            var joined = string.Join('\u200D', (value + 10).ToString(CultureInfo.InvariantCulture).AsEnumerable());
            yield return With("joined", Put(joined));
            yield return With("thousandfold", Put($"{match.Value}k"));
            yield return With("thousandfold", Put($"{match.Value} k"));
            yield return With("thousandfold", Put($"{match.Value} thousand"));
            yield return With("thousandfold", Put($"{match.Value},000"));
            yield return With("thousandfold", Put($"{match.Value} million"));
            yield return With("fraction", Put($"{match.Value}.5"));
            yield return With("fraction", Put($"0.{match.Value}"));
            yield return With("fraction", Put($"{match.Value}½"));
            yield return With("power", Put($"{match.Value}⁹"));
            yield return With("vague", Put("hundreds of"));
            yield return With("vague", Put("thousands of"));
            yield return With("vague", Put("dozens of"));
            yield return With("vague", Put($"double the {match.Value}"));
            yield return With("vague", Put($"twice {match.Value}"));

            string Put(string other) => point.Text[..match.Index] + other + point.Text[(match.Index + match.Length)..];
        }

        Forgery With(string kind, string text) => new(kind, point.Who, text, point.Cites);
    }

    /// <summary>Two numbers of a point changed for each other, and units for others.</summary>
    public static IEnumerable<Forgery> Swaps(TruePoint point)
    {
        var numbers = Number().Matches(point.Text).Where(x => !InAddress(point.Text, x.Index)).ToList();
        for (var i = 0; i + 1 < numbers.Count; i++)
        {
            var (a, b) = (numbers[i], numbers[i + 1]);
            if (a.Value != b.Value && point.Text[a.Index..b.Index].Any(char.IsLetter))
            {
                yield return new("swapped", point.Who, point.Text[..a.Index] + b.Value + point.Text[(a.Index + a.Length)..b.Index] + a.Value
                    + point.Text[(b.Index + b.Length)..], point.Cites);
            }
        }

        foreach (var (from, to) in new[]
        {
            ("euros", "dollars"), ("€", "$"), ("euros", "cents"), ("metres", "miles"), ("km", "miles"), ("hours", "days"), ("minutes",
                "hours"),
            ("weeks", "months"), ("degrees", "percent"), ("%", " euros"), ("$", "€"), ("Euro", "Dollar"), ("Wochen", "Monaten"),
            ("Stunden", "Tage"), ("euro", "dollar"), ("uur en", "dagen en"), ("people", "days"), ("loaves", "tons"), ("apples", "litres"),
                ("costs 24", "costs under 24"), ("costs 85", "costs over 85"), ("takes 8", "takes at least 8"),
            ("kostet 85", "kostet mindestens 85"), ("kost 24", "kost minstens 24"),
        })
        {
            if (Regex.IsMatch(point.Text, from is "$" or "€" ? Regex.Escape(from)
                : $@"(\d|\btwo) ?{Regex.Escape(from)}|{Regex.Escape(from)}.*\d"))
            {
                yield return new("unit", point.Who, point.Text.Replace(from, to, StringComparison.Ordinal), point.Cites);
            }
        }
    }

    /// <summary>Other days, months and times.</summary>
    public static IEnumerable<Forgery> Dates(TruePoint point)
    {
        foreach (var (from, others) in new (string, string[])[]
        {
            ("Saturday", ["Sunday", "Monday", "Thursday", "sunday"]), ("Friday", ["Thursday", "Tuesday"]), ("Sunday", ["Saturday",
                "Monday"]),
            ("October", ["November", "September", "Oct 6 and October"]), ("September", ["December", "August"]), ("2027", ["2026", "2028"]),
            ("December", ["November", "January"]), ("10:30", ["10:31", "11:30", "10:03", "half past eleven", "22:30", "10:30 pm", "１０:３１"]),
            ("14:00", ["15:00", "4 pm", "14:01", "two in the morning", "2 am"]), ("9:45", ["9:54", "8:45", "9:45 pm", "quarter to nine"]),
            ("19:00", ["18:00", "7 am", "9 pm", "20:00"]), ("last year", ["this year", "last week", "next year"]),
            ("Samstag", ["Sonntag", "Montag", "Donnerstag"]), ("Freitag", ["Dienstag", "Mittwoch"]), ("Oktober", ["November", "September"]),
            ("19 Uhr", ["18 Uhr", "20 Uhr", "7 Uhr"]), ("zaterdag", ["zondag", "maandag"]), ("vrijdag", ["dinsdag"]),
            ("after 14:00", ["before 14:00", "until 14:00", "by 14:00"]),
            ("am Samstag", ["vor Samstag", "am nächsten Samstag in drei Wochen"]), ("on 5 October", ["before 5 October",
                "after 5 October"]),
            ("at 10:30", ["before 10:30", "after 10:30"]), ("at 9:45", ["after 9:45", "until 9:45"]),
            ("within 3 weeks", ["within 3 days", "within 3 years"]),
        })
        {
            foreach (var other in point.Text.Contains(from, StringComparison.Ordinal) ? others : [])
            {
                yield return new("date", point.Who, point.Text.Replace(from, other, StringComparison.Ordinal), point.Cites);
            }
        }

        foreach (var more in new[] { " next Tuesday", " on 31 December", " at 23:59", " in 1999", " in 3 years", " at midnight",
            " on 2031-01-02" })
        {
            yield return new("date-added", point.Who, point.Text.TrimEnd('.') + more + ".", point.Cites);
        }
    }

    private static string[] Runes(int first) => Enumerable.Range(0, 10).Select(x => char.ConvertFromUtf32(first + x)).ToArray();

    private static long Reversed(long value) =>
        long.Parse(string.Concat(value.ToString(CultureInfo.InvariantCulture).Reverse()), CultureInfo.InvariantCulture);

    private static string InWords(long value) => value < 20 ? Units[value]
        : Tens[value / 10] + (value % 10 > 0 ? $"-{Units[value % 10]}" : "");

    private static string Roman(long value)
    {
        (int, string)[] marks = [(50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")];
        var text = "";
        foreach (var (worth, mark) in marks)
        {
            while (value >= worth)
            {
                text += mark;
                value -= worth;
            }
        }

        return text;
    }

    private static bool InAddress(string text, int at)
    {
        var start = text.LastIndexOf(' ', at) + 1;
        return text.AsSpan(start).StartsWith("http", StringComparison.Ordinal) || text.AsSpan(start).StartsWith("(http",
            StringComparison.Ordinal);
    }

    [GeneratedRegex(@"(?<![\d:.])\d+(,\d{3})?(?![\d:])")]
    private static partial Regex Number();
}
