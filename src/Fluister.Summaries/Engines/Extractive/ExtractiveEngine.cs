using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fluister.Summaries.Engines.Extractive;

/// <summary>A chosen sentence.</summary>
internal readonly record struct Pick(Sentence Sentence, float Score);

/// <summary>How the engine chooses.</summary>
internal sealed record Tuning
{
    /// <summary>Chosen by cross-validation on the training meetings; then, where the score hardly cared, for what reads well.</summary>
    public static Tuning Default { get; } = new();

    /// <summary>Worth of a pair of words against a word.</summary>
    public float PairWeight { get; init; } = 3;

    /// <summary>Worth of words that say little against others.</summary>
    public float StopWeight { get; init; } = 0.5f;

    /// <summary>Words added to a sentence's length in its price: more favours longer sentences.</summary>
    public float Overhead { get; init; } = 4;

    /// <summary>Worth of a sentence that breaks off, against others.</summary>
    public float Fragment { get; init; } = 0.4f;

    /// <summary>How much a sentence counts wherever it stands, against how relevant its place is to the question.</summary>
    public float Focus { get; init; } = 1;

    /// <summary>How much a sentence counts for having the question's own words.</summary>
    public float Match { get; init; } = 1;

    /// <summary>No sentence from places with less than this part of the highest relevance.</summary>
    public float Floor { get; init; } = 0.2f;

    /// <summary>Shorter sentences are not quoted where there are others (words).</summary>
    public int Shortest { get; init; } = 6;

    /// <summary>Longer sentences are not quoted (words).</summary>
    public int Longest { get; init; } = 60;

    /// <summary>Whether words seen in training count.</summary>
    public bool UseLexicon { get; init; } = true;
}

/// <summary>Chooses sentences whose words and pairs of words are likely to be in a summary, each counted once, within a number of
/// words.</summary>
/// <remarks>Coverage of weighted concepts under a budget: D. Gillick, B. Favre, "A scalable global model for summarization", 2009; greedy
/// by gain per word, then exchanges. The weights are probabilities from <see cref="Ranker"/>.</remarks>
internal sealed class ExtractiveEngine(Ranker ranker, Tuning tuning)
{
    /// <summary>Sentences that get as far as the costly part.</summary>
    public const int MaximumCandidates = 2000;

    /// <summary>Chosen sentences in order of the text, together at most <paramref name="budget"/> words.</summary>
    public List<Pick> Choose(Passages passages, Question? question, int budget)
    {
        var relevance = ranker.RelevanceOf(passages, question);
        var concepts = new Concepts(passages, question, relevance);
        var words = WordWeights(passages, concepts);
        var candidates = Candidates(passages, relevance, words, budget);
        var pairs = PairWeights(passages, concepts, words, candidates);
        return new Cover(passages, relevance, words, pairs, tuning, question).Choose(candidates, budget);
    }

    /// <summary>The lexicon is English; elsewhere it would only meet words that look alike.</summary>
    private bool IsKnown(Passages passages) => tuning.UseLexicon && (passages.Language is "en" or "");

    internal float[][] WordWeights(Passages passages, Concepts concepts)
    {
        var known = IsKnown(passages);
        var weights = new float[passages.Vocabulary.Count][];
        Span<float> sample = stackalloc float[Concepts.WordFeatures];
        for (var stem = 0; stem < weights.Length; stem++)
        {
            var seen = known ? ranker.WordLexicon.Find(concepts.HashOf(stem)) : default;
            weights[stem] = new float[Math.Min(Concepts.MaximumTimes, concepts.CountOf(stem))];
            for (var k = 0; k < weights[stem].Length; k++)
            {
                concepts.Word(stem, k + 1, seen, sample);
                weights[stem][k] = ranker.Words.Probability(sample);
            }
        }

        return weights;
    }

    private List<Sentence> Candidates(Passages passages, float[] relevance, float[][] words, int budget)
    {
        var floor = relevance.Length == 0 ? 0 : relevance.Max() * tuning.Floor;
        var all = passages.Sentences.Where(s => s.Cost > 0 && s.Cost <= budget && relevance[s.Utterance] >= floor).ToList();
        var full = all.Where(s => s.Cost >= tuning.Shortest && s.Cost <= tuning.Longest).ToList();
        all = full.Sum(x => (long)x.Cost) >= budget ? full : all;

        if (all.Count <= MaximumCandidates)
        {
            return all;
        }

        var scores = all.ConvertAll(s =>
        {
            var sum = 0f;
            foreach (var stem in passages.StemsOf(s))
            {
                sum += stem >= 0 ? words[stem][0] : 0;
            }

            return sum / MathF.Sqrt(s.Cost + 2) * (tuning.Focus + relevance[s.Utterance]);
        });
        var cut = scores.OrderDescending().ElementAt(MaximumCandidates);
        return all.Where((_, i) => scores[i] > cut).ToList();
    }

    private Dictionary<long, float> PairWeights(Passages passages, Concepts concepts, float[][] words, List<Sentence> candidates)
    {
        var known = IsKnown(passages);
        var weights = new Dictionary<long, float>();
        Span<float> sample = stackalloc float[Concepts.PairFeatures];
        foreach (var (key, pair) in concepts.Pairs(passages.Sentences, candidates))
        {
            var (a, b) = ((int)(key >> 32), (int)key);
            var seen = known ? ranker.PairLexicon.Find(Lexicon.Hash(concepts.HashOf(a), concepts.HashOf(b))) : default;
            concepts.PairOf(key, pair, words[a][0], words[b][0], seen, sample);
            weights.Add(key, ranker.Pairs.Probability(sample));
        }

        return weights;
    }
}

