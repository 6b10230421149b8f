using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Fluister.NotForking.Texts;

/// <summary>Translates a regular expression from Perl's language (perlre, 5.36, on bytes) to .NET's.</summary>
/// <remarks>Every class becomes a set of bytes and every letter of a `(?i)` part a set of two, so that none of .NET's rules about
/// Unicode, cultures or options is left in the result.</remarks>
internal sealed partial class PerlTranslation
{
    private const string WordSet = "[0-9A-Za-z_]";

    private readonly string _pattern;
    private readonly Place _place;
    private readonly int _total;
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private int _at;
    private int _lookaround;
    private int _lookbehind;

    private PerlTranslation(string pattern, Place place, int total) => (_pattern, _place, _total) = (pattern, place, total);

    /// <summary>The pattern in .NET's language.</summary>
    public string Text { get; private set; } = "";

    /// <summary>The text that it matches, if it is only that one.</summary>
    public string? Literal { get; private set; }

    /// <summary>How many groups there are.</summary>
    public int Groups { get; private set; }

    /// <summary>Whether there is a `\K`.</summary>
    public bool HasKeep { get; private set; }

    /// <summary>The numbers of named groups.</summary>
    public IReadOnlyDictionary<string, int> Names => _names;

    /// <summary>Translates.</summary>
    /// <exception cref="NotForkException">Perl would refuse it, or .NET cannot do it.</exception>
    public static PerlTranslation Of(string pattern, Place place)
    {
        // Whether "\12" is a group or an octal number depends on how many groups there are: the first run counts them.
        var counted = new PerlTranslation(pattern, place, int.MaxValue);
        counted.Run();
        var translation = new PerlTranslation(pattern, place, counted.Groups);
        translation.Run();
        return translation;
    }

    private void Run()
    {
        var flags = default(PerlFlags);
        Text = Alternatives(ref flags, out _, out var literal);
        Literal = literal is { Length: > 0 } ? literal : null;
        if (_at < _pattern.Length)
        {
            throw Wrong("a \")\" has no \"(\"");
        }
    }

    private NotForkException Wrong(string why) => new(
        ExitCode.Configuration, $"The pattern \"{_pattern}\" cannot be used: {why} (before character {_at + 1}).", _place);

    private bool Take(char letter)
    {
        if (_at >= _pattern.Length || _pattern[_at] != letter)
        {
            return false;
        }

        _at++;
        return true;
    }

    private bool Take(string text)
    {
        if (string.CompareOrdinal(_pattern, _at, text, 0, text.Length) != 0)
        {
            return false;
        }

        _at += text.Length;
        return true;
    }

    /// <summary>Alternatives up to a ")" or the end.</summary>
    private string Alternatives(ref PerlFlags flags, out int count, out string? literal)
    {
        var text = new StringBuilder(Sequence(ref flags, out literal));
        for (count = 1; Take('|'); count++)
        {
            text.Append('|').Append(Sequence(ref flags, out _));
            literal = null;
        }

        return text.ToString();
    }

    private string Sequence(ref PerlFlags flags, out string? literal)
    {
        var items = new List<PerlItem>();
        while (true)
        {
            SkipExtended(flags);
            if (_at >= _pattern.Length || _pattern[_at] is '|' or ')')
            {
                break;
            }

            var atom = Atom(ref flags);
            SkipExtended(flags);
            items.Add(atom.IsNothing ? atom : Quantified(atom, flags));
        }

        literal = items.TrueForAll(item => item.Set?.Single is not null && !item.IsRepeated)
            ? string.Concat(items.Select(item => item.Set!.Single)) : null;
        var text = new StringBuilder();
        for (var i = 0; i < items.Count; i++)
        {
            text.Append(items[i].Boundary is { } wanted
                ? Boundary(wanted, i > 0 ? items[i - 1].Set?.IsWord() : null, i + 1 < items.Count ? items[i + 1].Set?.IsWord() : null)
                : items[i].Text);
        }

        return text.ToString();
    }

