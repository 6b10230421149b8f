using System.Globalization;

namespace Fluister.Cli.Accounts;

/// <summary>A line typed in a terminal conversation: "/word #number rest", or text.</summary>
/// <param name="Word">The command without its slash; empty for text.</param>
/// <param name="Number">The number of a message on the screen, where one was given.</param>
/// <param name="Rest">What follows, without blanks around it.</param>
internal sealed record ChatLine(string Word, int? Number, string Rest)
{
    /// <summary>What the commands are, for /help.</summary>
    public const string Help = """
        /react EMOJI [#N]    react to message N, or to the last of the other side; /unreact takes it back
        /quote [#N] TEXT     answer it
        /edit [#N] TEXT      put TEXT in the place of your message N, or of your last
        /delete [#N]         delete your message N, or your last, for everyone
        /file PATH           send a file
        /vote #N 1 2         choose answers of a poll
        /expire 8h           let messages disappear that long after they were read; /expire off
        //TEXT               a message that begins with a slash
        /help, /quit         **bold**, *italic*, ~~struck~~, `fixed width` and ||hidden|| are understood
        """;

    /// <summary>Reads a line.</summary>
    public static ChatLine Parse(string typed)
    {
        var line = typed.Trim();
        if (line.Length < 2 || line[0] != '/' || line[1] == '/')
        {
            return new ChatLine("", null, line.StartsWith("//", StringComparison.Ordinal) ? line[1..] : line);
        }

        var (word, rest) = Cut(line[1..]);
        var number = (int?)null;
        if (word is "react" or "unreact")
        {
            // The emoji stands before the number.
            var (emoji, after) = Cut(rest);
            return new ChatLine(word, NumberOf(after), emoji);
        }

        var (first, others) = Cut(rest);
        if (NumberOf(first) is { } given)
        {
            (number, rest) = (given, others);
        }

        return new ChatLine(word, number, rest);
    }

    private static (string First, string After) Cut(string text)
    {
        var blank = text.IndexOf(' ', StringComparison.Ordinal);
        return blank < 0 ? (text, "") : (text[..blank], text[(blank + 1)..].Trim());
    }

    private static int? NumberOf(string text) =>
        text.Length > 1 && text[0] == '#' && int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : null;
}
