using System.Globalization;

namespace Fluister.NotForking.Texts;

/// <summary>Groups, after their "(".</summary>
internal sealed partial class PerlTranslation
{
    private PerlItem Group(ref PerlFlags flags)
    {
        if (At('*'))
        {
            throw Wrong("\"(*..)\" is not supported");
        }

        if (!Take('?'))
        {
            if (flags.HasNoGroups)
            {
                return Rest("(?:", flags);
            }

            Groups++;
            return Rest("(", flags);
        }

        if (Take("<=") || Take("<!"))
        {
            return Lookaround($"(?<{_pattern[_at - 1]}", flags, isBehind: true);
        }

        if (Take('=') || Take('!'))
        {
            return Lookaround($"(?{_pattern[_at - 1]}", flags, isBehind: false);
        }

        if (Take('>'))
        {
            return Rest("(?>", flags);
        }

        if (Take("P="))
        {
            var name = UpTo(')');
            return Reference(Number(name), flags);
        }

        if (Take("P<") || Take('<'))
        {
            return NewName(UpTo('>'), flags);
        }

        if (Take('\''))
        {
            return NewName(UpTo('\''), flags);
        }

        return Take('(') ? Conditional(flags) : Flags(ref flags);
    }

    private PerlItem Rest(string start, PerlFlags flags)
    {
        // Flags that change inside of a group end with it.
        var text = Alternatives(ref flags, out _, out _);
        return Take(')') ? new PerlItem($"{start}{text})") : throw Wrong("a \"(\" is not closed");
    }

    private PerlItem Lookaround(string start, PerlFlags flags, bool isBehind)
    {
        var behind = _lookbehind;
        _lookaround++;
        _lookbehind = isBehind ? behind + 1 : 0;
        var item = Rest(start, flags) with { IsZeroWidth = true };
        _lookaround--;
        _lookbehind = behind;
        return item;
    }

    private PerlItem NewName(string name, PerlFlags flags)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(PerlText.IsWord))
        {
            throw Wrong($"\"{name}\" is no name of a group");
        }

        Groups++;
        return _names.TryAdd(name, Groups) ? Rest("(", flags) : throw Wrong($"two groups are named \"{name}\", which is not supported");
    }

    private PerlItem Conditional(PerlFlags flags)
    {
        var text = UpTo(')');
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            number = text is ['<', .., '>'] or ['\'', .., '\'']
                ? Number(text[1..^1]) : throw Wrong("a condition of a pattern must be a group");
        }

        if (number < 1 || number > _total)
        {
            throw Wrong($"there is no group {number}");
        }

        var inside = Alternatives(ref flags, out var count, out _);
        if (count > 2 || !Take(')'))
        {
            throw Wrong(count > 2 ? "a condition has more than two branches" : "a \"(\" is not closed");
        }

        return new PerlItem($"(?({number}){inside})");
    }

    /// <summary>`(?i)`, `(?^:`, `(?s-i:` and the like.</summary>
    private PerlItem Flags(ref PerlFlags flags)
    {
        var inner = Take('^') ? default : flags;
        var value = true;
        while (_at < _pattern.Length)
        {
            var letter = _pattern[_at++];
            switch (letter)
            {
                case '-' when value:
                    value = false;
                    break;
                case ':':
                    return Rest("(?:", inner);
                case ')':
                    flags = inner;
                    return new PerlItem("") { IsNothing = true };
                case 'x' when At('x'):
                    throw Wrong("the flag \"xx\" is not supported");
                case var _ when inner.Set(letter, value):
                    break;
                default:
                    throw Wrong($"\"(?..{letter}\" is not supported");
            }
        }

        throw Wrong("a \"(\" is not closed");
    }

    private string UpTo(char end)
    {
        var index = _pattern.IndexOf(end, _at);
        if (index < 0)
        {
            throw Wrong($"a \"{end}\" is missing");
        }

        var text = _pattern[_at..index];
        _at = index + 1;
        return text;
    }
}
