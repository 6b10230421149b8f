using System.Text;

namespace Fluister.NotForking.Texts;

/// <summary>Texts as Perl sees bytes: every byte is one character of Latin-1, and only ASCII has classes and cases.</summary>
public static class PerlText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether a character is `\s`.</summary>
    public static bool IsSpace(char letter) => letter is ' ' or (>= '\t' and <= '\r');

    /// <summary>Whether a character is `\w`.</summary>
    public static bool IsWord(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';

    /// <summary>Whether a text is empty or all `\s`.</summary>
    public static bool IsBlank(ReadOnlySpan<char> text) => TrimStart(text).IsEmpty;

    /// <summary>Without `\s` at the beginning.</summary>
    public static ReadOnlySpan<char> TrimStart(ReadOnlySpan<char> text)
    {
        var start = 0;
        while (start < text.Length && IsSpace(text[start]))
        {
            start++;
        }

        return text[start..];
    }

    /// <summary>Without `\s` at both ends.</summary>
    public static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text)
    {
        text = TrimStart(text);
        var length = text.Length;
        while (length > 0 && IsSpace(text[length - 1]))
        {
            length--;
        }

        return text[..length];
    }

    /// <summary>As <see cref="Decode"/>; what is no UTF-8 stays Latin-1.</summary>
    public static string DecodeOrKeep(string latin1)
    {
        var bytes = Encoding.Latin1.GetBytes(latin1);
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : latin1;
    }

    /// <summary>The Unicode text of UTF-8 bytes that were read as Latin-1: file names, addresses.</summary>
    /// <exception cref="NotForkException">They are not UTF-8 (configuration).</exception>
    public static string Decode(string latin1, Place place)
    {
        if (Ascii.IsValid(latin1))
        {
            return latin1;
        }

        try
        {
            return Strict.GetString(Encoding.Latin1.GetBytes(latin1));
        }
        catch (DecoderFallbackException e)
        {
            throw new NotForkException(ExitCode.Configuration, "Names and values must be UTF-8; these bytes are not.", place, e);
        }
    }

    /// <summary>The bytes of a Unicode text in UTF-8, one character each: what a pattern sees of a file name.</summary>
    public static string Encode(string text) =>
        Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Strict.GetBytes(text));
}
