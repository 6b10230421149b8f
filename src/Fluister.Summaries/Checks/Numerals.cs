using System.Globalization;
using System.Text;
using Fluister.Summaries.Language;

namespace Fluister.Summaries.Checks;

/// <summary>Reads numbers from text, in figures and as small numbers and ordinals in words of English, German, Dutch, French, Spanish and
/// Italian. "a" and "one" alone are no numbers; "at one" is.</summary>
internal static class Numerals
{
    private static readonly Dictionary<string, decimal> Values = Build();

    private static readonly Dictionary<string, int> Tens = Table(20, 10,
        "twenty zwanzig twintig vingt veinte venti", "thirty dreißig dreissig dertig trente treinta trenta",
        "forty vierzig veertig quarante cuarenta quaranta", "fifty fünfzig fuenfzig vijftig cinquante cincuenta cinquanta",
        "sixty sechzig zestig soixante sesenta sessanta", "seventy siebzig zeventig septante setenta settanta",
        "eighty achtzig tachtig huitante octante ochenta ottanta", "ninety neunzig negentig nonante noventa novanta");

    /// <summary>Before these words "one" is a time or an amount.</summary>
    private static readonly HashSet<string> Binding = ("at by until till before after from um bis ab vor nach gegen om tot vanaf voor "
        + "na à vers "
        + "avant après las la alle all'").Split(' ').ToHashSet(StringComparer.Ordinal);

    private static readonly HashSet<string> One =
        ["one", "ein", "eins", "eine", "einen", "einem", "einer", "een", "één", "un", "une", "una", "uno"];

    /// <summary>The numbers in a text, as values and, for figures that belong together such as 9:30 or 12-34, as written.</summary>
    public static HashSet<string> Read(string text)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        Figures(text, found);
        var words = new List<Word>();
        Words.Split(text, words);
        var lower = words.ConvertAll(x => text.Substring(x.Start, Math.Min(x.Length, 40)).ToLowerInvariant());
        for (var i = 0; i < lower.Count; i++)
        {
            if (One.Contains(lower[i]))
            {
                if (i > 0 && Binding.Contains(lower[i - 1]))
                {
                    found.Add("1");
                }
            }
            else if (lower[i] is "quatre" && i + 1 < lower.Count && lower[i + 1] is "vingt" or "vingts")
            {
                i = Compose(lower, i + 1, 80, found);
            }
            else if (Tens.TryGetValue(lower[i], out var tens))
            {
                i = Compose(lower, i, tens, found);
            }
            else if (Values.TryGetValue(lower[i], out var value))
            {
                found.Add(Form(value));
            }
        }