/// <summary>What is covered so far, and the choice.</summary>
internal sealed class Cover(Passages passages, float[] relevance, float[][] words, Dictionary<long, float> pairs, Tuning tuning,
    Question? question)
{
    /// <summary>Exchanges take the square of this; a longer digest goes without.</summary>
    private const int MaximumExchanged = 60;

    private readonly int[] _times = new int[words.Length];
    private readonly Dictionary<long, int> _pairTimes = [];

    public List<Pick> Choose(List<Sentence> candidates, int budget)
    {
        var chosen = new List<int>();
        var gains = new Dictionary<int, float>();
        var left = budget;
        // Gains only fall as the cover grows, so an old gain is an upper bound: the front of the queue is recomputed, not everything.
        var queue = new PriorityQueue<int, (float, int)>();
        var most = new float[candidates.Count];
        for (var i = 0; i < candidates.Count; i++)
        {
            most[i] = Gain(candidates[i]);
            queue.Enqueue(i, (-Price(candidates[i], most[i]), i));
        }

        while (queue.TryDequeue(out var i, out _))
        {
            if (candidates[i].Cost > left)
            {
                continue;
            }

            var gain = Gain(candidates[i]);
            var price = Price(candidates[i], gain);
            if (queue.TryPeek(out _, out var next) && price < -next.Item1)
            {
                queue.Enqueue(i, (-price, i));
                continue;
            }

            if (gain <= 0)
            {
                break;
            }

            Take(candidates[i], 1);
            chosen.Add(i);
            gains[i] = gain;
            left -= candidates[i].Cost;
        }

        Exchange(candidates, most, chosen, gains, ref left);
        chosen.Sort();
        return chosen.ConvertAll(i => new Pick(candidates[i], gains[i]));
    }

    /// <summary>Replaces a chosen sentence by another while that gains; a few rounds.</summary>
    private void Exchange(List<Sentence> candidates, float[] most, List<int> chosen, Dictionary<int, float> gains, ref int left)
    {
        for (var round = 0; round < 3 && chosen.Count <= MaximumExchanged; round++)
        {
            var changed = false;
            for (var c = 0; c < chosen.Count; c++)
            {
                var old = chosen[c];
                Take(candidates[old], -1);
                var free = left + candidates[old].Cost;
                var (best, bestGain) = (old, Gain(candidates[old]));
                for (var i = 0; i < candidates.Count; i++)
                {
                    if (most[i] > bestGain && candidates[i].Cost <= free && !gains.ContainsKey(i) && Gain(candidates[i]) is var gain
                        && gain > bestGain * 1.001f)
                    {
                        (best, bestGain) = (i, gain);
                    }
                }

                Take(candidates[best], 1);
                if (best != old)
                {
                    gains.Remove(old);
                    chosen[c] = best;
                    left = free - candidates[best].Cost;
                    changed = true;
                }

                gains[best] = bestGain;
            }

            if (!changed)
            {
                break;
            }
        }
    }

    private readonly float _high = relevance.Length == 0 ? 1 : Math.Max(1e-6f, relevance.Max());

    private float Price(in Sentence s, float gain) => gain / (s.Cost + tuning.Overhead);

    /// <summary>Ends in a comma or a dash, or has a transcript's mark of a break in it.</summary>
    private bool BreaksOff(in Sentence s)
    {
        var text = passages.Utterances[s.Utterance].Text.AsSpan(s.Start, s.Length);
        return text[^1] is ',' or '-' or '–' or ';' || text.Contains("{disfmarker}", StringComparison.Ordinal);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Gain(in Sentence sentence)
    {
        var gain = 0f;
        var stems = passages.StemsOf(sentence);
        for (var i = 0; i < stems.Length; i++)
        {
            var stem = stems[i];
            if (stem < 0)
            {
                continue;
            }

            var before = _times[stem]++;
            gain += (before < words[stem].Length ? words[stem][before] : 0) * (passages.IsStop[stem] ? tuning.StopWeight : 1);
            if (i > 0 && stems[i - 1] >= 0)
            {
                var key = Concepts.Key(stems[i - 1], stem);
                gain += tuning.PairWeight * (_pairTimes.GetValueOrDefault(key) == 0 ? pairs.GetValueOrDefault(key) : 0)
                    * (passages.IsStop[stem] && passages.IsStop[stems[i - 1]] ? tuning.StopWeight : 1);
            }
        }

        foreach (var stem in stems)
        {
            if (stem >= 0)
            {
                _times[stem]--;
            }
        }

        gain *= BreaksOff(sentence) ? tuning.Fragment : 1;
        return question is null ? gain
            : gain * (tuning.Focus + (relevance[sentence.Utterance] / _high) + (tuning.Match * question.Share(stems)));
    }

    private void Take(in Sentence sentence, int times)
    {
        var stems = passages.StemsOf(sentence);
        for (var i = 0; i < stems.Length; i++)
        {
            if (stems[i] < 0)
            {
                continue;
            }

            _times[stems[i]] += times;
            if (i > 0 && stems[i - 1] >= 0)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_pairTimes, Concepts.Key(stems[i - 1], stems[i]), out _) += times;
            }
        }
    }
}
