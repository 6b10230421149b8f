using System.Globalization;
using System.Text;

namespace Fluister.Cli;

/// <summary>Writing to a person's terminal: aligned, and safe against what messages and names may hold.</summary>
internal static class Terminal
{
    private const int BrokenPipe = 32;

    /// <summary>Text without control characters and without marks that turn the direction of other text.</summary>
    public static string Clean(string text)
    {
        var isClean = true;
        foreach (var c in text)
        {
            isClean &= !IsHostile(c);
        }

        if (isClean)
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            clean.Append(!IsHostile(c) ? c : c is '\n' or '\t' ? ' ' : '\uFFFD');
        }

        return clean.ToString();
    }

    /// <summary>Cuts or fills to a width in terminal cells.</summary>
    public static string Fit(string text, int width)
    {
        var clean = Clean(text);
        var fitted = new StringBuilder();
        var used = 0;
        foreach (var rune in clean.EnumerateRunes())
        {
            var cells = Cells(rune);
            if (used + cells > width)
            {
                while (used >= width && fitted.Length > 0)
                {
                    fitted.Length--;
                    used--;
                }

                fitted.Append('…');
                used++;
                break;
            }

            fitted.Append(rune.ToString());
            used += cells;
        }

        return fitted.Append(' ', Math.Max(0, width - used)).ToString();
    }

    /// <summary>Rows that lines take on a terminal so many cells wide; text that ends with a line's end.</summary>
    public static int Rows(string text, int width)
    {
        var rows = 0;
        foreach (var line in text.Split('\n')[..^1])
        {
            rows++;
            var used = 0;
            foreach (var rune in line.EnumerateRunes())
            {
                // A wide letter that does not fit goes to the next row whole.
                var cells = Cells(rune);
                (rows, used) = used + cells > width ? (rows + 1, cells) : (rows, used + cells);
            }
        }

        return rows;
    }

    /// <summary>True for a write to a pipe whose reader is gone.</summary>
    public static bool IsClosedPipe(IOException e) =>
        (e.HResult & 0xFFFF) == BrokenPipe || e.InnerException is System.Net.Sockets.SocketException;

    private static bool IsHostile(char c) => char.IsControl(c) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    /// <summary>Wide East Asian letters and emoji take two cells, marks none; near enough for columns.</summary>
    private static int Cells(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
        ? 0
        : rune.Value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
            or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD)
            ? 2 : 1;
}
