using System.Text;

namespace Fluister.Client.Contents;

/// <summary>Text of other people as the store may have it.</summary>
internal static class CleanText
{
    /// <summary>Without half characters, which JSON and UTF-8 cannot hold, and at most so many UTF-16 units; null for nothing.</summary>
    public static string? Of(string? text, int limit = ClientLimits.FieldCharacters)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (text.Length > limit)
        {
            text = text[..(char.IsHighSurrogate(text[limit - 1]) ? limit - 1 : limit)];
        }

        return IsWhole(text) ? text : Whole(text);
    }

    /// <summary>The beginning of a text that has at most so many bytes of UTF-8 and ends between two characters.</summary>
    public static string Start(string text, int bytes)
    {
        var length = 0;
        var size = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            size += rune.Utf8SequenceLength;
            if (size > bytes)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }

    private static bool IsWhole(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                {
                    return false;
                }

                i++;
            }
        }

        return true;
    }

    // Each half becomes one U+FFFD, so that ranges keep their places.
    private static string Whole(string text)
    {
        var whole = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            whole.Append(rune.ToString());
        }

        return whole.ToString();
    }
}
