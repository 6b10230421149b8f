using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Modifications.Strict.Documents;

/// <summary>Reads JSON into nodes with their positions.</summary>
/// <param name="text">The bytes as Latin-1.</param>
/// <param name="file">For errors.</param>
internal sealed partial class JsonReader(string text, Place file)
{
    private const int MostDepth = 500;
    private int _at;

    /// <summary>Reads the whole text.</summary>
    public Node Read()
    {
        _at = text.StartsWith("\u00EF\u00BB\u00BF", StringComparison.Ordinal) ? 3 : 0;
        var root = Value(0);
        Skip();
        return _at == text.Length ? root : throw Malformed("something stands after the end of the document");
    }

    private Node Value(int depth)
    {
        Skip();
        return depth > MostDepth ? throw Malformed("it is nested too deep") : Peek() switch
        {
            '{' => Collection(NodeKind.Mapping, '}', depth),
            '[' => Collection(NodeKind.Sequence, ']', depth),
            '"' => Quoted(),
            _ => Literal(),
        };
    }

    private Node Collection(NodeKind kind, char close, int depth)
    {
        var (start, items) = (_at++, new List<Item>());
        while (true)
        {
            Skip();
            if (Peek() == close)
            {
                _at++;
                return new Node(kind, start, _at) { Items = items };
            }

            var (from, keyEnd, key) = (_at, _at, (string?)null);
            if (kind == NodeKind.Mapping)
            {
                key = Peek() == '"' ? Quoted().Value : throw Malformed("a name in quotes is missing");
                keyEnd = _at;
                Skip();
                Take(':');
            }

            items.Add(new Item(key, from, keyEnd, Value(depth + 1)));
            Skip();
            if (Peek() != close)
            {
                Take(',');
            }
        }
    }

    private Node Quoted()
    {
        var start = _at++;
        while (Peek() != '"')
        {
            if (_at >= text.Length || text[_at] is '\n')
            {
                throw Malformed("a string has no end");
            }

            _at += text[_at] == '\\' ? 2 : 1;
        }

        _at++;
        try
        {
            return new Node(NodeKind.Scalar, start, _at, JsonSerializer.Deserialize<string>(Encoding.Latin1.GetBytes(text[start.._at])));
        }
        catch (JsonException)
        {
            throw Malformed("a string is malformed");
        }
    }

    private Node Literal()
    {
        var start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '-' or '+' or '.'))
        {
            _at++;
        }

        var word = text[start.._at];
        return Known().IsMatch(word) ? new Node(NodeKind.Scalar, start, _at, word) : throw Malformed("a value is missing or malformed");
    }

    private char Peek() => _at < text.Length ? text[_at] : '\0';

    private void Take(char mark) => _at += Peek() == mark ? 1 : throw Malformed($"\"{mark}\" is missing");

    private void Skip()
    {
        while (true)
        {
            while (_at < text.Length && PerlText.IsSpace(text[_at]))
            {
                _at++;
            }

            if (string.CompareOrdinal(text, _at, "//", 0, 2) == 0)
            {
                _at = text.IndexOf('\n', _at) is >= 0 and var end ? end : text.Length;
            }
            else if (string.CompareOrdinal(text, _at, "/*", 0, 2) == 0)
            {
                _at = text.IndexOf("*/", _at + 2, StringComparison.Ordinal) is >= 0 and var end ? end + 2
                    : throw Malformed("a comment has no end");
            }
            else
            {
                return;
            }
        }
    }

    private NotForkException Malformed(string what) => new(
        ExitCode.Drift, $"It is not JSON: {what}.", file with { Line = new LineCounter(text).Of(Math.Min(_at, text.Length)) });

    [GeneratedRegex(@"\A(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Limits.SearchMilliseconds)]
    private static partial Regex Known();
}
