using System.Text;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Configuration;

/// <summary>Reads "key = value" lines of dialect 1: conditions nest, of their branches the first one that holds is taken, and no key is set
/// twice.</summary>
/// <param name="lines">The file.</param>
/// <param name="request">What decides its conditions.</param>
/// <param name="isModification">A `.mod` header, which ends at dashes and may have conditions as keys; else upstream.conf, which has
/// blocks.</param>
/// <param name="start">The keys to begin with: what stands before the first block, which a block may set anew.</param>
internal sealed class StrictHeaderReader(
    LineReader lines, RecipeRequest request, bool isModification, Dictionary<string, (Place Place, string Value)>? start = null)
    : IHeaderReader
{
    private readonly Stack<Branches> _open = new();
    private readonly HashSet<string> _set = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Dictionary<string, (Place Place, string Value)> Keys { get; } = new(start ?? [], StringComparer.Ordinal);

    private bool IsTaken => _open.All(branches => branches.IsTaken);

    /// <inheritdoc/>
    public bool Read()
    {
        var hasEnd = false;
        while (!hasEnd && Line() is var (place, text))
        {
            hasEnd = isModification
                ? text.Length > 0 && text.All(letter => letter == '-')
                : text.Equals("block", StringComparison.OrdinalIgnoreCase);
            if (!hasEnd && text.Length > 0 && text[0] != '#')
            {
                Take(text, place);
            }
        }

        return _open.Count == 0 ? hasEnd : throw Wrong("This \"if\" has no \"endif\"", _open.Peek().Place);
    }

    /// <summary>A line without white space at its ends, with what continues it.</summary>
    private (Place Place, string Text)? Line()
    {
        if (lines.Next() is not { } line)
        {
            return null;
        }

        var place = lines.Place;
        var text = new StringBuilder();
        var part = PerlText.Trim(line);
        while (part.EndsWith('\\'))
        {
            text.Append(PerlText.Trim(part[..^1])).Append(' ');
            part = PerlText.Trim(lines.Next() ?? throw Wrong("The line that continues this one is missing", place));
        }

        return (place, text.Append(part).ToString());
    }

    private void Take(string text, Place place)
    {
        var (word, rest) = Word(text);
        if (word == "else" && Word(rest) is ("if", var condition))
        {
            (word, rest) = ("elsif", condition);
        }

        switch (word)
        {
            case "if":
                _open.Push(new Branches(place, Holds(rest, place)));
                break;
            case "elsif" or "elseif":
                Open(word, place).Next(place, Holds(rest, place));
                break;
            case "else":
                NothingAfter(word, rest, place);
                Open(word, place).Last(place);
                break;
            case "endif":
                NothingAfter(word, rest, place);
                _ = Open(word, place);
                _open.Pop();
                break;
            default:
                Set(text, place);
                break;
        }
    }

    private Branches Open(string word, Place place) => _open.Count > 0 ? _open.Peek() : throw Wrong($"\"{word}\" without \"if\"", place);

    private static void NothingAfter(string word, string rest, Place place)
    {
        if (rest.Length > 0 && rest[0] != '#')
        {
            throw Wrong($"After \"{word}\" there must be nothing, not \"{rest}\"", place);
        }
    }

    /// <summary>A condition is read also where it does not matter: a mistake in it is one for every version.</summary>
    private bool Holds(string text, Place place) => new ConditionParser(text, request, place).Holds();

    private void Set(string text, Place place)
    {
        var length = text.AsSpan().IndexOfAny(" \t=");
        var key = Folded(length < 0 ? text : text[..length]);
        var value = length < 0 ? "" : PerlText.TrimStart(text.AsSpan(length)).ToString();
        if (isModification && Conditions.IsName(key))
        {
            value = new ConditionParser(text, request, place).Holds() ? ConditionParser.Holding : ConditionParser.NotHolding;
        }
        else if (!value.StartsWith('='))
        {
            throw Wrong($"After \"{key}\" there must be \"= value\"", place);
        }
        else
        {
            // The values of a modification's header are words, which its method reads.
            value = PerlText.TrimStart(value.AsSpan(1)).ToString();
            value = isModification ? value : Unquoted(value, place);
        }

        if (!IsTaken)
        {
            return;
        }

        if (!_set.Add(key))
        {
            throw Wrong($"\"{key}\" is set twice; the first time in line {Keys[key].Place.Line}", place);
        }

        Keys[key] = (place, value);
    }

    /// <summary>A key in lower case; the version in keys such as "source-1.0-RC1" stays as it is.</summary>
    private static string Folded(string key)
    {
        var lower = VersionOrder.Lower(key);
        var dash = lower.IndexOf('-');
        return dash > 0 && lower[..dash] is "version" or "time" or "source" or "sha224" or "sha256" or "sha384" or "sha512"
            ? lower[..dash] + key[dash..] : lower;
    }

    private static string Unquoted(string value, Place place)
    {
        if (!value.StartsWith('"'))
        {
            return value;
        }

        var text = new StringBuilder();
        for (var i = 1; i < value.Length; i++)
        {
            switch (value[i])
            {
                case '"' when i == value.Length - 1:
                    return text.ToString();
                case '"':
                    throw Wrong($"After the closing \"\"\" there must be nothing, not \"{value[(i + 1)..]}\"", place);
                case '\\' when i + 1 < value.Length:
                    text.Append(value[++i] switch
                    {
                        'n' => '\n',
                        't' => '\t',
                        '"' or '\\' => value[i],
                        var other => throw Wrong($"\"\\{other}\" is unknown: there are \\n, \\t, \\\" and \\\\", place),
                    });
                    break;
                default:
                    text.Append(value[i]);
                    break;
            }
        }

        throw Wrong("A closing \"\"\" is missing", place);
    }

    private static (string First, string After) Word(string text)
    {
        var end = text.AsSpan().IndexOfAny(" \t(");
        return end < 0
            ? (VersionOrder.Lower(text), "") : (VersionOrder.Lower(text[..end]), PerlText.TrimStart(text.AsSpan(end)).ToString());
    }

    private static NotForkException Wrong(string sentence, Place place) => new(ExitCode.Configuration, sentence + ".", place);

    /// <summary>The branches of one condition.</summary>
    private sealed class Branches(Place place, bool holds)
    {
        private bool _wasTaken = holds;
        private Place? _else;

        /// <summary>Where it begins.</summary>
        public Place Place => place;

        /// <summary>Whether the branch that was begun last is the one to take.</summary>
        public bool IsTaken { get; private set; } = holds;

        /// <summary>`elsif`.</summary>
        public void Next(Place at, bool isNext)
        {
            if (_else is { } before)
            {
                throw Wrong($"A branch follows the \"else\" of line {before.Line}", at);
            }

            IsTaken = !_wasTaken && isNext;
            _wasTaken |= isNext;
        }

        /// <summary>`else`.</summary>
        public void Last(Place at)
        {
            Next(at, isNext: true);
            _else = at;
        }
    }
}
