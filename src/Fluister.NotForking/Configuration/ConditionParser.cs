using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Configuration;

/// <summary>Conditions of dialect 1: `version &gt;= 1 &lt; 2 and (osname = linux or not hasfile /x)`.</summary>
/// <param name="text">The condition.</param>
/// <param name="request">What decides it.</param>
/// <param name="place">Where it stands.</param>
internal sealed class ConditionParser(string text, RecipeRequest request, Place place)
{
    /// <summary>The value of a `.mod` header's condition that holds.</summary>
    public const string Holding = "yes";

    /// <summary>The value of a `.mod` header's condition that does not hold.</summary>
    public const string NotHolding = "no";

    private readonly Queue<string> _words = new(Words(text));

    /// <summary>Whether it holds.</summary>
    /// <exception cref="NotForkException">It is malformed.</exception>
    public bool Holds()
    {
        var holds = Or();
        return _words.Count == 0 ? holds : throw Wrong($"\"{_words.Peek()}\" is not expected here");
    }

    private bool Or()
    {
        var holds = And();
        while (Take("or"))
        {
            holds |= And();
        }

        return holds;
    }

    private bool And()
    {
        var holds = Not();
        while (Take("and"))
        {
            holds &= Not();
        }

        return holds;
    }

    private bool Not()
    {
        if (Take("not"))
        {
            return !Not();
        }

        if (!Take("("))
        {
            return One();
        }

        var holds = Or();
        return Take(")") ? holds : throw Wrong("a \")\" is missing");
    }

    private bool One()
    {
        if (!_words.TryDequeue(out var word) || !Conditions.IsName(VersionOrder.Lower(word)))
        {
            throw Wrong("here \"version\", \"osname\" or \"hasfile\" must stand");
        }

        var values = new List<string>();
        while (_words.TryPeek(out var next) && next is not ("and" or "or" or "not" or "(" or ")"))
        {
            values.Add(_words.Dequeue());
        }

        return values.Count > 0
            ? Conditions.Holds(VersionOrder.Lower(word), string.Join(' ', values), request, place)
            : throw Wrong($"after \"{word}\" a comparison is missing");
    }

    private bool Take(string word) => _words.TryPeek(out var next) && next == word && _words.TryDequeue(out _);

    private NotForkException Wrong(string sentence) => new(ExitCode.Configuration, $"In the condition \"{text}\" {sentence}.", place);

    private static IEnumerable<string> Words(string text)
    {
        var word = "";
        foreach (var letter in text)
        {
            if (!PerlText.IsSpace(letter) && letter is not ('(' or ')'))
            {
                word += letter;
                continue;
            }

            if (word.Length > 0)
            {
                yield return word;
            }

            if (letter is '(' or ')')
            {
                yield return letter.ToString();
            }

            word = "";
        }

        if (word.Length > 0)
        {
            yield return word;
        }
    }
}
