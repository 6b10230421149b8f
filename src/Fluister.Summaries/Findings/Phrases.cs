using Fluister.Summaries.Language;

namespace Fluister.Summaries.Findings;

/// <summary>A list of phrases, looked for as whole words, whatever the case.</summary>
internal sealed class Phrases
{
    /// <summary>Only this much of a sentence is looked at (UTF-16 units).</summary>
    private const int Reach = 2000;

    private readonly Dictionary<string, string[][]>.AlternateLookup<ReadOnlySpan<char>> _byFirst;
    private readonly string[] _symbols;

    /// <summary>From a list parted by bars.</summary>
    public Phrases(string list)
    {
        var phrases = list.Split('|').Select(Cut).ToList();
        _byFirst = phrases.Where(x => x.Length > 0).GroupBy(x => x[0], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(x => x.Key, x => x.ToArray(), StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        _symbols = list.Split('|').Where(x => Cut(x).Length == 0).ToArray();
    }

    /// <summary>Whether one of them occurs.</summary>
    public bool In(ReadOnlySpan<char> text) => Find(text, onlyAtStart: false);

    /// <summary>Whether the text begins with one of them.</summary>
    public bool Begins(ReadOnlySpan<char> text) => Find(text, onlyAtStart: true);

    private bool Find(ReadOnlySpan<char> text, bool onlyAtStart)
    {
        text = text[..Math.Min(text.Length, Reach)];
        foreach (var symbol in _symbols)
        {
            if (onlyAtStart ? text.StartsWith(symbol, StringComparison.Ordinal) : text.Contains(symbol, StringComparison.Ordinal))
            {
                return true;
            }
        }

        var words = new List<Word>();
        Words.Split(text, words);
        for (var i = 0; i < (onlyAtStart ? Math.Min(1, words.Count) : words.Count); i++)
        {
            if (!_byFirst.TryGetValue(text.Slice(words[i].Start, words[i].Length), out var phrases))
            {
                continue;
            }

            foreach (var phrase in phrases)
            {
                if (Stands(text, words, i, phrase))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool Stands(ReadOnlySpan<char> text, List<Word> words, int at, string[] phrase)
    {
        for (var i = 0; i < phrase.Length; i++)
        {
            if (at + i >= words.Count
                || !text.Slice(words[at + i].Start, words[at + i].Length).Equals(phrase[i], StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }

    private static string[] Cut(string text)
    {
        var words = new List<Word>();
        Words.Split(text, words);
        return words.ConvertAll(x => text.Substring(x.Start, x.Length)).ToArray();
    }
}