        return found;
    }

    /// <summary>A value as <see cref="Read"/> gives it.</summary>
    public static string Form(decimal value) => value.ToString("0.############", CultureInfo.InvariantCulture);

    /// <summary>"eighty five", "treinta y cinco", "soixante et onze": one number.</summary>
    private static int Compose(List<string> lower, int i, int tens, HashSet<string> found)
    {
        var next = i + 1 < lower.Count && lower[i + 1] is "y" or "et" or "e" or "and" ? i + 2 : i + 1;
        var most = tens is 60 or 80 ? 19 : 9;
        if (next < lower.Count)
        {
            var unit = Values.TryGetValue(lower[next], out var value) ? value : One.Contains(lower[next]) ? 1 : 0;
            if (unit >= 1 && unit <= most && (unit != 1 || next == i + 2 || lower[next] is "one"))
            {
                found.Add(Form(tens + unit));
                return next;
            }
        }

        found.Add(Form(tens));
        return i;
    }

    /// <summary>Runs of digits with marks between them: "1,000", "1.000,50", "9:30", "2026-10-05", "3rd".</summary>
    private static void Figures(string text, HashSet<string> found)
    {
        for (var i = 0; i < text.Length;)
        {
            if (!char.IsDigit(text[i]))
            {
                i++;
                continue;
            }

            var run = new StringBuilder();
            var end = i;
            while (end < text.Length && (char.IsDigit(text[end]) || (IsMark(text[end]) && end + 1 < text.Length && char.IsDigit(text[end
                + 1]))))
            {
                run.Append(char.IsDigit(text[end]) ? (char)('0' + (int)char.GetNumericValue(text[end])) : text[end]);
                end++;
            }

            // "8k" is not 8; "9h30", "3pm", "5th" and "21e" are read as what they are.
            var suffix = end;
            while (suffix < text.Length && char.IsLetter(text[suffix]))
            {
                suffix++;
            }

            var letters = text[end..suffix].ToLowerInvariant();
            found.Add(letters is "k" or "m" or "bn" or "mio" or "mrd" ? Canonical(run.ToString()) + letters : Canonical(run.ToString()));
            i = end;
        }
    }

    private static bool IsMark(char c) => c is '.' or ',' or ':' or '/' or '-' or '\'' or '’' or '\u202F' or '\u00A0';

    private static string Canonical(string run)
    {
        var groups = run.Split('.', ',', '\'', '’', '\u202F', '\u00A0');
        if (run.AsSpan().ContainsAny(":/-"))
        {
            return run;
        }

        if (groups.Length == 1)
        {
            return run.TrimStart('0') is { Length: > 0 } plain ? plain : "0";
        }

        // Three digits after each mark: thousands. One mark and other digits after it: a fraction.
        if (groups[0] is not "0" && groups[0].Length <= 3 && groups.Skip(1).All(x => x.Length == 3))
        {
            return string.Concat(groups).TrimStart('0');
        }

        var last = run.LastIndexOfAny(['.', ',']);
        var whole = string.Concat(run[..Math.Max(0, last)].Where(char.IsAsciiDigit)).TrimStart('0');
        var fraction = last < 0 ? "" : run[(last + 1)..].TrimEnd('0');
        return (groups.Length == 2 && groups[1] is "000") || (groups.Length > 2 && groups[1..^1].Any(x => x.Length != 3)) ? run
            : (whole.Length == 0 ? "0" : whole) + (fraction.Length == 0 ? "" : "." + fraction);
    }

    private static Dictionary<string, decimal> Build()
    {
        var values = new Dictionary<string, decimal>(StringComparer.Ordinal);
        string[] units =
        [
            "zero null nul zéro cero", "", "two zwei zwo twee deux dos due twice zweimal", "three drei drie trois tres tre",
            "four vier quatre cuatro quattro", "five fünf fuenf vijf cinq cinco cinque", "six sechs zes seis sei",
            "seven sieben zeven sept siete sette", "eight acht huit ocho otto", "nine neun negen neuf nueve nove",
            "ten zehn tien dix diez dieci", "eleven elf onze once undici",
                "twelve zwölf zwoelf twaalf douze doce dodici dozen dutzend dozijn "
                + "douzaine docena dozzina", "thirteen dreizehn dertien treize trece tredici",
            "fourteen vierzehn veertien quatorze catorce quattordici", "fifteen fünfzehn fuenfzehn vijftien quinze quince quindici",
            "sixteen sechzehn zestien seize dieciséis sedici", "seventeen siebzehn zeventien diecisiete diciassette",
            "eighteen achtzehn achttien dieciocho diciotto", "nineteen neunzehn negentien diecinueve diciannove",
        ];
        string[] ordinals =
        [
            "", "first erste ersten erster erstes eerste premier première primero primera primo prima 1st",
            "second zweite zweiten zweiter tweede deuxième segundo segunda secondo seconda",
            "third dritte dritten dritter derde troisième tercero tercera terzo terza",
                "fourth vierte vierten vierde quatrième cuarto quarto",
            "fifth fünfte fünften vijfde cinquième quinto quinta", "sixth sechste sechsten zesde sixième sexto sesto",
            "seventh siebte siebten zevende septième séptimo settimo", "eighth achte achten achtste huitième octavo ottavo",
            "ninth neunte neunten negende neuvième noveno nono", "tenth zehnte zehnten tiende dixième décimo decimo",
            "eleventh elfte elften elfde onzième", "twelfth zwölfte zwölften twaalfde douzième",
        ];
        foreach (var list in new[] { units, ordinals })
        {
            for (var n = 0; n < list.Length; n++)
            {
                foreach (var word in list[n].Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    values.TryAdd(word, n);
                }
            }
        }

        Compounds(values);
        foreach (var (word, value) in new (string, decimal)[]
        {
            ("half", 0.5m), ("halb", 0.5m), ("halbe", 0.5m), ("halben", 0.5m), ("hälfte", 0.5m), ("helft", 0.5m), ("halve", 0.5m),
            ("moitié", 0.5m), ("demi", 0.5m), ("mitad", 0.5m), ("metà", 0.5m), ("quarter", 0.25m), ("viertel", 0.25m), ("kwart", 0.25m),
            ("hundred", 100), ("hundert", 100), ("honderd", 100), ("cent", 100), ("cien", 100), ("ciento", 100), ("cento", 100),
            ("thousand", 1000), ("tausend", 1000), ("duizend", 1000), ("mille", 1000), ("mil", 1000), ("mila", 1000),
            ("million", 1_000_000), ("millions", 1_000_000), ("millionen", 1_000_000), ("miljoen", 1_000_000), ("millón", 1_000_000),
            ("milione", 1_000_000), ("milioni", 1_000_000), ("billion", 1_000_000_000), ("milliarde", 1_000_000_000), ("thrice", 3),
        })
        {
            values.TryAdd(word, value);
        }

        return values;
    }

    /// <summary>Numbers in one word: "fünfundachtzig", "vijfentachtig", "veinticinco", "venticinque".</summary>
    private static void Compounds(Dictionary<string, decimal> values)
    {
        string[] german = ["ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"];
        string[] germanTens = ["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"];
        string[] dutch = ["eenen", "tweeën", "drieën", "vieren", "vijfen", "zesen", "zevenen", "achten", "negenen"];
        string[] dutchTens = ["twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig"];
        string[] italian = ["uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove"];
        string[] italianTens = ["venti", "trenta", "quaranta", "cinquanta", "sessanta", "settanta", "ottanta", "novanta"];
        string[] spanish = ["uno", "dós", "trés", "cuatro", "cinco", "séis", "siete", "ocho", "nueve"];
        for (var unit = 1; unit <= 9; unit++)
        {
            values.TryAdd("veinti" + spanish[unit - 1], 20 + unit);
            for (var ten = 0; ten < germanTens.Length; ten++)
            {
                var value = ((ten + 2) * 10) + unit;
                values.TryAdd($"{german[unit - 1]}und{germanTens[ten]}", value);
                values.TryAdd($"{german[unit - 1]}und{germanTens[ten]}".Replace('ß', 's').Replace("dreisig", "dreissig"), value);
                values.TryAdd(dutch[unit - 1] + dutchTens[ten], value);
                values.TryAdd((unit is 1 or 8 ? italianTens[ten][..^1] : italianTens[ten]) + italian[unit - 1], value);
            }
        }
    }

    private static Dictionary<string, int> Table(int first, int step, params string[] lines) => lines.SelectMany((line, i) =>
        line.Split(' ').Select(x => (x, first + (i * step)))).ToDictionary(x => x.x, x => x.Item2, StringComparer.Ordinal);
}
