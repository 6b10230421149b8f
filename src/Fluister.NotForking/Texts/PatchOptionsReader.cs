using System.Globalization;
using System.Text;

namespace Fluister.NotForking.Texts;

/// <summary>Reads the options of the program patch in a modification's `options` key.</summary>
internal static class PatchOptionsReader
{
    /// <summary>What dialect 0 takes where there is no `options` key.</summary>
    public const string Usual = "-tNsp1";

    /// <summary>Reads them.</summary>
    /// <exception cref="NotForkException">One is not understood, or not one that this program can keep to.</exception>
    public static PatchOptions Read(string text, Place place)
    {
        var options = new PatchOptions { Strip = null };
        using var words = Words(text, place).AsEnumerable().GetEnumerator();
        while (words.MoveNext())
        {
            var word = words.Current;
            if (word.StartsWith("--", StringComparison.Ordinal))
            {
                options = Long(options, word[2..], words, place);
                continue;
            }

            if (word.Length < 2 || word[0] != '-')
            {
                throw Unknown(word, place);
            }

            for (var at = 1; at < word.Length; at++)
            {
                if (word[at] is not ('p' or 'F' or 'g' or 'V' or 'z' or 'Y' or 'B' or 'D' or 'd' or 'i' or 'o' or 'r'))
                {
                    options = Short(options, word[at], null, place);
                    continue;
                }

                options = Short(options, word[at], at + 1 < word.Length ? word[(at + 1)..] : Next(words, word, place), place);
                break;
            }
        }

        return options;
    }

    private static PatchOptions Long(PatchOptions options, string word, IEnumerator<string> words, Place place)
    {
        var sides = word.Split('=', 2);
        return sides[0] switch
        {
            "strip" or "fuzz" => Short(
                options, sides[0] == "strip" ? 'p' : 'F', sides.Length > 1 ? sides[1] : Next(words, word, place), place),
            "batch" => options with { Batch = true },
            "forward" => options with { Forward = true },
            "force" => options with { Force = true },
            "reverse" => options with { Reverse = true },
            "ignore-whitespace" => options with { IgnoreBlanks = true },
            "binary" => options with { Binary = true },
            "unified" => options with { Format = 'u' },
            "context" => options with { Format = 'c' },
            "normal" => options with { Format = 'n' },
            "silent" or "quiet" or "verbose" or "no-backup-if-mismatch" => options,
            _ => throw Unknown("--" + word, place),
        };
    }

    private static PatchOptions Short(PatchOptions options, char letter, string? value, Place place) => letter switch
    {
        'p' => options with { Strip = Number(value!, place) },
        'F' => options with { MaxFuzz = Number(value!, place) },
        't' => options with { Batch = true },
        'N' => options with { Forward = true },
        'f' => options with { Force = true },
        'R' => options with { Reverse = true },
        'l' => options with { IgnoreBlanks = true },
        'c' or 'n' or 'u' => options with { Format = letter },
        's' => options,
        _ => throw Unknown("-" + letter, place),
    };

    private static int Number(string value, Place place) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new NotForkException(ExitCode.Configuration, $"\"{value}\" is not a number.", place);

    private static string Next(IEnumerator<string> words, string word, Place place) => words.MoveNext() ? words.Current
        : throw new NotForkException(ExitCode.Configuration, $"The option \"{word}\" needs a value.", place);

    private static NotForkException Unknown(string option, Place place) => new(
        ExitCode.Configuration,
        $"\"{option}\" is none of the options of patch that are understood: -p -F -t -N -f -R -l -s -c -n -u --binary.", place);

    /// <summary>Splits as a shell does: blanks, marks and backslashes.</summary>
    private static List<string> Words(string text, Place place)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        char mark = '\0';
        for (var at = 0; at < text.Length; at++)
        {
            var letter = text[at];
            if (mark == '\0' && letter is ' ' or '\t' or '\r')
            {
                words.AddRange(word is null ? [] : [word.ToString()]);
                word = null;
                continue;
            }

            word ??= new StringBuilder();
            if (letter == mark || (mark == '\0' && letter is '\'' or '"'))
            {
                mark = letter == mark ? '\0' : letter;
            }
            else
            {
                word.Append(letter == '\\' && mark != '\'' && at + 1 < text.Length ? text[++at] : letter);
            }
        }

        words.AddRange(word is null ? [] : [word.ToString()]);
        return mark == '\0' ? words : throw new NotForkException(ExitCode.Configuration, "A quotation mark is not closed.", place);
    }
}
