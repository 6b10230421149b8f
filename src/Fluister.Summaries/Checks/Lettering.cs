using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Fluister.Summaries.Prompts;

namespace Fluister.Summaries.Checks;

/// <summary>Characters that a reader reads as letters, digits or dots, and that the other checks would not see as such: mathematical and
/// enclosed letters, raised and circled digits, keycaps, joiners within words, dots of other scripts.</summary>
internal static partial class Lettering
{
    private static readonly char[] Before = ['(', '"', '\'', '“', '”', '„', '‘', '‚', '«', '»', '‹', '›', '[', '<', '¿', '¡'];
    private static readonly char[] After = ['.', ',', ';', ':', '!', '?', ')', '"', '\'', '”', '“', '’', '«', '»', '‹', '›', ']', '>', '…'];

    /// <summary>"markup" or "link" where a text has such characters in a stretch that no cited message has, else null.</summary>
    public static string? Fault(string text, IReadOnlyList<SheetLine> cited)
    {
        foreach (var token in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (IsUnseen(token) && !cited.Any(x => x.Text.Contains(token.Trim(Before).Trim(After), StringComparison.Ordinal)))
            {
                return "markup";
            }
        }

        foreach (var odd in OddDots().Matches(text).Concat(SpelledDots().Matches(text)))
        {
            if (!cited.Any(x => x.Text.Contains(odd.Value, StringComparison.OrdinalIgnoreCase)))
            {
                return "link";
            }
        }

        return null;
    }

    /// <summary>Stretches between spaces, without the marks around them: what of it is an address must be one in a message,
    /// whole.</summary>
    public static IEnumerable<string> Tokens(string text)
    {
        foreach (var token in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            // What a long message was cut off at is no address of anybody's.
            if (!token.EndsWith('…'))
            {
                yield return token.TrimStart(Before).TrimEnd(After);
            }
        }
    }

    private static bool IsUnseen(string token)
    {
        var before = default(Rune);
        foreach (var rune in token.EnumerateRunes())
        {
            var kind = Rune.GetUnicodeCategory(rune);
            if ((rune.Value > 0xFFFF && kind is <= UnicodeCategory.OtherNumber)
                || kind is UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.EnclosingMark
                || rune.Value is (>= 0x2460 and <= 0x24FF) or (>= 0x3200 and <= 0x33FF) or (>= 0x1F100 and <= 0x1F1FF)
                || (rune.Value is 0x200C or 0x200D && IsPlain(before))
                || (IsPlain(rune) && before.Value is 0x200C or 0x200D)
                || (Rune.IsDigit(before) && (kind == UnicodeCategory.NonSpacingMark || rune.Value == 0xFE0F)))
            {
                return true;
            }

            before = rune;
        }

        // A half of a character is shown as whatever the reader's program likes.
        return token.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')
            && new UTF8Encoding(false).GetString(new UTF8Encoding(false).GetBytes(token))
            != token;
    }

    /// <summary>Needs no joiner: Latin, Greek, Cyrillic, and digits of all scripts.</summary>
    private static bool IsPlain(Rune rune) => rune.Value != 0 && (Rune.IsDigit(rune) || (Rune.IsLetter(rune) && rune.Value < 0x0530));

    /// <summary>A dot of another script, or one with a space or brackets about it, between letters or digits.</summary>
    [GeneratedRegex(@"[\p{L}\p{N}-]+\s?[\u2024\u3002\uFF61\uFF0E\uFE52\u0701\u0702\u06D4]\s?[\p{L}\p{N}]+|[\p{L}\p{N}-]+\s+\.\s*\p{L}{2,}"
        + @"|[\p{L}\p{N}-]+\s*\(\s*\.\s*\)\s*\p{L}{2,}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OddDots();

    /// <summary>A host in words.</summary>
    [GeneratedRegex(@"[\p{L}\p{N}-]+\s*\(?\b(dot|d0t)\b\)?\s*\p{L}{2,}|\S+\s*\((at|ät)\)\s*\S+",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
        | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SpelledDots();
}
