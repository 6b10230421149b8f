using System.Globalization;
using System.Text.RegularExpressions;

namespace Fluister.NotForking.Texts;

/// <summary>Atoms: characters, escapes, groups.</summary>
internal sealed partial class PerlTranslation
{
    private PerlItem Atom(ref PerlFlags flags)
    {
        var letter = _pattern[_at++];
        switch (letter)
        {
            case '\\':
                return Escape(flags);
            case '(':
                return Group(ref flags);
            case '[':
                return PerlItem.Of(Class(flags));
            case '.':
                return PerlItem.Of(flags.IsSingleLine ? ByteSet.All : ByteSet.NotLineEnd);
            case '^':
                return new PerlItem(flags.IsMultiline ? @"(?:\A|(?<=\n)(?!\z))" : @"\A") { IsZeroWidth = true };
            case '$':
                return new PerlItem(flags.IsMultiline ? @"(?=\n|\z)" : @"\Z") { IsZeroWidth = true };
            case '*' or '+' or '?':
                throw Wrong("a quantifier follows nothing");
            default:
                return Character(letter, flags);
        }
    }

    private PerlItem Character(char letter, PerlFlags flags)
    {
        if (letter > '\u00FF')
        {
            throw Wrong("a character is no byte");
        }

        var set = ByteSet.Of(other => other == letter);
        return PerlItem.Of(flags.IgnoresCase ? set.WithCases() : set);
    }

    private PerlItem Escape(PerlFlags flags)
    {
        if (_at >= _pattern.Length)
        {
            throw Wrong("it ends with a \"\\\"");
        }

        var letter = _pattern[_at++];
        if (At('{') && !IsQuantified && char.IsAsciiLetter(letter) && !"bBNgkxocpPX".Contains(letter))
        {
            throw Wrong("after this escape a \"{\" must be \"\\{\"");
        }

        if (ClassEscape(letter) is { } set)
        {
            return PerlItem.Of(set);
        }

        switch (letter)
        {
            case 'b' or 'B':
                return At('{')
                    ? throw Wrong("\"\\b{..}\" is not supported") : new PerlItem("") { Boundary = letter == 'b', IsZeroWidth = true };
            case 'A':
                return new PerlItem(@"\A") { IsZeroWidth = true };
            case 'z' or 'Z':
                return new PerlItem("\\" + letter) { IsZeroWidth = true };
            case 'R':
                return new PerlItem(@"(?>\r\n|[\n-\r\u0085])");
            case 'K' when _lookaround > 0:
                throw Wrong("\"\\K\" may not be looked around for");
            case 'K':
                HasKeep = true;
                return new PerlItem($"(?<{PerlPattern.KeepGroup}>)") { IsKeep = true };
            case 'N' when At('{') && !IsQuantified:
                return Character(Named(), flags);
            case 'N':
                return PerlItem.Of(ByteSet.NotLineEnd);
            case 'g':
                return Reference(RelativeGroup(), flags);
            case 'k':
                return Reference(NamedGroup(), flags);
            case >= '1' and <= '9':
                return Digits(letter, flags);
            default:
                return Character(CharacterEscape(letter) ?? throw Unknown(letter), flags);
        }
    }

    private bool IsQuantified => Braces().Match(_pattern, _at) is { Success: true } match && match.Value.Any(char.IsAsciiDigit);

    private bool At(char letter) => _at < _pattern.Length && _pattern[_at] == letter;

    private NotForkException Unknown(char letter) => Wrong(letter is 'Q' or 'E' or 'U' or 'L' or 'u' or 'l'
        ? $"\"\\{letter}\" does nothing in a modification file"
        : $"\"\\{letter}\" is not supported");

    /// <summary>A group's number, or in octal a character: one digit is always a group, more only where there are so many.</summary>
    private PerlItem Digits(char first, PerlFlags flags)
    {
        var end = _at;
        while (end < _pattern.Length && char.IsAsciiDigit(_pattern[end]))
        {
            end++;
        }

        var isGroup = int.TryParse(_pattern[(_at - 1)..end], NumberStyles.None, CultureInfo.InvariantCulture, out var number) &&
            (number <= 9 || number <= _total);
        if (isGroup)
        {
            _at = end;
            return Reference(number, flags);
        }

        if (first > '7')
        {
            throw Wrong($"there is no group {_pattern[(_at - 1)..end]}");
        }

        _at--;
        return Character(Octal(3), flags);
    }

    private int RelativeGroup()
    {
        var match = GroupReference().Match(_pattern, _at);
        if (!match.Success)
        {
            throw Wrong("after \"\\g\" there must be a group");
        }

        _at += match.Length;
        var text = match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return Number(text);
        }

        return number < 0 ? Groups + 1 + number : number;
    }

    private int NamedGroup()
    {
        var match = NameReference().Match(_pattern, _at);
        if (!match.Success)
        {
            throw Wrong("after \"\\k\" there must be a group's name");
        }

        _at += match.Length;
        return Number(match.Groups.Values.Skip(1).Single(group => group.Success).Value);
    }

    private int Number(string name) =>
        _names.TryGetValue(name, out var number) ? number : throw Wrong($"there is no group \"{name}\" before");

    private PerlItem Reference(int number, PerlFlags flags)
    {
        if (number < 1 || number > _total)
        {
            throw Wrong($"there is no group {number}");
        }

        if (_lookbehind > 0)
        {
            throw Wrong("what is looked for behind must have a greatest length");
        }

        return flags.IgnoresCase
            ? throw Wrong("a reference to a group that ignores case is not supported")
            : new PerlItem($"(?:\\{number})");
    }

    [GeneratedRegex(@"\G(?:(?<bare>-?[0-9]+)|\{[ \t]*(?<braced>-?[0-9]+|[A-Za-z_][A-Za-z0-9_]*)[ \t]*\})", RegexOptions.CultureInvariant,
        1000)]
    private static partial Regex GroupReference();

    [GeneratedRegex(
        @"\G(?:\{[ \t]*(?<a>[A-Za-z_]\w*)[ \t]*\}|<(?<b>[A-Za-z_]\w*)>|'(?<c>[A-Za-z_]\w*)')",
        RegexOptions.ECMAScript,
        1000)]
    private static partial Regex NameReference();
}
