using System.Globalization;
using System.Runtime.CompilerServices;

namespace Fluister.Summaries.Language;

/// <summary>Cuts a body into sentences: stretches of it, in UTF-16 units, never changed. In any script; no model.</summary>
internal static class Sentences
{
    private static readonly HashSet<string> Abbreviations = new(StringComparer.OrdinalIgnoreCase)
    {
        "mr", "mrs", "ms", "dr", "prof", "st", "vs", "etc", "e.g", "i.e", "approx", "nr", "no", "fig", "inc", "ltd", "jr", "sr",
        "z.b", "d.h", "u.a", "bzw", "ca", "usw", "tel", "str", "bv", "bijv", "m.b.t", "sra", "dra", "sig", "mme", "mlle", "p.ex",
    };

    /// <summary>Where the sentences are; stretches without a letter, digit or symbol are left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static List<(int Start, int Length)> Split(string text)
    {
        var sentences = new List<(int, int)>();
        var start = 0;
        var i = 0;
        while (i < text.Length)
        {
            var c = text[i];
            if (c is '\n' or '\r' or '\u2028' or '\u2029')
            {
                Add(text, start, i, sentences);
                start = ++i;
                continue;
            }

            if (!IsTerminator(c))
            {
                i++;
                continue;
            }

            var end = i + 1;
            while (end < text.Length && (IsTerminator(text[end]) || IsCloser(text[end])))
            {
                end++;
            }

            var free = end == text.Length || char.IsWhiteSpace(text[end]) || c is '。' or '！' or '？' or '．';
            if (free && !(c == '.' && end == i + 1 && IsAbbreviation(text, start, i)))
            {
                Add(text, start, end, sentences);
                start = end;
            }

            i = end;
        }

        Add(text, start, text.Length, sentences);
        return sentences;
    }

    private static bool IsTerminator(char c) => c is '.' or '!' or '?' or '…' or '。' or '！' or '？' or '．' or '؟' or '।' or '॥' or '۔';

    private static bool IsCloser(char c) => c is ')' or ']' or '"' or '\'' or '”' or '’' or '»' or '」' or '』' or '）';

    private static bool IsAbbreviation(string text, int start, int dot)
    {
        var begin = dot;
        while (begin > start && !char.IsWhiteSpace(text[begin - 1]) && text[begin - 1] is not ('(' or '"') && dot - begin < 8)
        {
            begin--;
        }

        var word = text.AsSpan(begin, dot - begin);
        if (word.Length is 1 or 2 && char.IsAsciiDigit(word[0]) && char.IsAsciiDigit(word[^1]))
        {
            // "am 5. Oktober", "1. buy milk": an ordinal or a list, seldom the end of a sentence.
            return dot + 2 < text.Length && char.IsLetter(text[dot + 2]);
        }

        return Abbreviations.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word)
            || (word.Length == 1 && char.IsUpper(word[0]) && dot - start > 1);
    }

    private static void Add(string text, int start, int end, List<(int, int)> sentences)
    {
        while (start < end && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        while (end > start && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        for (var i = start; i < end; i++)
        {
            if (char.IsLetterOrDigit(text[i]) || char.IsSurrogate(text[i])
                || char.GetUnicodeCategory(text[i]) == UnicodeCategory.OtherSymbol)
            {
                sentences.Add((start, end - start));
                return;
            }
        }
    }
}
