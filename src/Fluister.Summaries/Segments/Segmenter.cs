using Fluister.Summaries.Engines.Extractive;

namespace Fluister.Summaries.Segments;

/// <summary>Cuts a conversation where the subject changes: where words change (M. Hearst, "TextTiling", 1997), where nobody wrote for
/// long, and not between an answer and what it answers.</summary>
internal static class Segmenter
{
    /// <summary>Utterances compared on each side of a possible cut.</summary>
    private const int Window = 14;

    /// <summary>Shorter segments only between long silences.</summary>
    private const int Shortest = 6;

    /// <summary>Cuts; n log n.</summary>
    /// <param name="passages">What was said.</param>
    /// <param name="times">Milliseconds, by utterance; any values.</param>
    /// <param name="replies">Pairs of utterances: the answer and what it answers.</param>
    /// <param name="maximum">At most this many segments; the clearest cuts are kept.</param>
    public static List<Segment> Cut(Passages passages, long[] times, IReadOnlyList<(int From, int To)> replies, int maximum)
    {
        var n = passages.Utterances.Count;
        if (n == 0)
        {
            return [];
        }

        var shift = Shift(passages);
        var silence = Silence(times);
        var held = Held(n, replies);
        var scores = new double[n];
        for (var i = 1; i < n; i++)
        {
            scores[i] = shift[i] + silence[i] - (0.4 * Math.Min(2, held[i]));
        }

        var mean = scores.Skip(1).DefaultIfEmpty().Average();
        var deviation = Math.Sqrt(scores.Skip(1).Select(x => (x - mean) * (x - mean)).DefaultIfEmpty().Average());
        var cuts = new SortedSet<int> { 0, n };
        var most = Math.Clamp((int)Math.Sqrt(n / 2.0), 1, maximum);
        foreach (var i in Enumerable.Range(1, n - 1).Where(i => scores[i] > Math.Max(0.15, mean + (0.7 * deviation)))
            .OrderByDescending(i => scores[i]).ThenBy(i => i))
        {
            if (cuts.Count > most)
            {
                break;
            }

            var (low, high) = (cuts.GetViewBetween(0, i).Max, cuts.GetViewBetween(i, n).Min);
            var shortest = silence[i] >= 1 ? 1 : Shortest;
            if (i - low >= shortest && high - i >= shortest)
            {
                cuts.Add(i);
            }
        }

        return cuts.Zip(cuts.Skip(1)).Select(x => new Segment(x.First, x.Second)).ToList();
    }

    /// <summary>How much the vocabulary changes before each utterance: the depth of the dip in similarity of the windows on both
    /// sides.</summary>
    private static double[] Shift(Passages passages)
    {
        var n = passages.Utterances.Count;
        var (left, right) = (new Dictionary<int, int>(), new Dictionary<int, int>());
        double dot = 0, leftNorm = 0, rightNorm = 0;
        var similarity = new double[n + 1];
        for (var i = 0; i < Math.Min(Window, n); i++)
        {
            Change(i, right, left, ref rightNorm, 1);
        }

        for (var i = 1; i < n; i++)
        {
            Change(i - 1, right, left, ref rightNorm, -1);
            Change(i - 1, left, right, ref leftNorm, 1);
            if (i + Window - 1 < n)
            {
                Change(i + Window - 1, right, left, ref rightNorm, 1);
            }

            if (i - Window - 1 >= 0)
            {
                Change(i - Window - 1, left, right, ref leftNorm, -1);
            }

            similarity[i] = leftNorm > 0 && rightNorm > 0 ? dot / Math.Sqrt(leftNorm * rightNorm) : 0;
        }

        var depth = new double[n];
        for (var i = 1; i < n; i++)
        {
            // The peak on each side, at most two windows away: the walk stays linear.
            var (before, after) = (similarity[i], similarity[i]);
            for (var j = i - 1; j > Math.Max(0, i - (2 * Window)) && similarity[j] >= before; j--)
            {
                before = similarity[j];
            }

            for (var j = i + 1; j < Math.Min(n, i + (2 * Window)) && similarity[j] >= after; j++)
            {
                after = similarity[j];
            }

            depth[i] = before - similarity[i] + (after - similarity[i]);
        }

        return depth;

        void Change(int utterance, Dictionary<int, int> side, Dictionary<int, int> other, ref double norm, int by)
        {
            for (var s = passages.FirstSentence[utterance]; s < passages.FirstSentence[utterance + 1]; s++)
            {
                foreach (var stem in passages.StemsOf(passages.Sentences[s]))
                {
                    if (stem >= 0 && !passages.IsStop[stem])
                    {
                        var count = side.GetValueOrDefault(stem);
                        norm += ((count + by) * (double)(count + by)) - (count * (double)count);
                        dot += by * (double)other.GetValueOrDefault(stem);
                        if (count + by == 0)
                        {
                            side.Remove(stem);
                        }
                        else
                        {
                            side[stem] = count + by;
                        }
                    }
                }
            }
        }
    }

    /// <summary>0 for an ordinary pause, 1 for one that ends a subject: far longer than usual here, and at least half an hour.</summary>
    private static double[] Silence(long[] times)
    {
        var gaps = new double[times.Length];
        for (var i = 1; i < times.Length; i++)
        {
            gaps[i] = Math.Max(0, (double)times[i] - times[i - 1]);
        }

        var sorted = gaps.Skip(1).Order().ToArray();
        var usual = sorted.Length == 0 ? 0 : sorted[sorted.Length * 3 / 4];
        const double HalfHour = 30 * 60_000;
        return Array.ConvertAll(gaps, gap => gap < HalfHour ? 0 : Math.Clamp(Math.Log2(gap / Math.Max(HalfHour, usual * 2)) / 3, 0, 1.5));
    }

    /// <summary>How many answers reach back over each possible cut, near ones only.</summary>
    private static double[] Held(int n, IReadOnlyList<(int From, int To)> replies)
    {
        var held = new double[n + 1];
        foreach (var (from, to) in replies)
        {
            if (to < from && from - to <= 4 * Window)
            {
                held[to + 1]++;
                held[from + 1]--;
            }
        }

        for (var i = 1; i <= n; i++)
        {
            held[i] += held[i - 1];
        }

        return held;
    }
}
