using System.Buffers;

namespace Fluister.Archive.Exports.Output;

/// <summary>Text that neither commands a terminal nor turns the direction of what stands around it.</summary>
internal static class Neutral
{
    /// <summary>Embeddings, overrides and isolates (Unicode Annex 9, section 2), which can make text read as what it is not.</summary>
    internal const string Bidi = "\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069";

    /// <summary>Controls other than line feed and tab, line and paragraph separators, and <see cref="Bidi"/>.</summary>
    internal static readonly string Characters = string.Concat(
        Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Where(static c => c is not ('\n' or '\t'))
            .Select(static c => (char)c))
        + "\u2028\u2029" + Bidi;

    private static readonly SearchValues<char> Lines = SearchValues.Create(Characters + "\n");

    /// <summary>Text whose further lines begin with <paramref name="indent"/>, so that no line of it passes for one of ours.</summary>
    internal static void Write(Utf8Writer writer, ReadOnlySpan<char> text, ReadOnlySpan<byte> indent)
    {
        while (true)
        {
            var clean = text.IndexOfAny(Lines);
            if (clean < 0)
            {
                break;
            }

            writer.Write(text[..clean]);
            var rest = text[clean..];
            var taken = LineBreak(rest);
            if (taken > 0)
            {
                writer.Write((byte)'\n');
                writer.Write(indent);
            }
            else
            {
                writer.Write(Replacement);
                taken = 1;
            }

            text = rest[taken..];
        }

        writer.Write(text);
    }

    /// <summary>On one line: line breaks become spaces.</summary>
    internal static void WriteLine(Utf8Writer writer, ReadOnlySpan<char> text)
    {
        while (true)
        {
            var clean = text.IndexOfAny(Lines);
            if (clean < 0)
            {
                break;
            }

            writer.Write(text[..clean]);
            var rest = text[clean..];
            var taken = LineBreak(rest);
            writer.Write(taken > 0 ? " "u8 : Replacement);
            text = rest[Math.Max(taken, 1)..];
        }

        writer.Write(text);
    }

    /// <summary>U+FFFD.</summary>
    internal static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;

    /// <summary>How many characters at the start make one line break; 0 where there is none.</summary>
    internal static int LineBreak(ReadOnlySpan<char> text) => text[0] switch
    {
        '\r' => text.Length > 1 && text[1] == '\n' ? 2 : 1,
        '\n' or '\u2028' or '\u2029' or '\u0085' => 1,
        _ => 0,
    };
}
