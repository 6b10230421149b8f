using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>The entries of a properties file (java.util.Properties.load) or of a .env file, and how values are written there.</summary>
/// <param name="text">The bytes as Latin-1.</param>
/// <param name="file">For errors; its name says which of the two it is.</param>
internal sealed partial class PropertyList(string text, Place file)
{
    private readonly bool _isEnvironment = Path.GetFileName(file.File) is var name &&
        (name.StartsWith(".env", StringComparison.Ordinal) || name.EndsWith(".env", StringComparison.Ordinal));

    /// <summary>All entries.</summary>
    public List<Property> Read()
    {
        var entries = new List<Property>();
        for (var at = 0; at < text.Length;)
        {
            var (start, end) = (at, LineEnd(at));
            var first = Skip(at, end);
            if (first == end || text[first] is '#' || (text[first] is '!' && !_isEnvironment))
            {
                at = Next(end);
                continue;
            }

            // A line that ends with an odd number of backslashes goes on in the next one.
            while (!_isEnvironment && end < text.Length && text[first..end].AsSpan() is var line
                && (line.Length - line.TrimEnd('\\').Length) % 2 == 1)
            {
                end = LineEnd(Next(end));
            }

            entries.Add(Entry(start, first, end));
            at = Next(end);
        }

        return entries;
    }

    /// <summary>A key or value as it is written there, in bytes as Latin-1.</summary>
    public string Encode(string value, bool isKey = false)
    {
        if (_isEnvironment)
        {
            var isBare = value.All(letter => char.IsAsciiLetterOrDigit(letter) || "_./:@+-,=%".Contains(letter, StringComparison.Ordinal));
            return isBare ? value : PerlText.Encode("\"" + string.Concat(value.Select(letter => letter switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '"' or '\\' or '$' or '`' => "\\" + letter,
                _ => letter.ToString(),
            })) + "\"");
        }

        return string.Concat(value.Select((letter, index) => letter switch
        {
            '\\' => @"\\",
            '\n' => @"\n",
            '\r' => @"\r",
            '\t' => @"\t",
            '\f' => @"\f",
            ' ' when isKey || index == 0 => @"\ ",
            '=' or ':' when isKey => "\\" + letter,
            '#' or '!' when isKey && index == 0 => "\\" + letter,
            < ' ' or > '~' => @"\u" + ((int)letter).ToString("X4", CultureInfo.InvariantCulture),
            _ => letter.ToString(),
        }));
    }

    private Property Entry(int start, int first, int end)
    {
        if (_isEnvironment && string.CompareOrdinal(text, first, "export ", 0, 7) == 0)
        {
            first = Skip(first + 7, end);
        }

        var keyEnd = first;
        while (keyEnd < end && text[keyEnd] is not ('=' or '\n' or '\r')
            && (_isEnvironment || !(text[keyEnd] == ':' || PerlText.IsSpace(text[keyEnd]))))
        {
            keyEnd += text[keyEnd] == '\\' && !_isEnvironment ? 2 : 1;
        }

        keyEnd = Math.Min(keyEnd, end);
        var value = Skip(keyEnd, end);
        value = value < end && text[value] is '=' or ':' ? Skip(value + 1, end) : value;
        var (key, means) = (Unicode(first, keyEnd), Unicode(value, end));
        return _isEnvironment
            ? new Property(start, key.Trim(' ', '\t'), keyEnd, value, end, Unquote(means.Trim(' ', '\t')), Next(end))
            : new Property(start, Unescape(key), keyEnd, value, end, Unescape(means), Next(end));
    }

    private static string Unquote(string value) => value switch
    {
        ['\'', .., '\''] => value[1..^1],
        ['"', .., '"'] => Quoted().Replace(value[1..^1], match =>
            match.ValueSpan[1] switch { 'n' => "\n", 'r' => "\r", var letter => letter.ToString() }),
        _ => value,
    };

    private static string Unescape(string value)
    {
        var result = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\' || ++i >= value.Length)
            {
                result.Append(i < value.Length ? value[i].ToString() : "");
            }
            else if (value[i] is '\r' or '\n')
            {
                i += value[i] == '\r' && i + 1 < value.Length && value[i + 1] == '\n' ? 1 : 0;
                while (i + 1 < value.Length && value[i + 1] is ' ' or '\t' or '\f')
                {
                    i++;
                }
            }
            else if (value[i] == 'u' && i + 4 < value.Length &&
                ushort.TryParse(value.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                result.Append((char)code);
                i += 4;
            }
            else
            {
                result.Append(value[i] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'f' => '\f', var letter => letter });
            }
        }

        return result.ToString();
    }

    /// <summary>As Java reads such files since its version 9: UTF-8, or else Latin-1.</summary>
    private string Unicode(int start, int end)
    {
        var bytes = Encoding.Latin1.GetBytes(text[start..end]);
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : text[start..end];
    }

    [GeneratedRegex(@"\\.", RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        Limits.SearchMilliseconds)]
    private static partial Regex Quoted();

    private int Skip(int at, int end)
    {
        while (at < end && text[at] is ' ' or '\t' or '\f')
        {
            at++;
        }

        return at;
    }

    private int LineEnd(int at) => at < text.Length && text.AsSpan(at).IndexOfAny('\r', '\n') is >= 0 and var length ? at + length
        : text.Length;

    private int Next(int end) =>
        end >= text.Length ? text.Length : end + (text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? 2 : 1);
}
