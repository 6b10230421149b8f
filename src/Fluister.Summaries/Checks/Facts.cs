using System.Buffers;
using Fluister.Summaries.Engines.Extractive;
using Fluister.Summaries.Language;
using Fluister.Summaries.Prompts;

namespace Fluister.Summaries.Checks;

/// <summary>What a text says, as far as it can be compared: of a message as the model saw it, or of a point.</summary>
internal sealed class Facts
{
    private static readonly SearchValues<char> ClauseEnds = SearchValues.Create(".!?,;:()–—…\n。！？、，");

    private readonly DateOnly? _sent;

    /// <summary>Reads.</summary>
    public Facts(string text, DateOnly? sent)
    {
        (Text, _sent) = (text, sent);
        var words = new List<Word>();
        Words.Split(text, words);
        foreach (var word in words)
        {
            var surface = text.Substring(word.Start, Math.Min(word.Length, 64));
            var lower = surface.ToLowerInvariant();
            Surfaces.Add((word.Start, surface, lower));
            Lower.Add(lower);
            Stems.Add(Passages.StemOf(lower));
        }
    }

    /// <summary>Of a line that a model saw.</summary>
    public static Facts Of(SheetLine line) => new(line.Text, line.Day.Length >= 10 && DateOnly.TryParseExact(line.Day[^10..], "yyyy-MM-dd",
        out var day) ? day : null);

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>Its words: where, as written, in lower case.</summary>
    public List<(int Start, string Surface, string Lower)> Surfaces { get; } = [];

    /// <summary>Words in lower case.</summary>
    public HashSet<string> Lower { get; } = new(StringComparer.Ordinal);

    /// <summary>Stems.</summary>
    public HashSet<string> Stems { get; } = new(StringComparer.Ordinal);

    /// <summary>Numbers.</summary>
    public HashSet<string> Numbers => field ??= Numerals.Read(Text);

    /// <summary>Days and times, counted from the day of sending.</summary>
    public Moments Moments => field ??= Moments.Read(Text, _sent);

    /// <summary>Links, hosts, e-mail addresses.</summary>
    public HashSet<string> Addresses => field ??= Wording.Addresses(Text).ToHashSet(StringComparer.Ordinal);

    /// <summary>Currencies named.</summary>
    public HashSet<string> Currencies => field ??= Checks.Currencies.In(this);

    /// <summary>Digits of what may be a telephone number.</summary>
    public IEnumerable<string> Phones => PhoneNumbers.In(Text);

    /// <summary>The day it was sent.</summary>
    public DateOnly? Sent => _sent;

    /// <summary>Whether it says a word, or one so alike that it is another form of it.</summary>
    public bool Says(string lower) => Says(lower, Passages.StemOf(lower));

    /// <summary>The same, with the stem at hand.</summary>
    public bool Says(string lower, string stem) =>
        Lower.Contains(lower) || Stems.Contains(stem) || (stem.Length >= 5 && Stems.Any(x => IsForm(x, stem)));

    /// <summary>Whether it says a word that may be a name: the same, or with an ending that names and nouns take. "Christina" is not
    /// "Christian".</summary>
    public bool SaysName(string lower, string language) =>
        Lower.Contains(lower) || Lower.Any(x => IsInflected(x, lower, language) || IsInflected(lower, x, language));

    private static bool IsInflected(string longer, string lower, string language)
    {
        if (lower.Length < 3 || longer.Length <= lower.Length || !longer.StartsWith(lower, StringComparison.Ordinal))
        {
            return false;
        }

        var ending = longer.AsSpan(lower.Length);
        return language is "de" or "lb" or "nl" ? ending is "s" or "es" or "e" or "n" or "en" or "er" or "ern" or "em" or "nen"
            : ending is "s" or "es" or "ed" or "ing";
    }

    /// <summary>Whether a stretch of words stands in it, whatever the case.</summary>
    public bool Names(string name)
    {
        for (var at = Text.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0 && name.Length > 0;
            at = Text.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var end = at + name.Length;
            if ((at == 0 || !char.IsLetterOrDigit(Text[at - 1])) && (end == Text.Length || !char.IsLetterOrDigit(Text[end])))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Its parts between marks, and whether it ends as a question; words in lower case.</summary>
    public IEnumerable<(List<string> Words, bool IsAsked)> AskedClauses()
    {
        var end = 0;
        foreach (var clause in Clauses())
        {
            // Clauses take all words in order.
            end += clause.Count;
            var last = Surfaces[end - 1];
            yield return (clause, Text.AsSpan(last.Start + last.Surface.Length).TrimStart(" \"'”’").StartsWith("?"));
        }
    }

    /// <summary>Its parts between marks, as words in lower case.</summary>
    public IEnumerable<List<string>> Clauses()
    {
        var clause = new List<string>();
        var last = 0;
        foreach (var (start, surface, lower) in Surfaces)
        {
            if ((Text.AsSpan(last, Math.Max(0, start - last)).ContainsAny(ClauseEnds) || Negations.IsTurn(lower)) && clause.Count > 0)
            {
                yield return clause;
                clause = [];
            }

            clause.Add(lower);
            last = start + surface.Length;
        }

        if (clause.Count > 0)
        {
            yield return clause;
        }
    }

    /// <summary>Five letters the same from the start, and little after them: forms of one word in most languages of Europe.</summary>
    private static bool IsForm(string a, string b)
    {
        var same = a.AsSpan().CommonPrefixLength(b);
        return same >= 5 && a.Length - same <= 3 && b.Length - same <= 3;
    }
}
