using System.Globalization;
using System.Text;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>Reads the edits of a body: docs/NOT-FORKING.md, "dialect 1".</summary>
internal static class BodyReader
{
    /// <summary>Reads all edits.</summary>
    /// <param name="file">The modification file.</param>
    /// <param name="options">The options of its method.</param>
    /// <exception cref="NotForkException">A line is malformed, an option or a header key unknown, or there is no edit at all.</exception>
    public static IReadOnlyList<EditLine> Read(ModificationFile file, IReadOnlyCollection<string> options)
    {
        var shared = Options(file, options);
        var edits = new List<EditLine>();
        for (var index = 0; index < file.Body.Count; index++)
        {
            var (place, text) = file.Body[index];
            text = text.TrimEnd('\r');
            if (PerlText.IsBlank(text) || PerlText.TrimStart(text)[0] == '#')
            {
                continue;
            }

            var words = Words(text, place, out var isBroken);
            if (isBroken)
            {
                words = [.. words.SkipLast(1), HereDocument(words[^1], file.Body, ref index)];
            }

            if (PerlText.IsSpace(text[0]))
            {
                AddOption(edits, words, options, place);
                continue;
            }

            edits.Add(Edit(words, place, shared));
        }

        return edits.Count > 0 ? edits : throw new NotForkException(ExitCode.Configuration, "There is no edit in it.", file.Place);
    }

    /// <summary>The options that a header has for all edits of its file.</summary>
    /// <exception cref="NotForkException">One is unknown.</exception>
    public static Dictionary<string, IReadOnlyList<Word>> Options(ModificationFile file, IReadOnlyCollection<string> options) =>
        file.Keys.Where(pair => pair.Key != "method" && !Conditions.IsName(pair.Key)).ToDictionary(
            pair => Known(pair.Key, options, file.At(pair.Key)),
            pair => (IReadOnlyList<Word>)Words(PerlText.Encode(pair.Value), file.At(pair.Key), out _),
            StringComparer.Ordinal);

    private static EditLine Edit(IReadOnlyList<Word> words, Place place, IReadOnlyDictionary<string, IReadOnlyList<Word>> options)
    {
        var equals = Mark(words, "=", place);
        var value = equals < 0 ? null : words.Skip(equals + 1).ToList();
        words = equals < 0 ? words : [.. words.Take(equals)];
        var colon = Mark(words, ":", place);
        var target = colon < 0 ? null : words.Skip(colon + 1).ToList();
        words = colon < 0 ? words : [.. words.Take(colon)];
        return words.Count > 0 && target?.Count != 0 && value?.Count != 0
            ? new EditLine(place, words, target, value, new Dictionary<string, IReadOnlyList<Word>>(options, StringComparer.Ordinal))
            : throw new NotForkException(
                ExitCode.Configuration, "Something is missing: an edit is written \"FILES : TARGET = VALUE\"; quote an empty value: ''.",
                    place);
    }

    private static int Mark(IReadOnlyList<Word> words, string mark, Place place)
    {
        var at = words.Select((word, index) => (word, index)).Where(pair => pair.word is { IsBare: true } && pair.word.Text == mark)
            .Select(pair => pair.index).ToList();
        return at.Count switch
        {
            0 => -1,
            1 => at[0],
            _ => throw new NotForkException(ExitCode.Configuration,
                $"There are {at.Count} \"{mark}\" in this line: quote those that belong to a word.", place),
        };
    }

    private static void AddOption(List<EditLine> edits, IReadOnlyList<Word> words, IReadOnlyCollection<string> options, Place place)
    {
        if (edits.Count == 0)
        {
            throw new NotForkException(ExitCode.Configuration, "An indented line is an option of the edit above it, and there is none.",
                place);
        }

        if (words.Count < 3 || !words[0].IsBare || words[1] is not { IsBare: true, Text: "=" })
        {
            throw new NotForkException(ExitCode.Configuration, "An option is written \"key = value\", indented below its edit.", place);
        }

        ((Dictionary<string, IReadOnlyList<Word>>)edits[^1].Options)[Known(words[0].Text, options, place)] = [.. words.Skip(2)];
    }

