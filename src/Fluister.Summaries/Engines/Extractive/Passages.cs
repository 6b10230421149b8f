using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Fluister.Summaries.Language;

namespace Fluister.Summaries.Engines.Extractive;

/// <summary>What an engine sees of a message: who (a number), and what.</summary>
internal readonly record struct Utterance(int Speaker, string Text);

/// <summary>A sentence of an utterance: a stretch of its text, and of the stem stream.</summary>
internal readonly record struct Sentence(int Utterance, int Start, int Length, int First, int Count, int Cost);

/// <summary>Utterances cut into sentences and words; words interned as stems.</summary>
internal sealed class Passages
{
    /// <summary>Longer utterances are quoted from, but only their first part counts for the choice (UTF-16 units).</summary>
    public const int MaximumUtterance = 1 << 16;

    private readonly Dictionary<string, int> _surfaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<int> _stemOfSurface = [];
    private readonly List<int> _surfaceCounts = [];

    /// <summary>Cuts; linear in the text.</summary>
    public Passages(IReadOnlyList<Utterance> utterances, IReadOnlyList<string> speakers, string? language = null)
    {
        Utterances = utterances;
        Speakers = speakers;
        FirstSentence = new int[utterances.Count + 1];
        var words = new List<Word>();
        for (var i = 0; i < utterances.Count; i++)
        {
            FirstSentence[i] = Sentences.Count;
            var text = utterances[i].Text;
            foreach (var (start, length) in Fluister.Summaries.Language.Sentences.Split(text.Length <= MaximumUtterance ? text
                : Clip(text)))
            {
                Add(i, text, start, length, words);
            }
        }

        FirstSentence[^1] = Sentences.Count;
        Language = language ?? Fluister.Summaries.Language.StopWords.Detect(_surfaces.Select(x =>
            KeyValuePair.Create(x.Key, _surfaceCounts[x.Value])));
        var stops = Fluister.Summaries.Language.StopWords.Of(Language);
        IsStop = new bool[Vocabulary.Count];
        foreach (var (surface, id) in _surfaces)
        {
            IsStop[_stemOfSurface[id]] |= stops.Contains(surface);
        }
    }

    /// <summary>What was cut.</summary>
    public IReadOnlyList<Utterance> Utterances { get; }

    /// <summary>Names by number.</summary>
    public IReadOnlyList<string> Speakers { get; }

    /// <summary>All sentences in order.</summary>
    public List<Sentence> Sentences { get; } = [];

    /// <summary>Index of an utterance's first sentence; one more entry at the end.</summary>
    public int[] FirstSentence { get; }

    /// <summary>Stem ids of all sentences in order; -1 where a transcript marker stands between two words.</summary>
    public List<int> Stems { get; } = [];

    /// <summary>Stems by id.</summary>
    public List<string> Vocabulary { get; } = [];

    /// <summary>Stems whose word says little, by id.</summary>
    public bool[] IsStop { get; }

    /// <summary>Two letters, or empty.</summary>
    public string Language { get; }

    /// <summary>The stems of a sentence.</summary>
    public ReadOnlySpan<int> StemsOf(in Sentence sentence) => CollectionsMarshal.AsSpan(Stems).Slice(sentence.First, sentence.Count);

    /// <summary>Where a sentence stands among all.</summary>
    public int IndexOf(in Sentence sentence)
    {
        var at = FirstSentence[sentence.Utterance];
        while (Sentences[at].Start != sentence.Start)
        {
            at++;
        }

        return at;
    }

    /// <summary>The text of a sentence, as it stands.</summary>
    public string TextOf(in Sentence sentence) => Utterances[sentence.Utterance].Text.Substring(sentence.Start, sentence.Length);

    /// <summary>Stem ids of a text of its own, such as a question; -1 for stems that do not occur.</summary>
    public List<(string Surface, int Stem)> Find(string text)
    {
        var words = new List<Word>();
        Words.Split(text, words);
        return words.ConvertAll(w =>
        {
            var surface = text.Substring(w.Start, w.Length).ToLowerInvariant();
            return (surface, _ids.GetValueOrDefault(StemOf(surface), -1));
        });
    }

    /// <summary>Lower-case word to stem, as the scorer does it.</summary>
    internal static string StemOf(string lower) => lower.Length > 3 ? Porter.Stem(lower) : lower;

    private static string Clip(string text) =>
        text[..(char.IsHighSurrogate(text[MaximumUtterance - 1]) ? MaximumUtterance - 1 : MaximumUtterance)];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(int utterance, string text, int start, int length, List<Word> words)
    {
        words.Clear();
        var sentence = text.AsSpan(start, length);
        Words.Split(sentence, words);
        var first = Stems.Count;
        var end = 0;
        Span<char> lower = stackalloc char[64];
        foreach (var word in words)
        {
            if (word.Start > end && sentence[end..word.Start].Contains('}'))
            {
                Stems.Add(-1);
            }

            end = word.Start + word.Length;
            var span = sentence.Slice(word.Start, Math.Min(word.Length, 64));
            span.ToLowerInvariant(lower);
            Stems.Add(Intern(lower[..span.Length]));
        }

        Sentences.Add(new(utterance, start, length, first, Stems.Count - first, Words.Count(sentence)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Intern(ReadOnlySpan<char> lower)
    {
        var lookup = _surfaces.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(lower, out var surface))
        {
            _surfaceCounts[surface]++;
            return _stemOfSurface[surface];
        }

        var text = lower.ToString();
        var stem = StemOf(text);
        if (!_ids.TryGetValue(stem, out var id))
        {
            id = Vocabulary.Count;
            _ids.Add(stem, id);
            Vocabulary.Add(stem);
        }

        _surfaces.Add(text, _stemOfSurface.Count);
        _stemOfSurface.Add(id);
        _surfaceCounts.Add(1);
        return id;
    }
}
