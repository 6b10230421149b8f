using System.Globalization;
using Fluister.Summaries.Language;

namespace Fluister.Summaries.Evaluation;

/// <summary>Something a system said of a meeting, and what it named as its source.</summary>
/// <param name="Text">What.</param>
/// <param name="Speaker">Whose, by name; null where nobody's in particular.</param>
/// <param name="Cited">Numbers of utterances.</param>
/// <param name="IsQuote">Word for word.</param>
internal sealed record Statement(string Text, string? Speaker, IReadOnlyList<int> Cited, bool IsQuote);

/// <summary>How far statements are borne out by what they cite; sums over statements.</summary>
/// <remarks>Apart from the checks of a digest and simpler than they, so that one measures the other: words are compared by stem, names are
/// what is written with a capital within a sentence, numbers are what has a digit.</remarks>
internal sealed record Grounding
{
    /// <summary>Statements.</summary>
    public int Statements { get; init; }

    /// <summary>Content words (no stop words), and of these those that a cited message or its speaker's name holds.</summary>
    public int Words { get; init; }

    /// <summary>See <see cref="Words"/>.</summary>
    public int WordsHeld { get; init; }

    /// <summary>Statements about queries that come with the utterances that matter, and of these those that cite such an
    /// utterance.</summary>
    public int WithSpans { get; init; }

    /// <summary>See <see cref="WithSpans"/>.</summary>
    public int InSpans { get; init; }

    /// <summary>Statements that cite nothing, or what there is not.</summary>
    public int Uncited { get; init; }

    /// <summary>Statements whose speaker wrote none of the cited messages.</summary>
    public int WrongSpeaker { get; init; }

    /// <summary>Statements with a name that no cited message holds.</summary>
    public int ForeignName { get; init; }

    /// <summary>Statements with a number that no cited message holds.</summary>
    public int ForeignNumber { get; init; }

    /// <summary>Statements with a link that no cited message holds.</summary>
    public int ForeignLink { get; init; }

    /// <summary>Statements with at least one of these errors.</summary>
    public int Wrong { get; init; }

    /// <summary>Sums.</summary>
    public static Grounding operator +(Grounding a, Grounding b) => new()
    {
        Statements = a.Statements + b.Statements,
        Words = a.Words + b.Words,
        WordsHeld = a.WordsHeld + b.WordsHeld,
        WithSpans = a.WithSpans + b.WithSpans,
        InSpans = a.InSpans + b.InSpans,
        Uncited = a.Uncited + b.Uncited,
        WrongSpeaker = a.WrongSpeaker + b.WrongSpeaker,
        ForeignName = a.ForeignName + b.ForeignName,
        ForeignNumber = a.ForeignNumber + b.ForeignNumber,
        ForeignLink = a.ForeignLink + b.ForeignLink,
        Wrong = a.Wrong + b.Wrong,
    };

    /// <summary>Of several.</summary>
    public static Grounding Of(IEnumerable<Statement> statements, IReadOnlyList<(string Speaker, string Text)> transcript,
        MeetingQuery query) => statements.Aggregate(new Grounding(), (sum, x) => sum + Of(x, transcript, query));

    /// <summary>Of one.</summary>
    public static Grounding Of(Statement statement, IReadOnlyList<(string Speaker, string Text)> transcript, MeetingQuery query)
    {
        var cited = statement.Cited.Where(x => x >= 0 && x < transcript.Count).Select(x => transcript[x]).ToList();
        var source = string.Join('\n', cited.SelectMany(x => new[] { x.Speaker, x.Text }));
        var stems = Content(source).Select(x => x.Stem).ToHashSet(StringComparer.Ordinal);
        var words = Content(WithoutLinks(statement.Text)).ToList();
        var speaker = statement.Speaker is { } who && !cited.Exists(x => string.Equals(x.Speaker, who, StringComparison.Ordinal));
        var name = words.Exists(x => x.IsName && !stems.Contains(x.Stem));
        var number = words.Exists(x => x.IsNumber && !stems.Contains(x.Stem));
        var link = Links(statement.Text).Any(x => !source.Contains(x, StringComparison.Ordinal));
        var uncited = cited.Count == 0 || cited.Count < statement.Cited.Count;
        return new()
        {
            Statements = 1,
            Words = words.Count,
            WordsHeld = words.Count(x => stems.Contains(x.Stem)),
            WithSpans = query.Spans.Count > 0 ? 1 : 0,
            InSpans = statement.Cited.Any(x => query.Spans.Any(s => x >= s.First && x <= s.Last)) ? 1 : 0,
            Uncited = uncited ? 1 : 0,
            WrongSpeaker = speaker ? 1 : 0,
            ForeignName = name ? 1 : 0,
            ForeignNumber = number ? 1 : 0,
            ForeignLink = link ? 1 : 0,
            Wrong = uncited || speaker || name || number || link ? 1 : 0,
        };
    }

    private static IEnumerable<(string Stem, bool IsName, bool IsNumber)> Content(string text)
    {
        var stops = StopWords.Of("en");
        var words = new List<Word>();
        foreach (var (start, length) in Sentences.Split(text))
        {
            words.Clear();
            Language.Words.Split(text.AsSpan(start, length), words);
            for (var i = 0; i < words.Count; i++)
            {
                var word = text.AsSpan(start + words[i].Start, words[i].Length);
                var lower = Fold(word);
                var isNumber = lower.AsSpan().IndexOfAnyInRange('0', '9') >= 0;
                if (isNumber || !stops.Contains(lower))
                {
                    yield return (Porter.Stem(lower), i > 0 && char.IsUpper(word[0]), isNumber);
                }
            }
        }
    }

    /// <summary>Lower case, wide letters narrow, digits of all scripts as 0 to 9.</summary>
    public static string Fold(ReadOnlySpan<char> text)
    {
        const int Wide = '\uFF01' - '!';
        Span<char> folded = text.Length <= 256 ? stackalloc char[text.Length] : new char[text.Length];
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i] is >= '\uFF01' and <= '\uFF5E' ? (char)(text[i] - Wide) : text[i];
            var digit = CharUnicodeInfo.GetDecimalDigitValue(c);
            folded[i] = digit >= 0 ? (char)('0' + digit) : char.ToLowerInvariant(c);
        }

        return new(folded);
    }

    private static IEnumerable<string> Links(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Where(IsLink).Select(x => x.Trim("()<>\"',;.!?".ToCharArray()));

    private static string WithoutLinks(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Where(x => !IsLink(x)));

    private static bool IsLink(string word) =>
        word.Contains("://", StringComparison.Ordinal) || word.Contains("www.", StringComparison.OrdinalIgnoreCase);
}
