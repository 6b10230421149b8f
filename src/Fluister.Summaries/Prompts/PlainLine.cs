using System.Globalization;
using System.Text;

namespace Fluister.Summaries.Prompts;

/// <summary>Other people's text as one line for a prompt: letters stay, marks that could pass for the prompt's own do not.</summary>
/// <remarks>Engines never read special tokens in a prompt (Engine.cs). Brackets are changed all the same: an endpoint that somebody else
/// runs may not keep to that, and a line must not look like two.</remarks>
internal static class PlainLine
{
    /// <summary>One line without control, format and tag characters, without brackets of tokens, without runs of spaces.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="longest">At most this many UTF-16 units; what is longer is cut between words and ends in "…".</param>
    public static string Of(string text, int longest)
    {
        var plain = DigestWriter.Plain(text.Length > 4 * longest ? text[..(4 * longest)] : text);
        var line = new StringBuilder(plain.Length);
        foreach (var rune in plain.EnumerateRunes())
        {
            if (Shown(rune) is { } shown && (shown.Value != ' ' || (line.Length > 0 && line[^1] != ' ')))
            {
                line.Append(shown.ToString());
            }
        }

        while (line.Length > 0 && line[^1] == ' ')
        {
            line.Length--;
        }

        return line.Length <= longest ? line.ToString() : Cut(line.ToString(), longest);
    }

    private static Rune? Shown(Rune rune) => rune.Value switch
    {
        '<' => new Rune('‹'),
        '>' => new Rune('›'),
        '[' => new Rune('('),
        ']' => new Rune(')'),
        // Emoji and Indic scripts are written with joiners.
        0x200C or 0x200D => rune,
        // Letters without a shape, and the mark for what could not be read.
        0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800 or 0xFFFD => null,
        _ when Rune.IsWhiteSpace(rune) => new Rune(' '),
        _ when Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned => null,
        _ => rune,
    };

    private static string Cut(string line, int longest)
    {
        var space = line.LastIndexOf(' ', longest - 2, longest / 4);
        var end = space > 0 ? space : char.IsHighSurrogate(line[longest - 2]) ? longest - 2 : longest - 1;
        return line[..end].TrimEnd() + "…";
    }
}
