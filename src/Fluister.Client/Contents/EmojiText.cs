using System.Globalization;
using System.Text;

namespace Fluister.Client.Contents;

/// <summary>Tells emoji from text, for reactions.</summary>
internal static class EmojiText
{
    private const int Keycap = 0x20e3;

    /// <summary>Whether it is one emoji: one character as people see it, a picture and not a letter.</summary>
    public static bool IsOne(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > ClientLimits.EmojiCharacters
            || StringInfo.GetNextTextElementLength(text) != text.Length)
        {
            return false;
        }

        var isPicture = false;
        foreach (var rune in text.EnumerateRunes())
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.OtherSymbol or UnicodeCategory.MathSymbol or UnicodeCategory.OtherPunctuation when rune.Value > 0xa0:
                    isPicture |= rune.Value != Rune.ReplacementChar.Value;
                    break;
                case UnicodeCategory.EnclosingMark:
                    isPicture |= rune.Value == Keycap;
                    break;
                // Skin tones, joiners, variation selectors and tags go with a picture; digits, # and * with a keycap.
                // U+3030 is the one emoji that is a dash.
                case UnicodeCategory.ModifierSymbol or UnicodeCategory.Format or UnicodeCategory.NonSpacingMark
                    or UnicodeCategory.DecimalDigitNumber:
                    break;
                case UnicodeCategory.DashPunctuation when rune.Value == 0x3030:
                    isPicture = true;
                    break;
                case UnicodeCategory.OtherPunctuation when rune.Value is '#' or '*':
                    break;
                default:
                    return false;
            }
        }

        return isPicture;
    }

    /// <summary>The number of characters as people see them, counted no further than <paramref name="limit"/> and one.</summary>
    public static int Count(string text, int limit)
    {
        var count = 0;
        for (var rest = text.AsSpan(); rest.Length > 0 && count <= limit; count++)
        {
            rest = rest[StringInfo.GetNextTextElementLength(rest)..];
        }

        return count;
    }
}
