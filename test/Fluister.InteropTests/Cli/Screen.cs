using System.Globalization;

namespace Fluister.InteropTests.Cli;

/// <summary>What a terminal shows after all that was written to it: the few commands that Fluister uses, and no others.</summary>
internal static class Screen
{
    /// <summary>Its lines without empty ones at the end, those that scrolled away first.</summary>
    public static IReadOnlyList<string> Of(string written, int height)
    {
        var lines = new List<string> { "" };
        var (row, column) = (0, 0);
        for (var i = 0; i < written.Length; i++)
        {
            switch (written[i])
            {
                case '\r':
                    column = 0;
                    break;
                case '\n':
                    row++;
                    break;
                case '\u001b' when written[i + 1] == '[':
                    var end = i + 2;
                    while (!char.IsAsciiLetter(written[end]))
                    {
                        end++;
                    }

                    var parameter = written[(i + 2)..end];
                    if (written[end] == 'A')
                    {
                        // Not above what is on the screen still.
                        row = Math.Max(Math.Max(0, lines.Count - height), row - int.Parse(parameter, CultureInfo.InvariantCulture));
                    }
                    else if (written[end] == 'J')
                    {
                        Assert.Equal("", parameter);
                        lines.RemoveRange(row + 1, lines.Count - row - 1);
                        lines[row] = lines[row][..column];
                    }
                    else
                    {
                        // What .NET sets up: keypad and cursor keys.
                        Assert.True(parameter.StartsWith('?') || written[end] is 'm', $"An unknown command: {written[end]}.");
                    }

                    i = end;
                    break;
                case '\u001b':
                    i++;
                    break;
                default:
                    lines[row] = lines[row][..Math.Min(column, lines[row].Length)] + written[i]
                        + (column + 1 < lines[row].Length ? lines[row][(column + 1)..] : "");
                    column++;
                    break;
            }

            while (lines.Count <= row)
            {
                lines.Add("");
            }
        }

        return [.. lines.AsEnumerable().Reverse().SkipWhile(x => x.Length == 0).Reverse()];
    }
}
