using System.Buffers;
using System.Text;

namespace Fluister.NotForking.Texts;

/// <summary>A pattern for file names with the rules of Text::Glob: "*" and "?" do not match "/" nor a leading ".", "{a,b}", "[..]" as in
/// a regular expression, "\" takes the next character as it is.</summary>
/// <remarks>It becomes the same regular expression as there, oddities included: inside "[..]" "^" is only a character.</remarks>
public sealed class Glob
{
    private static readonly SearchValues<char> Special = SearchValues.Create("*?{}[]\\,#\n");

    private static readonly SearchValues<char> NotSimple = SearchValues.Create("{}[]\\,#\n");

    private readonly PerlPattern _pattern;
    private readonly string? _literal;
    private readonly string? _simple;

    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern">The pattern: bytes of UTF-8 as Latin-1.</param>
    /// <param name="place">Where it stands.</param>
    /// <exception cref="NotForkException">A bracket is not closed.</exception>
    public Glob(string pattern, Place place)
    {
        _pattern = PerlPattern.Create($"^{Translate(pattern)}$", place);
        _literal = pattern.Length > 0 && !pattern.AsSpan().ContainsAny(Special) ? pattern : null;
        _simple = pattern.Length > 0 && !pattern.AsSpan().ContainsAny(NotSimple) ? pattern : null;
    }

    /// <summary>Whether a path matches, as a whole or by its last part: what `sed` asks.</summary>
    /// <param name="path">A path, as Unicode text.</param>
    public bool IsMatchOfPathOrName(string path) =>
        IsMatch(path) || (path.LastIndexOf('/') is > -1 and var slash && IsMatch(path[(slash + 1)..]));

    /// <summary>Whether a path matches as a whole.</summary>
    public bool IsMatch(string path)
    {
        var text = PerlText.Encode(path);
        return _literal is not null ? text == _literal : _simple is not null ? IsSimpleMatch(_simple, text) : _pattern.IsMatch(text);
    }

    /// <summary>The same for "*" and "?" only, without a regular expression: it is asked for every rule and file.</summary>
    private static bool IsSimpleMatch(ReadOnlySpan<char> glob, ReadOnlySpan<char> text)
    {
        var (at, star, starText, letter) = (0, -1, 0, 0);
        while (letter < text.Length || at < glob.Length)
        {
            var next = at < glob.Length ? glob[at] : '\0';
            var isFirst = at == 0 || glob[at - 1] == '/';
            // A part of the pattern that does not begin with "." needs a character other than "." there.
            var mayStand = at < glob.Length && !(isFirst && next != '.' && (letter == text.Length || text[letter] == '.'));
            if (mayStand && next == '*')
            {
                (star, starText) = (at++, letter);
            }
            else if (mayStand && letter < text.Length && (next == '?' ? text[letter] is not ('/' or '\n') : next == text[letter]))
            {
                at++;
                letter++;
            }
            else if (star >= 0 && starText < text.Length && text[starText] is not ('/' or '\n'))
            {
                (at, letter) = (star + 1, ++starText);
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    private static string Translate(string glob)
    {
        var regex = new StringBuilder();
        var (isFirst, isEscaped, depth) = (true, false, 0);
        foreach (var letter in glob)
        {
            if (isFirst && letter != '.')
            {
                regex.Append(@"(?=[^\.])");
            }

            isFirst = letter == '/';
            switch (letter)
            {
                case '.' or '(' or ')' or '|' or '+' or '^' or '$' or '@' or '%':
                    regex.Append('\\').Append(letter);
                    break;
                case '*':
                    regex.Append(isEscaped ? @"\*" : "(?:(?!/).)*");
                    break;
                case '?':
                    regex.Append(isEscaped ? @"\?" : "(?!/).");
                    break;
                case '{':
                    regex.Append(isEscaped ? @"\{" : "(");
                    depth += isEscaped ? 0 : 1;
                    break;
                case '}' when depth > 0:
                    regex.Append(isEscaped ? '}' : ')');
                    depth -= isEscaped ? 0 : 1;
                    break;
                case ',' when depth > 0:
                    regex.Append(isEscaped ? ',' : '|');
                    break;
                case '\\' when !isEscaped:
                    isEscaped = true;
                    continue;
                case '\\':
                    regex.Append(@"\\");
                    break;
                default:
                    regex.Append(letter);
                    break;
            }

            isEscaped = false;
        }

        return regex.ToString();
    }
}