    /// <summary>`\b` or `\B`, shorter where a neighbour is known: so that .NET still searches for literal text.</summary>
    private static string Boundary(bool isBoundary, bool? before, bool? after) => (before, after) switch
    {
        (_, { } isWord) => isWord == isBoundary ? $"(?<!{WordSet})" : $"(?<={WordSet})",
        ({ } isWord, _) => isWord == isBoundary ? $"(?!{WordSet})" : $"(?={WordSet})",
        _ when isBoundary => $"(?:(?<={WordSet})(?!{WordSet})|(?<!{WordSet})(?={WordSet}))",
        _ => $"(?:(?<={WordSet})(?={WordSet})|(?<!{WordSet})(?!{WordSet}))",
    };

    private PerlItem Quantified(PerlItem atom, PerlFlags flags)
    {
        if (Quantifier() is not { } quantifier)
        {
            return atom;
        }

        if (atom.IsKeep)
        {
            throw Wrong("a repeated \"\\K\" is not supported");
        }

        if (_lookbehind > 0 && quantifier.IsUnbounded && !atom.IsZeroWidth)
        {
            throw Wrong("what is looked for behind must have a greatest length");
        }

        var text = atom.Boundary is { } wanted ? Boundary(wanted, null, null) : atom.Text;
        // A place is there once or not at all; .NET's loops over nothing do not always end.
        var times = !atom.IsZeroWidth ? quantifier.Text : quantifier.Least > 0 ? "" : "?";
        text = (atom.Set is null ? $"(?:{text})" : text) + times;
        SkipExtended(flags);
        if (Take('?'))
        {
            text += times.Length > 0 ? "?" : "";
        }
        else if (Take('+'))
        {
            text = $"(?>{text})";
        }

        SkipExtended(flags);
        if (Quantifier() is not null)
        {
            throw Wrong("a quantifier follows a quantifier");
        }

        // What must occur still tells a word boundary what its neighbour is.
        return new PerlItem(text)
        {
            Set = quantifier.Least > 0 ? atom.Set : null,
            IsRepeated = true,
            IsZeroWidth = atom.IsZeroWidth,
        };
    }

    /// <summary>`*`, `+`, `?`, `{2}`, `{2,}`, `{,3}`, `{ 2, 3 }`.</summary>
    private (string Text, int Least, bool IsUnbounded)? Quantifier()
    {
        if (Take('*'))
        {
            return ("*", 0, true);
        }

        if (Take('+'))
        {
            return ("+", 1, true);
        }

        if (Take('?'))
        {
            return ("?", 0, false);
        }

        var match = Braces().Match(_pattern, _at);
        if (!match.Success || match.Groups[1].Length + match.Groups[3].Length == 0)
        {
            return null;
        }

        var least = match.Groups[1].Length > 0 ? Times(match.Groups[1].Value) : 0;
        var most = match.Groups[3].Length > 0 ? Times(match.Groups[3].Value) : match.Groups[2].Length > 0 ? (int?)null : least;
        if (most < least)
        {
            throw Wrong("a quantifier's first number is greater than its second, so that it never matches");
        }

        _at += match.Length;
        return (most is null ? $"{{{least},}}" : $"{{{least},{most}}}", least, most is null);
    }

    private int Times(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var times) && times < 65_535
            ? times : throw Wrong("a quantifier is greater than 65534");

    private void SkipExtended(PerlFlags flags)
    {
        while (_at < _pattern.Length)
        {
            if (flags.IsExtended && (PerlText.IsSpace(_pattern[_at]) || _pattern[_at] == '\u0085'))
            {
                _at++;
            }
            else if (flags.IsExtended && _pattern[_at] == '#')
            {
                var end = _pattern.IndexOf('\n', _at);
                _at = end < 0 ? _pattern.Length : end + 1;
            }
            else if (Take("(?#"))
            {
                var end = _pattern.IndexOf(')', _at);
                _at = end < 0 ? throw Wrong("a \"(?#\" is not closed") : end + 1;
            }
            else
            {
                return;
            }
        }
    }

    [GeneratedRegex(@"\G\{[ \t]*(?<least>[0-9]*)[ \t]*(?<to>,[ \t]*(?<most>[0-9]*)[ \t]*)?\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Braces();
}
