using System.Buffers;
using System.Globalization;

namespace Fluister.Server.Federation;

/// <summary>The text of a header that says what a signature covers, read piece by piece (RFC 9651, section 4.2).</summary>
internal ref struct SignatureText(ReadOnlySpan<char> text)
{
    // A number has at most 15 digits (RFC 9651, section 3.3.1).
    private const int MostDigits = 15;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-.*");

    private ReadOnlySpan<char> _rest = text;

    /// <summary>What was not read yet.</summary>
    public readonly string Rest => _rest.ToString();

    /// <summary>Reads one character, if it is the next.</summary>
    public bool Take(char character)
    {
        if (_rest.IsEmpty || _rest[0] != character)
        {
            return false;
        }

        _rest = _rest[1..];
        return true;
    }

    /// <summary>Reads a name: a small letter, and then letters, digits and "_-.*".</summary>
    public string? Key()
    {
        if (_rest.IsEmpty || !(char.IsAsciiLetterLower(_rest[0]) || _rest[0] == '*'))
        {
            return null;
        }

        var end = _rest.IndexOfAnyExcept(NameCharacters);
        return Cut(end < 0 ? _rest.Length : end);
    }

    /// <summary>Reads a list of texts: ("one" "two").</summary>
    public List<string>? List()
    {
        var list = new List<string>();
        if (!Take('('))
        {
            return null;
        }

        while (!Take(')'))
        {
            if ((list.Count > 0 && !Take(' ')) || Text() is not { } text)
            {
                return null;
            }

            list.Add(text);
        }

        return list;
    }

    /// <summary>Reads a parameter, whose value is a text or a whole number.</summary>
    public bool Parameter(out string name, out string? text, out long? number)
    {
        (name, text, number) = (Key() ?? "", null, null);
        if (name.Length == 0 || !Take('='))
        {
            return false;
        }

        if ((text = Text()) is not null)
        {
            return true;
        }

        var end = _rest.IndexOfAnyExceptInRange('0', '9');
        end = end < 0 ? _rest.Length : end;
        if (end is 0 or > MostDigits || (end > 1 && _rest[0] == '0'))
        {
            return false;
        }

        number = long.Parse(Cut(end), CultureInfo.InvariantCulture);
        return true;
    }

    // Printable characters in quotes; none of ours need a backslash.
    private string? Text()
    {
        if (_rest.IsEmpty || _rest[0] != '"' || _rest[1..].IndexOf('"') is not (>= 0 and var length))
        {
            return null;
        }

        var between = _rest.Slice(1, length);
        if (between.ContainsAnyExceptInRange(' ', '~') || between.Contains('\\'))
        {
            return null;
        }

        _rest = _rest[(length + 2)..];
        return between.ToString();
    }

    private string Cut(int length)
    {
        var cut = _rest[..length].ToString();
        _rest = _rest[length..];
        return cut;
    }
}
