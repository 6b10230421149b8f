using System.Text;
using System.Text.RegularExpressions;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>A pattern for paths: without "/" it is matched with base names, with one with whole paths;
/// "/" or "./" at its beginning is the root; "folder/" is all below.</summary>
/// <remarks>`*`, `?`, `[a-z]`, `[!a]` and `{a,b}` stop at "/", `**` does not; `\` takes the next character as it is.</remarks>
internal sealed class Glob
{
    private readonly Regex? _regex;
    private readonly string _literal;
    private readonly bool _isWhole;

    /// <summary>Takes a pattern.</summary>
    /// <exception cref="NotForkException">It is empty, or a bracket has no end.</exception>
    public Glob(string pattern, Place place)
    {
        var whole = pattern.Contains('/', StringComparison.Ordinal);
        pattern = pattern[(pattern.StartsWith('/') ? 1 : pattern.StartsWith("./", StringComparison.Ordinal) ? 2 : 0)..];
        pattern = pattern is [.., '/'] ? pattern + "**" : pattern;
        (_isWhole, _literal) = (whole, pattern);
        if (pattern.Length == 0)
        {
            throw new NotForkException(ExitCode.Configuration, "A pattern of files is empty.", place);
        }

        if (pattern.AsSpan().IndexOfAny("*?[{\\") >= 0)
        {
            _regex = new Regex(
                Translate(pattern, place), RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking,
                    Limits.Search);
        }
    }

    /// <summary>Whether it can choose only one path.</summary>
    public bool IsLiteral => _regex is null && _isWhole;

    /// <summary>The pattern without a "/" at its beginning.</summary>
    public string Text => _literal;

    /// <summary>Whether it chooses a path.</summary>
    public bool Matches(string path)
    {
        var name = _isWhole ? path.AsSpan() : path.AsSpan(path.LastIndexOf('/') + 1);
        return _regex?.IsMatch(name) ?? name.SequenceEqual(_literal);
    }

    /// <summary>Makes a text one that a pattern takes as it is.</summary>
    public static string Escape(string text) => Regex.Replace(text, @"[*?\[{\\]", @"\$0", RegexOptions.CultureInvariant, Limits.Search);

    private static string Translate(string glob, Place place)
    {
        var regex = new StringBuilder(@"\A(?:");
        var braces = 0;
        for (var i = 0; i < glob.Length; i++)
        {
            switch (glob[i])
            {
                case '*' when i + 1 < glob.Length && glob[i + 1] == '*':
                    i++;
                    var isFolder = i + 1 < glob.Length && glob[i + 1] == '/' && (i == 1 || glob[i - 2] == '/');
                    regex.Append(isFolder ? "(?:.*/)?" : ".*");
                    i += isFolder ? 1 : 0;
                    break;
                case '*':
                    regex.Append("[^/]*");
                    break;
                case '?':
                    regex.Append("[^/]");
                    break;
                case '[' when glob.IndexOf(']', Math.Min(i + 2, glob.Length)) is > 0 and var end:
                    var inside = glob[(i + 1)..end].Replace(@"\", @"\\", StringComparison.Ordinal)
                        .Replace("[", @"\[", StringComparison.Ordinal);
                    regex.Append(inside[0] is '!' or '^' ? $"[^/{inside[1..]}]" : $"[{inside}]");
                    i = end;
                    break;
                case '{':
                    braces++;
                    regex.Append("(?:");
                    break;
                case ',' when braces > 0:
                    regex.Append('|');
                    break;
                case '}' when braces > 0:
                    braces--;
                    regex.Append(')');
                    break;
                case '\\' when i + 1 < glob.Length:
                    regex.Append(Regex.Escape(glob[++i].ToString()));
                    break;
                case '[' or '\\':
                    throw Unended(glob, place);
                case var letter:
                    regex.Append(letter == ']' ? @"\]" : letter == '}' ? @"\}" : Regex.Escape(letter.ToString()));
                    break;
            }
        }

        return braces == 0 ? regex.Append(@")\z").ToString() : throw Unended(glob, place);
    }

    private static NotForkException Unended(string glob, Place place) =>
        new(ExitCode.Configuration,
            $"The pattern \"{glob}\" has a \"[\", \"{{\" or \"\\\" without its end; write \"\\[\" for the character.", place);
}
