using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fluister.Summaries.Engines.Extractive;

/// <summary>Words and pairs of words as candidates for a summary: what a ranker is asked about each.</summary>
internal sealed class Concepts
{
    /// <summary>Length of a sample about a word.</summary>
    public const int WordFeatures = 24;

    /// <summary>Length of a sample about a pair.</summary>
    public const int PairFeatures = 19;

    /// <summary>A word may count this often.</summary>
    public const int MaximumTimes = 6;

    private readonly Passages _passages;
    private readonly Question? _question;
    private readonly float[] _relevance;
    private readonly Statistics[] _words;
    private readonly uint[] _hashes;
    private readonly float _mass;
    private readonly float _high;

    /// <summary>Counts; linear in the words.</summary>
    public Concepts(Passages passages, Question? question, float[] relevance)
    {
        (_passages, _question, _relevance) = (passages, question, relevance);
        _words = new Statistics[passages.Vocabulary.Count];
        _hashes = passages.Vocabulary.Select(Lexicon.Hash).ToArray();
        _high = relevance.Length == 0 ? 0 : relevance.Max() * 0.5f;
        foreach (var sentence in passages.Sentences)
        {
            var r = relevance[sentence.Utterance];
            var speaker = passages.Utterances[sentence.Utterance].Speaker;
            foreach (var stem in passages.StemsOf(sentence))
            {
                if (stem >= 0)
                {
                    _words[stem].Add(sentence.Utterance, speaker, r, r > _high, question?.SpeakerMatch[speaker] ?? 0);
                    _mass += r;
                }
            }
        }
    }

    /// <summary>Hash of a stem.</summary>
    public uint HashOf(int stem) => _hashes[stem];

    /// <summary>How often a stem occurs.</summary>
    public int CountOf(int stem) => _words[stem].Count;

    /// <summary>Fills a sample about a word being wanted at least <paramref name="times"/> times.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Word(int stem, int times, Tally seen, Span<float> sample)
    {
        ref readonly var w = ref _words[stem];
        var general = _question is null;
        var n = (float)_relevance.Length;
        var text = _passages.Vocabulary[stem];
        var (s, k, t) = general ? (seen.SeenGeneral, seen.KeptGeneral, seen.TimesGeneral) : (seen.Seen, seen.Kept, seen.Times);
        var (s2, k2) = general ? (seen.Seen, seen.Kept) : (seen.SeenGeneral, seen.KeptGeneral);
        ReadOnlySpan<float> values =
        [
            times, MathF.Log(w.Count), MathF.Log(1 + w.Relevance), w.Highest,
                w.Relevance / w.Count / ((_mass / (_passages.Stems.Count + 1f)) + 1e-6f),
            MathF.Log(w.Utterances / n), s < 3 ? -1 : (k + 0.2f) / (s + 2), s < 3 ? -1 : t / (float)s, MathF.Log(1 + s),
            _question is null ? 0 : _question.Topic.Contains(stem) ? 2 : _question.All.Contains(stem) ? 1 : 0,
            _passages.IsStop[stem] ? 1 : 0, text.Length, char.IsDigit(text[0]) ? 1 : 0,
                w.Voices / (float)Math.Max(1, _passages.Speakers.Count),
            w.First / n, (w.Last - w.First) / n, w.High, MathF.Log(1 + _passages.Stems.Count), general ? 1 : 0, MathF.Log(1 + w.High),
            w.Asked / w.Count, times / (float)w.Count, MathF.Log(1 + _mass), s2 < 3 ? -1 : (k2 + 0.2f) / (s2 + 2),
        ];
        values.CopyTo(sample);
    }

    /// <summary>Pairs of neighbours in the given sentences, counted; only those that some candidate has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Dictionary<long, Pair> Pairs(IReadOnlyList<Sentence> sentences, IReadOnlyList<Sentence> candidates)
    {
        var pairs = new Dictionary<long, Pair>();
        foreach (var sentence in candidates)
        {
            var stems = _passages.StemsOf(sentence);
            for (var i = 1; i < stems.Length; i++)
            {
                if (stems[i] >= 0 && stems[i - 1] >= 0)
                {
                    pairs[Key(stems[i - 1], stems[i])] = default;
                }
            }
        }

        foreach (var sentence in sentences)
        {
            var stems = _passages.StemsOf(sentence);
            var r = _relevance[sentence.Utterance];
            for (var i = 1; i < stems.Length; i++)
            {
                if (stems[i] >= 0 && stems[i - 1] >= 0)
                {
                    ref var pair = ref CollectionsMarshal.GetValueRefOrNullRef(pairs, Key(stems[i - 1], stems[i]));
                    if (Unsafe.IsNullRef(ref pair))
                    {
                        continue;
                    }

                    pair.Count++;
                    pair.Relevance += r;
                    pair.Highest = Math.Max(pair.Highest, r);
                    pair.High += r > _high ? 1 : 0;
                    pair.Voices |= 1u << (_passages.Utterances[sentence.Utterance].Speaker & 31);
                }
            }
        }

        return pairs;
    }

    /// <summary>Fills a sample about a pair; the probabilities are those of its words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PairOf(long key, in Pair pair, float left, float right, Tally seen, Span<float> sample)
    {
        var (a, b) = ((int)(key >> 32), (int)key);
        var general = _question is null;
        var (s, k) = general ? (seen.SeenGeneral, seen.KeptGeneral) : (seen.Seen, seen.Kept);
        var all = seen.Seen + seen.SeenGeneral;
        ReadOnlySpan<float> values =
        [
            left, right, left * right, MathF.Log(pair.Count), MathF.Log(1 + pair.Relevance), pair.Highest,
            pair.Relevance / pair.Count / ((_mass / (_passages.Stems.Count + 1f)) + 1e-6f), s < 3 ? -1 : (k + 0.1f) / (s + 2),
                MathF.Log(1 + s),
            (_passages.IsStop[a] ? 2 : 0) + (_passages.IsStop[b] ? 1 : 0), _question is not null && _question.Pairs.Contains(key) ? 1 : 0,
            _question is null ? 0 : (_question.Topic.Contains(a) ? 1 : 0) + (_question.Topic.Contains(b) ? 1 : 0),
            uint.PopCount(pair.Voices), general ? 1 : 0, pair.Count / (float)Math.Min(_words[a].Count, _words[b].Count), pair.High,
            all < 3 ? -1 : (seen.Kept + seen.KeptGeneral + 0.1f) / (all + 2), Math.Min(left, right), MathF.Log(1 + _passages.Stems.Count),
        ];
        values.CopyTo(sample);
    }

    /// <summary>Key of a pair.</summary>
    public static long Key(int left, int right) => ((long)left << 32) | (uint)right;

    /// <summary>Counts of a pair.</summary>
    internal struct Pair
    {
        public int Count;
        public int High;
        public float Relevance;
        public float Highest;
        public uint Voices;
    }

    private struct Statistics
    {
        public int Count;
        public int Utterances;
        public int First;
        public int Last;
        public int High;
        public float Relevance;
        public float Highest;
        public float Asked;
        private uint _voices;

        public readonly int Voices => (int)uint.PopCount(_voices);

        public void Add(int utterance, int speaker, float relevance, bool high, float asked)
        {
            if (Count == 0)
            {
                First = utterance;
            }

            if (Count == 0 || Last != utterance)
            {
                Utterances++;
            }

            Count++;
            Last = utterance;
            High += high ? 1 : 0;
            Relevance += relevance;
            Highest = Math.Max(Highest, relevance);
            Asked += asked;
            _voices |= 1u << (speaker & 31);
        }
    }
}
