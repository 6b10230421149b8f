using System.Globalization;
using System.Text;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Configuration;

/// <summary>The order of versions as a person sees it: 1.9 before 1.10, 1.0-alpha before 1.0.</summary>
/// <remarks>Digits compare as numbers, all else as bytes in lower case; -git, -alpha, -beta, -gamma and -delta at the end come before
/// the version without. Versions that are equal so (1.1, 1.01) are ordered by the bytes of their names, so that "latest" is the
/// same on every computer.</remarks>
public sealed class VersionOrder : IComparer<string>
{
    /// <summary>The only one.</summary>
    public static readonly VersionOrder Instance = new();

    /// <summary>How many runs of digits and of other bytes count; what follows does not.</summary>
    private const int Runs = 16;

    private static readonly (string Ending, char Mark)[] Suffixes =
        [("-alpha", 'a'), ("-beta", 'b'), ("-gamma", 'c'), ("-delta", 'd'), ("-git", '0')];

    private const string Nothing = ".000000000000000";

    /// <summary>Compares two versions; names that differ are never equal.</summary>
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        }

        var order = CompareNumbers(x, y);
        return order != 0 ? order : string.CompareOrdinal(PerlText.Encode(x), PerlText.Encode(y));
    }

    /// <summary>Compares two versions as conditions do: 1.1 and 1.01 are equal; 1.1.0 comes after them.</summary>
    public static int CompareNumbers(string x, string y) => string.CompareOrdinal(Key(x), Key(y));

    /// <summary>A text whose byte order is the order of versions.</summary>
    internal static string Key(string version)
    {
        var text = Lower(PerlText.Encode(version));
        var suffix = 'z';
        foreach (var (ending, mark) in Suffixes)
        {
            if (text.EndsWith(ending, StringComparison.Ordinal))
            {
                (text, suffix) = (text[..^ending.Length], mark);
                break;
            }
        }

        var key = new StringBuilder(Runs * Nothing.Length);
        var runs = 0;
        for (var at = 0; at < text.Length && runs < Runs; runs++)
        {
            // Runs alternate and begin with a run of other bytes, which may be empty.
            var isNumber = (runs & 1) == 1;
            var start = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]) == isNumber)
            {
                at++;
            }

            key.Append(isNumber ? Number(text[start..at]) : text[start..at]);
        }

        for (; runs < Runs; runs++)
        {
            key.Append(Nothing);
        }

        return key.Append(suffix).ToString();
    }

    /// <summary>15 digits or more; what no 64-bit integer holds is the largest one, as in the original.</summary>
    private static string Number(string digits) =>
        (long.TryParse(digits, CultureInfo.InvariantCulture, out var value) ? value : long.MaxValue)
            .ToString("D15", CultureInfo.InvariantCulture);

    /// <summary>ASCII letters in lower case.</summary>
    internal static string Lower(string text) =>
        string.Create(text.Length, text, (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                target[i] = char.IsAsciiLetterUpper(source[i]) ? (char)(source[i] | 0x20) : source[i];
            }
        });
}