    private static string Known(string key, IReadOnlyCollection<string> options, Place place) => options.Contains(key)
        ? key
        : throw new NotForkException(
            ExitCode.Configuration, $"This method has no option \"{key}\"; it has: {string.Join(", ", options)}.", place);

    /// <summary>The words of a line; a here-document is begun where the last one is &lt;&lt;WORD.</summary>
    private static List<Word> Words(string text, Place place, out bool isBroken)
    {
        var words = new List<Word>();
        for (var at = 0; ;)
        {
            while (at < text.Length && PerlText.IsSpace(text[at]))
            {
                at++;
            }

            if (at == text.Length || text[at] == '#' && (at + 1 == text.Length || PerlText.IsSpace(text[at + 1])))
            {
                break;
            }

            words.Add(text[at] switch
            {
                '\'' => Raw(text, place, ref at),
                '"' => Escaped(text, place, ref at),
                _ => Bare(text, place, ref at),
            });
            if (at < text.Length && !PerlText.IsSpace(text[at]))
            {
                throw new NotForkException(ExitCode.Configuration, "A quoted word ends at its second quote mark; a blank must follow.",
                    place);
            }
        }

        isBroken = words is [.., { IsBare: true } last] && last.Text.StartsWith("<<", StringComparison.Ordinal) && last.Text.Length > 2;
        return words;
    }

    private static Word Bare(string text, Place place, ref int at)
    {
        var start = at;
        while (at < text.Length && !PerlText.IsSpace(text[at]))
        {
            at++;
        }

        return new Word(place, text[start..at], IsBare: true);
    }

    private static Word Raw(string text, Place place, ref int at)
    {
        var word = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '\'')
            {
                word.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at + 1] == '\'')
            {
                word.Append(text[at++]);
            }
            else
            {
                at++;
                return new Word(place, word.ToString());
            }
        }

        throw new NotForkException(ExitCode.Configuration, "A quote mark ' has no second one; two of them are one inside of quotes.",
            place);
    }

    private static Word Escaped(string text, Place place, ref int at)
    {
        var word = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '"')
            {
                at++;
                return new Word(place, word.ToString());
            }

            word.Append(text[at] != '\\' ? text[at].ToString() : Escape(text, place, ref at));
        }

        throw new NotForkException(ExitCode.Configuration, "A quote mark \" has no second one.", place);
    }

    private static string Escape(string text, Place place, ref int at)
    {
        var letter = ++at < text.Length ? text[at] : '\0';
        if ("nrt0\\\"".IndexOf(letter, StringComparison.Ordinal) is >= 0 and var index && letter != '\0')
        {
            return "\n\r\t\0\\\""[index].ToString();
        }

        var digits = letter switch { 'x' => 2, 'u' => 4, _ => 0 };
        if (digits > 0 && at + digits < text.Length &&
            int.TryParse(text.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) &&
            !char.IsSurrogate((char)code))
        {
            at += digits;
            return letter == 'x' ? ((char)code).ToString() : PerlText.Encode(((char)code).ToString());
        }

        throw new NotForkException(
            ExitCode.Configuration,
            $"\"\\{letter}\" is no escape: there are \\n \\r \\t \\0 \\\\ \\\" \\xHH \\uHHHH; in '...' nothing is one.",
            place);
    }

    private static Word HereDocument(Word begin, IReadOnlyList<(Place Place, string Text)> body, ref int index)
    {
        var end = begin.Text[2..];
        var isFinal = end.Length > 2 && end[0] == '\'' && end[^1] == '\'';
        end = isFinal ? end[1..^1] : end;
        var text = new StringBuilder();
        while (++index < body.Count)
        {
            if (body[index].Text.TrimEnd('\r') == end)
            {
                return new Word(begin.Place, text.ToString(), IsBare: false, isFinal);
            }

            text.Append(body[index].Text).Append('\n');
        }

        throw new NotForkException(ExitCode.Configuration, $"The lines that \"{begin.Text}\" begins have no line \"{end}\" at their end.",
            begin.Place);
    }
}
