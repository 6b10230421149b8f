using System.Globalization;

namespace Fluister.NotForking.Texts;

/// <summary>Escapes of characters and classes, inside and outside of brackets.</summary>
internal sealed partial class PerlTranslation
{
    /// <summary>`\d` and the like, or null.</summary>
    private static ByteSet? ClassEscape(char letter) => letter switch
    {
        'd' => ByteSet.Digit,
        'D' => ByteSet.Digit.Not(),
        'w' => ByteSet.Word,
        'W' => ByteSet.Word.Not(),
        's' => ByteSet.Space,
        'S' => ByteSet.Space.Not(),
        'h' => ByteSet.Horizontal,
        'H' => ByteSet.Horizontal.Not(),
        'v' => ByteSet.Vertical,
        'V' => ByteSet.Vertical.Not(),
        _ => null,
    };

    /// <summary>`\n`, `\x41`, `\.` and the like, after their first letter; null: no such escape.</summary>
    private char? CharacterEscape(char letter)
    {
        switch (letter)
        {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'f':
                return '\f';
            case 'e':
                return '\u001B';
            case 'a':
                return '\a';
            case '0':
                _at--;
                return Octal(3);
            case 'o':
                return Braced(8);
            case 'x':
                return At('{') ? Braced(16) : Hexadecimal();
            case 'c' when _at < _pattern.Length && _pattern[_at] is >= ' ' and < '\u007F':
                return (char)(char.ToUpperInvariant(_pattern[_at++]) ^ 0x40);
            default:
                return char.IsAsciiLetterOrDigit(letter) ? null : letter;
        }
    }

    private char Octal(int most)
    {
        var value = 0;
        for (var count = 0; count < most && _at < _pattern.Length && _pattern[_at] is >= '0' and <= '7'; count++)
        {
            value = (value * 8) + (_pattern[_at++] - '0');
        }

        return Byte(value);
    }

    private char Hexadecimal()
    {
        var start = _at;
        while (_at < _pattern.Length && _at < start + 2 && char.IsAsciiHexDigit(_pattern[_at]))
        {
            _at++;
        }

        return _at == start ? '\0' : Byte(int.Parse(_pattern.AsSpan(start.._at), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    private char Braced(int radix)
    {
        var end = _pattern.IndexOf('}', _at);
        if (!At('{') || end < 0)
        {
            throw Wrong("braces are missing");
        }

        var digits = _pattern[(_at + 1)..end].Trim(' ', '\t');
        var value = 0;
        foreach (var digit in digits)
        {
            var one = char.IsAsciiHexDigit(digit) ? Convert.ToInt32(digit.ToString(), 16) : radix;
            value = one < radix && value < 256 ? (value * radix) + one : throw Wrong($"\"{digits}\" is no byte");
        }

        if (digits.Length == 0 && radix == 8)
        {
            throw Wrong("a number is missing");
        }

        _at = end + 1;
        return Byte(value);
    }

    /// <summary>`\N{U+41}`.</summary>
    private char Named()
    {
        var end = _pattern.IndexOf('}', _at);
        var digits = Take("{U+") && end > _at ? _pattern[_at..end] : "";
        if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value > 127)
        {
            throw Wrong("characters have no names here");
        }

        _at = end + 1;
        return (char)value;
    }

    private char Byte(int value) => value < 256 ? (char)value : throw Wrong("a number is no byte; texts are bytes");

    /// <summary>What follows a "[", up to its "]".</summary>
    private ByteSet Class(PerlFlags flags)
    {
        var set = new ByteSet();
        var isNegated = Take('^');
        for (var isFirst = true; isFirst || !At(']'); isFirst = false)
        {
            var (member, first) = ClassMember();
            if (first is null)
            {
                set.Add(member!);
                continue;
            }

            // "a-]" ends with a "-"; "a-\d" is no range.
            var last = first.Value;
            if (_at + 1 < _pattern.Length && _pattern[_at] == '-' && _pattern[_at + 1] != ']')
            {
                _at++;
                (member, var to) = ClassMember();
                if (to is null)
                {
                    set.Add(member!);
                    set.Add('-', '-');
                }
                else
                {
                    last = to.Value >= first ? to.Value : throw Wrong("the ends of a range are exchanged");
                }
            }

            set.Add(first.Value, last);
        }

        _at++;
        set = flags.IgnoresCase ? set.WithCases() : set;
        return isNegated ? set.Not() : set;
    }

    /// <summary>A set, or a character that a range may begin with.</summary>
    private (ByteSet? Set, char? Character) ClassMember()
    {
        if (_at >= _pattern.Length)
        {
            throw Wrong("a \"[\" is not closed");
        }

        var letter = _pattern[_at++];
        if (letter == '[' && _at < _pattern.Length && _pattern[_at] is ':' or '.' or '=' && PosixClass() is { } posix)
        {
            return (posix, null);
        }

        if (letter != '\\')
        {
            return (null, letter <= '\u00FF' ? letter : throw Wrong("a character is no byte"));
        }

        if (_at >= _pattern.Length)
        {
            throw Wrong("a \"[\" is not closed");
        }

        letter = _pattern[_at++];
        if (ClassEscape(letter) is { } set)
        {
            return (set, null);
        }

        switch (letter)
        {
            case 'b':
                return (null, '\b');
            case 'N':
                return (null, Named());
            case >= '1' and <= '7':
                _at--;
                return (null, Octal(3));
            default:
                return (null, CharacterEscape(letter) ?? throw Unknown(letter));
        }
    }

    private ByteSet? PosixClass()
    {
        var kind = _pattern[_at];
        var end = _pattern.IndexOf($"{kind}]", _at + 1, StringComparison.Ordinal);
        if (end < 0 || _pattern.IndexOf(']', _at) < end)
        {
            return null;
        }

        var name = _pattern[(_at + 1)..end];
        var isNegated = name.StartsWith('^');
        var set = kind == ':' ? ByteSet.Posix(isNegated ? name[1..] : name) : null;
        if (set is null)
        {
            throw Wrong($"there is no class \"[{kind}{name}{kind}]\"");
        }

        _at = end + 2;
        return isNegated ? set.Not() : set;
    }
}
