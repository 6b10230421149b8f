using System.Buffers;

namespace Fluister.Archive.Exports.Output;

/// <summary>Text within HTML elements and quoted attributes.</summary>
internal static class HtmlText
{
    // Overrides make "gpj.exe" read as "exe.jpg"; other marks of direction end with the element around them.
    private const string Overrides = "\u202D\u202E";

    private static readonly SearchValues<char> Special = SearchValues.Create(
        "&<>\"'`" + Overrides
        + string.Concat(Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Where(static c => c is not ('\n' or '\t'))
            .Select(static c => (char)c)));

    /// <summary>Escaped, so that no character of it is markup.</summary>
    internal static void Write(Utf8Writer writer, ReadOnlySpan<char> text)
    {
        while (true)
        {
            var clean = text.IndexOfAny(Special);
            if (clean < 0)
            {
                break;
            }

            writer.Write(text[..clean]);
            var rest = text[clean..];
            writer.Write(rest[0] switch
            {
                '&' => "&amp;"u8,
                '<' => "&lt;"u8,
                '>' => "&gt;"u8,
                '"' => "&quot;"u8,
                '\'' => "&#39;"u8,
                '`' => "&#96;"u8,
                '\r' => rest.Length > 1 && rest[1] == '\n' ? default : "\n"u8,
                '\u0085' => "\n"u8,
                _ => Neutral.Replacement,
            });
            text = rest[1..];
        }

        writer.Write(text);
    }
}
