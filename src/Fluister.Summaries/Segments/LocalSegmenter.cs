using Fluister.Summaries.Engines.Extractive;
using Fluister.Summaries.Language;

namespace Fluister.Summaries.Segments;

/// <summary>Cuts a conversation so that later messages leave earlier cuts alone: whether to cut before an utterance is decided by what
/// stands near it. What a model said about a part is then still true of the same part tomorrow.</summary>
/// <remarks>A cut is made where no place nearby is a better one (as in content-defined chunking: K. Eshghi, H. K. Tang, "A framework for
/// analyzing and improving content-based chunking algorithms", 2005). Better is a longer silence, a new day, other words, no answer
/// reaching back. "Near" is counted in weight: utterances, and words in them.</remarks>
internal static class LocalSegmenter
{
    /// <summary>Cuts are at least this weight apart, on average twice as much.</summary>
    private const double Reach = 56;

    /// <summary>No segment is heavier, but for one utterance that is.</summary>
    private const double Heaviest = 5 * Reach;

    /// <summary>Words that weigh as much as the utterance itself.</summary>
    private const double WordsPerWeight = 16;

    /// <summary>One utterance weighs no more than this.</summary>
    private const double HeaviestUtterance = 12;

    /// <summary>Utterances compared on each side: together with their weight less than <see cref="Reach"/>.</summary>
    private const int Window = 8;

    private const long TenMinutes = 600_000;

    /// <summary>Words that say little in some language; which one is spoken may change with the next message.</summary>
    private static readonly HashSet<string> Little =
        StopWords.Languages.SelectMany(StopWords.Of).Select(Passages.StemOf).ToHashSet(StringComparer.Ordinal);

    /// <summary>Cuts; linear but for the search of the best place nearby, which is bounded.</summary>
    /// <param name="passages">What was said.</param>
    /// <param name="times">Milliseconds, by utterance, rising.</param>
    /// <param name="days">Day of each in the reader's time zone; any number.</param>
    /// <param name="ties">Any number for each utterance that stays the same: decides between places that are equally good.</param>
    /// <param name="replies">Pairs of utterances: the answer and what it answers.</param>
    public static List<Segment> Cut(Passages passages, IReadOnlyList<long> times, IReadOnlyList<int> days, IReadOnlyList<uint> ties,
        IReadOnlyList<(int From, int To)> replies)
    {
        var n = passages.Utterances.Count;
        var weights = new double[n + 1];
        for (var i = 0; i < n; i++)
        {
            weights[i + 1] = weights[i] + Math.Min(HeaviestUtterance, 1 + (WordsOf(passages, i) / WordsPerWeight));
        }

        var scores = Scores(passages, weights, times, days, replies);
        var segments = new List<Segment>();
        var start = 0;
        for (var i = 1; i <= n; i++)
        {
            if (i < n && !IsBest(i))
            {
                if (weights[i + 1] - weights[start] > Heaviest && i > start)
                {
                    var forced = Best(start, i);
                    segments.Add(new(start, forced));
                    start = forced;
                }

                continue;
            }

            if (i > start)
            {
                segments.Add(new(start, i));
                start = i;
            }
        }

        return segments;

        bool IsBest(int i)
        {
            // Too near to an end there may come, or may have been, a better place.
            if (weights[n] - weights[i] < Reach || weights[i] < Reach)
            {
                return false;
            }

            for (var j = i - 1; j > 0 && weights[i] - weights[j] < Reach; j--)
            {
                if (IsBetter(j, i))
                {
                    return false;
                }
            }

            for (var j = i + 1; j < n && weights[j] - weights[i] < Reach; j++)
            {
                if (IsBetter(j, i))
                {
                    return false;
                }
            }

            return true;
        }

        bool IsBetter(int a, int b) => scores[a] > scores[b]
            || (scores[a].Equals(scores[b]) && (ties[a] > ties[b] || (ties[a] == ties[b] && a > b)));

        int Best(int from, int end)
        {
            var best = end;
            for (var j = end - 1; j > from && weights[j] - weights[from] > Heaviest / 2; j--)
            {
                best = IsBetter(j, best) ? j : best;
            }

            return best;
        }
    }

    private static int WordsOf(Passages passages, int utterance)
    {
        var words = 0;
        for (var s = passages.FirstSentence[utterance]; s < passages.FirstSentence[utterance + 1]; s++)
        {
            words += passages.Sentences[s].Cost;
        }

        return words;
    }

    private static double[] Scores(Passages passages, double[] weights, IReadOnlyList<long> times, IReadOnlyList<int> days,
        IReadOnlyList<(int From, int To)> replies)
    {
        var n = passages.Utterances.Count;
        var held = new double[n + 1];
        foreach (var (from, to) in replies)
        {
            // An answer that comes much later does not hold together what lies between.
            if (to >= 0 && to < from && weights[from] - weights[to] <= Reach)
            {
                held[to + 1]++;
                held[from + 1 <= n ? from + 1 : n]--;
            }
        }

        var stems = Enumerable.Range(0, n).Select(i => Content(passages, i)).ToArray();
        var scores = new double[n];
        var over = 0.0;
        for (var i = 1; i < n; i++)
        {
            over += held[i];
            var gap = Math.Max(0, (double)times[i] - times[i - 1]);
            var silence = Math.Clamp(Math.Log2(Math.Max(1, gap / TenMinutes)) / 4, 0, 2);
            scores[i] = silence + (days[i] != days[i - 1] ? 0.25 : 0) + (0.6 * Shift(stems, weights, i)) - (0.4 * Math.Min(2, over));
        }

        return scores;
    }

    /// <summary>How different the words are on both sides: 0 to 1.</summary>
    private static double Shift(int[][] stems, double[] weights, int at)
    {
        var left = new Dictionary<int, int>();
        for (var i = at - 1; i >= Math.Max(0, at - Window) && weights[at] - weights[i] < Reach; i--)
        {
            Array.ForEach(stems[i], x => left[x] = left.GetValueOrDefault(x) + 1);
        }

        var right = new Dictionary<int, int>();
        for (var i = at; i < Math.Min(stems.Length, at + Window) && weights[i + 1] - weights[at] < Reach; i++)
        {
            Array.ForEach(stems[i], x => right[x] = right.GetValueOrDefault(x) + 1);
        }

        var dot = left.Sum(x => (double)x.Value * right.GetValueOrDefault(x.Key));
        var norms = left.Values.Sum(x => (double)x * x) * right.Values.Sum(x => (double)x * x);
        return norms > 0 ? 1 - (dot / Math.Sqrt(norms)) : 0.5;
    }

    private static int[] Content(Passages passages, int utterance)
    {
        var content = new List<int>();
        for (var s = passages.FirstSentence[utterance]; s < passages.FirstSentence[utterance + 1] && content.Count < 64; s++)
        {
            foreach (var stem in passages.StemsOf(passages.Sentences[s]))
            {
                if (stem >= 0 && passages.Vocabulary[stem] is { Length: > 2 } word && !Little.Contains(word))
                {
                    content.Add(stem);
                }
            }
        }

        return content.ToArray();
    }
}
