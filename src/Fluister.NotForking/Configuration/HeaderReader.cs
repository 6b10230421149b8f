using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Configuration;

/// <summary>Reads "key = value" lines of dialect 0: whitespace before "=", conditions that do not nest, the last value of a key
/// wins.</summary>
/// <param name="lines">The file.</param>
/// <param name="request">What decides its conditions.</param>
/// <param name="isModification">A `.mod` header, which ends at dashes and may have conditions as keys; else upstream.conf, which has
/// blocks.</param>
/// <param name="start">The keys to begin with: what stands before the first block.</param>
internal sealed class HeaderReader(
    LineReader lines, RecipeRequest request, bool isModification, Dictionary<string, (Place Place, string Value)>? start = null)
    : IHeaderReader
{
    private readonly Dictionary<string, (Place Place, string Value)> _meant = new(start ?? [], StringComparer.Ordinal);
    private Place? _if;
    private Place? _else;
    private bool _isTaken = true;
    private bool _isMeant = true;
    private bool _wasTaken;
    private bool _wasMeant;

    /// <inheritdoc/>
    public Dictionary<string, (Place Place, string Value)> Keys { get; } = new(start ?? [], StringComparer.Ordinal);

    /// <inheritdoc/>
    public bool Read()
    {
        var hasEnd = ReadLines();
        foreach (var (key, (place, value)) in Keys)
        {
            if (!_meant.TryGetValue(key, out var meant) || meant.Value != value)
            {
                throw Wrong("Dialect 0 takes this branch although an earlier \"elsif\" of the same condition holds: " +
                    $"\"{key}\" would be set twice. Write \"dialect = 1\", where only the first branch that holds is taken", place);
            }
        }

        return hasEnd;
    }

    private bool ReadLines()
    {
        while (lines.Next() is { } line)
        {
            var place = lines.Place;
            while (true)
            {
                if (IsEnd(line))
                {
                    return true;
                }

                if (PerlText.IsBlank(line) || PerlText.TrimStart(line)[0] == '#')
                {
                    break;
                }

                line = line.EndsWith('\n') ? line[..^1] : line;
                if (!line.EndsWith('\\'))
                {
                    Take(line, place);
                    break;
                }

                line = line[..^1];
                if (lines.Next() is not { } next)
                {
                    Take(line, place);
                    break;
                }

                line += next;
            }
        }

        return false;
    }

    private bool IsEnd(string line)
    {
        if (isModification)
        {
            var dashes = line.AsSpan().TrimEnd('\n');
            return !dashes.IsEmpty && !dashes.ContainsAnyExcept('-');
        }

        return line.StartsWith("block", StringComparison.OrdinalIgnoreCase) && (line.Length == 5 || !PerlText.IsWord(line[5]));
    }

    private void Take(string line, Place place)
    {
        var (word, rest) = Word(line, place);
        switch (word)
        {
            case "if":
                if (_if is { } open)
                {
                    throw Wrong($"Conditions do not nest in dialect 0 (line {open.Line} is open); write \"dialect = 1\"", place);
                }

                (_if, _else) = (place, null);
                _isTaken = _isMeant = _wasTaken = _wasMeant = Holds(rest, place);
                break;
            case "elsif" or "elseif":
                Continue(word, place);
                var holds = Holds(rest, place, isAsked: !_wasTaken);
                _isTaken = !_wasTaken && holds;
                _isMeant = !_wasMeant && holds;
                _wasMeant |= _isMeant;
                break;
            case "else":
                Continue(word, place);
                if (rest.StartsWith("if", StringComparison.OrdinalIgnoreCase))
                {
                    throw Wrong("Dialect 0 reads \"else if\" as \"else\"; write \"elsif\", or \"dialect = 1\"", place);
                }

                _else = place;
                _isTaken = !_wasTaken;
                _isMeant = !_wasMeant;
                break;
            case "endif":
                if (_else is null)
                {
                    throw Wrong(_if is null ? "\"endif\" without \"if\"" :
                        "Dialect 0 wants an \"else\" (it may be empty) before \"endif\"; or write \"dialect = 1\"", place);
                }

                (_if, _else, _isTaken, _isMeant) = (null, null, true, true);
                break;
            default:
                if (_isTaken)
                {
                    Set(word, rest, place);
                }

                break;
        }
    }

    private void Set(string key, string rest, Place place)
    {
        if (rest.StartsWith('='))
        {
            rest = isModification && Conditions.IsName(key) ? rest : PerlText.TrimStart(rest.AsSpan(1)).ToString();
        }
        else if (!isModification || !Conditions.IsName(key))
        {
            throw Wrong(
                key.Contains('=') ? $"Write a space before \"=\" in \"{key}\"" : $"After \"{key}\" there must be \"= value\"", place);
        }

        Keys[key] = (place, rest);
        if (_isMeant)
        {
            _meant[key] = (place, rest);
        }
    }

    private void Continue(string word, Place place)
    {
        if (_if is null)
        {
            throw Wrong($"\"{word}\" without \"if\"", place);
        }

        if (_else is { } before)
        {
            throw Wrong($"\"{word}\" follows the \"else\" of line {before.Line}", place);
        }
    }

    /// <summary>Decides "ITEM VALUE". The original looks at the value only where it is asked.</summary>
    private bool Holds(string text, Place place, bool isAsked = true)
    {
        if (text.Length == 0)
        {
            throw Wrong("Here a condition is missing: version, osname or hasfile", place);
        }

        var (item, rest) = Word(text, place);
        if (!Conditions.IsName(item))
        {
            throw Wrong($"\"{item}\" is no condition: they are version, osname and hasfile, each followed by a space" +
                (item.StartsWith('(') ? "; dialect 0 has no parentheses" : ""), place);
        }

        return isAsked && Conditions.Holds(item, rest, request, place);
    }

    private static (string First, string After) Word(string line, Place place)
    {
        var text = PerlText.TrimStart(line);
        var length = 0;
        while (length < text.Length && !PerlText.IsSpace(text[length]))
        {
            length++;
        }

        return length == 0
            ? throw Wrong("This line is empty but for a \"\\\"", place)
            : (VersionOrder.Lower(text[..length].ToString()), PerlText.TrimStart(text[length..]).ToString());
    }

    private static NotForkException Wrong(string sentence, Place place) => new(ExitCode.Configuration, sentence + ".", place);
}
