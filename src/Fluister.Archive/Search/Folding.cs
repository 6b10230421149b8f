using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Fluister.Archive.Search;

/// <summary>What a code point is to the search.</summary>
internal enum CharacterKind
{
    /// <summary>Ends a word.</summary>
    Separator,

    /// <summary>Belongs to a word.</summary>
    Word,

    /// <summary>Is dropped: an accent, a joiner, a variation selector.</summary>
    Mark,

    /// <summary>Stands for itself: scripts written without spaces.</summary>
    Ideograph,

    /// <summary>Stands for itself: emoji and other symbols.</summary>
    Symbol,
}

/// <summary>Case and accents taken off, without the system's tables: the program runs in invariant mode, in which .NET maps
/// case for all of Unicode but leaves normalisation forms undone.</summary>
internal static partial class Folding
{
    private static readonly FrozenDictionary<char, string> Folded = Load();

    /// <summary>The longest that one code point becomes, in UTF-16 units.</summary>
    public const int Longest = 3;

    /// <summary>The kind of a code point.</summary>
    public static CharacterKind KindOf(Rune rune)
    {
        if (rune.IsAscii)
        {
            return char.IsAsciiLetterOrDigit((char)rune.Value) ? CharacterKind.Word : CharacterKind.Separator;
        }

        if (IsMark(rune.Value))
        {
            return CharacterKind.Mark;
        }

        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.DecimalDigitNumber => CharacterKind.Word,
            UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
                or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                => IsUnspaced(rune.Value) ? CharacterKind.Ideograph : CharacterKind.Word,
            UnicodeCategory.OtherSymbol => CharacterKind.Symbol,
            UnicodeCategory.Format or UnicodeCategory.ModifierSymbol when rune.Value is 0xad or 0x200c or 0x200d or >= 0x1f3fb
                => CharacterKind.Mark,
            _ => CharacterKind.Separator,
        };
    }

    /// <summary>Writes a code point of a word or an ideograph in its folded form; returns the units written.</summary>
    public static int Fold(Rune rune, Span<char> target)
    {
        if (rune.IsAscii)
        {
            target[0] = (char)(rune.Value is >= 'A' and <= 'Z' ? rune.Value | 0x20 : rune.Value);
            return 1;
        }

        var lower = Rune.ToLowerInvariant(rune);
        if (lower.IsBmp && Folded.TryGetValue((char)lower.Value, out var folded))
        {
            folded.CopyTo(target);
            return folded.Length;
        }

        return lower.EncodeToUtf16(target);
    }

    // Accents that words are searched without. Marks that carry vowels, as those of Indic scripts, stay.
    private static bool IsMark(int value) => value is (>= 0x300 and <= 0x36f) or (>= 0x483 and <= 0x487)
        or (>= 0x591 and <= 0x5bd) or 0x5bf or 0x5c1 or 0x5c2 or 0x5c4 or 0x5c5 or 0x5c7
        or (>= 0x610 and <= 0x61a) or (>= 0x64b and <= 0x65f) or 0x670
        or (>= 0x1ab0 and <= 0x1aff) or (>= 0x1dc0 and <= 0x1dff) or (>= 0x20d0 and <= 0x20ff)
        or (>= 0x3099 and <= 0x309a) or (>= 0xfe00 and <= 0xfe0f) or (>= 0xfe20 and <= 0xfe2f) or (>= 0xe0100 and <= 0xe01ef);

    // Thai, Lao, Tibetan, Myanmar, Khmer; kana, bopomofo, Han, Hangul.
    private static bool IsUnspaced(int value) => value is (>= 0xe00 and <= 0xfff) or (>= 0x1000 and <= 0x109f)
        or (>= 0x1100 and <= 0x11ff) or (>= 0x1780 and <= 0x17ff) or (>= 0x2e80 and <= 0x312f) or (>= 0x3130 and <= 0x318f)
        or (>= 0x31a0 and <= 0x31ff) or (>= 0x3400 and <= 0x9fff) or (>= 0xa960 and <= 0xa97f) or (>= 0xac00 and <= 0xd7ff)
        or (>= 0xf900 and <= 0xfaff) or (>= 0xff66 and <= 0xffdc) or (>= 0x1b000 and <= 0x1b16f) or (>= 0x20000 and <= 0x3ffff);

    private static FrozenDictionary<char, string> Load()
    {
        var folded = new Dictionary<char, string>();
        foreach (var entry in Table.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var space = entry.IndexOf(' ', StringComparison.Ordinal);
            foreach (var character in entry.AsSpan(space + 1))
            {
                folded.Add(character, entry[..space]);
            }
        }

        return folded.ToFrozenDictionary();
    }
}
