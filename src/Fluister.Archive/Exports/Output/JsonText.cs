using System.Buffers;

namespace Fluister.Archive.Exports.Output;

/// <summary>JSON strings (RFC 8259, section 7) that are also safe to look at in a terminal.</summary>
internal static class JsonText
{
    // Beyond what JSON asks for: DEL and C1 controls, which terminals obey, and bidirectional overrides, which deceive the eye.
    private static readonly SearchValues<char> Special = SearchValues.Create(
        string.Concat(Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Select(static c => (char)c)) + "\"\\" + Neutral.Bidi);

    /// <summary>A quoted string.</summary>
    internal static void Write(Utf8Writer writer, ReadOnlySpan<char> text)
    {
        writer.Write((byte)'"');
        while (true)
        {
            var clean = text.IndexOfAny(Special);
            if (clean < 0)
            {
                break;
            }

            writer.Write(text[..clean]);
            WriteEscape(writer, text[clean]);
            text = text[(clean + 1)..];
        }

        writer.Write(text);
        writer.Write((byte)'"');
    }

    private static void WriteEscape(Utf8Writer writer, char character)
    {
        switch (character)
        {
            case '"':
                writer.Write("\\\""u8);
                break;
            case '\\':
                writer.Write("\\\\"u8);
                break;
            case '\n':
                writer.Write("\\n"u8);
                break;
            case '\r':
                writer.Write("\\r"u8);
                break;
            case '\t':
                writer.Write("\\t"u8);
                break;
            default:
                var room = writer.Room(6);
                "\\u"u8.CopyTo(room);
                for (var i = 0; i < 4; i++)
                {
                    room[2 + i] = "0123456789abcdef"u8[(character >> (12 - (4 * i))) & 0xF];
                }

                writer.Advance(6);
                break;
        }
    }
}
