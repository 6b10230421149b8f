using System.Text;

namespace Fluister.NotForking.Texts;

/// <summary>A set of bytes: what one character of a Perl pattern may be.</summary>
internal sealed class ByteSet
{
    private readonly bool[] _has = new bool[256];

    /// <summary>`\d`.</summary>
    public static ByteSet Digit => Of(char.IsAsciiDigit);

    /// <summary>`\w`.</summary>
    public static ByteSet Word => Of(PerlText.IsWord);

    /// <summary>`\s`.</summary>
    public static ByteSet Space => Of(PerlText.IsSpace);

    /// <summary>`\h`: the no-break space counts, whatever the encoding.</summary>
    public static ByteSet Horizontal => Of(letter => letter is ' ' or '\t' or '\u00A0');

    /// <summary>`\v`.</summary>
    public static ByteSet Vertical => Of(letter => letter is (>= '\n' and <= '\r') or '\u0085');

    /// <summary>`.` and `\N`.</summary>
    public static ByteSet NotLineEnd => Of(letter => letter != '\n');

    /// <summary>Every byte.</summary>
    public static ByteSet All => Of(_ => true);

    /// <summary>The only member, or null.</summary>
    public char? Single => _has.Count(has => has) == 1 ? (char)Array.IndexOf(_has, true) : null;

    /// <summary>The bytes that a rule names.</summary>
    public static ByteSet Of(Func<char, bool> rule)
    {
        var set = new ByteSet();
        for (var i = 0; i < 256; i++)
        {
            set._has[i] = rule((char)i);
        }

        return set;
    }

    /// <summary>`[:NAME:]`, or null.</summary>
    public static ByteSet? Posix(string name) => name switch
    {
        "alpha" => Of(char.IsAsciiLetter),
        "digit" => Digit,
        "alnum" => Of(char.IsAsciiLetterOrDigit),
        "upper" => Of(char.IsAsciiLetterUpper),
        "lower" => Of(char.IsAsciiLetterLower),
        "word" => Word,
        "space" => Space,
        "blank" => Of(letter => letter is ' ' or '\t'),
        "punct" => Of(letter => letter is > ' ' and < '\u007F' && !char.IsAsciiLetterOrDigit(letter)),
        "graph" => Of(letter => letter is > ' ' and < '\u007F'),
        "print" => Of(letter => letter is >= ' ' and < '\u007F'),
        "cntrl" => Of(letter => letter is < ' ' or '\u007F'),
        "ascii" => Of(letter => letter < '\u0080'),
        "xdigit" => Of(char.IsAsciiHexDigit),
        _ => null,
    };

    /// <summary>Whether a byte is in the set.</summary>
    public bool Has(char letter) => _has[letter];

    /// <summary>Adds a set.</summary>
    public void Add(ByteSet other)
    {
        for (var i = 0; i < 256; i++)
        {
            _has[i] |= other._has[i];
        }
    }

    /// <summary>Adds bytes from one to another.</summary>
    public void Add(char first, char last) => _has.AsSpan(first..(last + 1)).Fill(true);

    /// <summary>All other bytes.</summary>
    public ByteSet Not() => Of(letter => !_has[letter]);

    /// <summary>With the other case of its ASCII letters: `/i`.</summary>
    public ByteSet WithCases() => Of(letter => _has[letter] || (char.IsAsciiLetter(letter) && _has[letter ^ 0x20]));

    /// <summary>True or false: all members are `\w` or none is; else null.</summary>
    public bool? IsWord() => Of(letter => _has[letter] && PerlText.IsWord(letter)) is var words && words._has.AsSpan().SequenceEqual(_has)
        ? true : words._has.Contains(true) ? null : false;

    /// <summary>The set in .NET's language, for texts whose characters are bytes.</summary>
    public string ToPattern()
    {
        if (Single is { } single)
        {
            return char.IsAsciiLetterOrDigit(single) ? single.ToString() : $"\\u{(int)single:X4}";
        }

        var count = _has.Count(has => has);
        return count switch
        {
            0 => "(?!)",
            256 => @"[\s\S]",
            > 128 => $"[^{Not().Ranges()}]",
            _ => $"[{Ranges()}]",
        };
    }

    private string Ranges()
    {
        var ranges = new StringBuilder();
        for (var i = 0; i < 256; i++)
        {
            if (!_has[i])
            {
                continue;
            }

            var first = i;
            while (i < 255 && _has[i + 1])
            {
                i++;
            }

            ranges.Append($"\\u{first:X4}").Append(i > first ? $"-\\u{i:X4}" : "");
        }

        return ranges.ToString();
    }
}
