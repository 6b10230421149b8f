using System.Globalization;
using System.Runtime.CompilerServices;

namespace Fluister.Summaries.Language;

/// <summary>A word in a text, in UTF-16 units.</summary>
internal readonly record struct Word(int Start, int Length);

/// <summary>Cuts text into words in any script: runs of letters, marks and digits; scripts that write without spaces give overlapping
/// pairs of characters. Markers of a transcript such as "{laugh}" are no words.</summary>
internal static class Words
{
    private const int LongWord = 64;

    /// <summary>Appends the words of a stretch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Split(ReadOnlySpan<char> text, List<Word> words)
    {
        var i = 0;
        while (i < text.Length)
        {
            var c = text[i];
            if (c == '{' && MarkerEnd(text, i) is var end and > 0)
            {
                i = end;
            }
            else if (IsUnspaced(c))
            {
                var run = i;
                while (run < text.Length && IsUnspaced(text[run]))
                {
                    run++;
                }

                for (; i < run - 1; i++)
                {
                    words.Add(new(i, 2));
                }

                if (run - i == 1 && (i == 0 || !IsUnspaced(text[i - 1])))
                {
                    words.Add(new(i, 1));
                }

                i = run;
            }
            else if (IsWordStart(c))
            {
                var run = i + 1;
                while (run < text.Length && IsWordPart(text[run]))
                {
                    run++;
                }

                words.Add(new(i, run - i));
                i = run;
            }
            else
            {
                i++;
            }
        }
    }

    /// <summary>What a reader counts as words: stretches between spaces with a letter or digit in them, and pairs of unspaced characters.
    /// A stretch without end counts once more every so many characters, so that a limit in words limits the text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Count(ReadOnlySpan<char> text)
    {
        var count = 0;
        var unspaced = 0;
        var counted = false;
        var run = 0;
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                counted = false;
                run = 0;
            }
            else if (++run % LongWord == 0)
            {
                count++;
            }
            else if (IsUnspaced(c))
            {
                unspaced++;
            }
            else if (!counted && char.IsLetterOrDigit(c))
            {
                counted = true;
                count++;
            }
        }

        return count + ((unspaced + 1) / 2);
    }

    private static bool IsWordStart(char c) => char.IsAsciiLetterOrDigit(c) || (c > 127 && char.IsLetterOrDigit(c));

    private static bool IsWordPart(char c) => IsWordStart(c) && !IsUnspaced(c)
        || (c > 127 && char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark);

    /// <summary>Han, Hiragana, Katakana, Thai, Lao, Myanmar, Khmer.</summary>
    private static bool IsUnspaced(char c) => c >= 0x0E00
        && (c is >= '\u3040' and <= '\u30FF' or >= '\u3400' and <= '\u4DBF' or >= '\u4E00' and <= '\u9FFF'
        or >= '\uF900' and <= '\uFAFF' or >= '\u0E01' and <= '\u0EDF' or >= '\u1000' and <= '\u109F' or >= '\u1780' and <= '\u17DD');

    private static int MarkerEnd(ReadOnlySpan<char> text, int open)
    {
        var i = open + 1;
        while (i < text.Length && i - open < 24 && char.IsAsciiLetterLower(text[i]))
        {
            i++;
        }

        return i > open + 1 && i < text.Length && text[i] == '}' ? i + 1 : 0;
    }
}
