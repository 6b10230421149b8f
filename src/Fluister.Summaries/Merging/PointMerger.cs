using Fluister.Summaries.Engines.Extractive;
using Fluister.Summaries.Language;
using Fluister.Summaries.Points;

namespace Fluister.Summaries.Merging;

/// <summary>Chooses, from the points of all segments, those that tell most within the number of words, each thing once.</summary>
/// <remarks>The same weights as for quotes: the probability that a summary would have a word, counted once (ExtractiveEngine). Greedy by
/// weight per word.</remarks>
internal sealed class PointMerger
{
    /// <summary>Words that a point costs beyond its own, so that few points win over many.</summary>
    private const int Overhead = 4;

    /// <summary>A model's point says more in its words than a quote does.</summary>
    private const double PointBonus = 1.25;

    /// <summary>More of the same words make two points one.</summary>
    private const double Alike = 0.6;

    /// <summary>One speaker has no more than this part of the words while others have points left.</summary>
    private const double LargestPart = 0.5;

    private readonly Passages _passages;
    private readonly float[][] _weights;
    private readonly float[] _relevance;
    private readonly bool _isQuestion;

    /// <summary>Weighs the words of the whole conversation; linear.</summary>
    public PointMerger(Passages passages, Question? question)
    {
        _passages = passages;
        _isQuestion = question is not null;
        _relevance = Ranker.Default.RelevanceOf(passages, question);
        _weights = new ExtractiveEngine(Ranker.Default, Tuning.Default).WordWeights(passages, new Concepts(passages, question, _relevance));
    }

    /// <summary>The points to tell, in order of time.</summary>
    /// <param name="points">All.</param>
    /// <param name="groups">The group of each point; each group is heard before any has a second point.</param>
    /// <param name="words">At most this many words.</param>
    /// <param name="comparable">Whether points are in the language of the messages: else the cited messages stand for them.</param>
    public List<CheckedPoint> Choose(IReadOnlyList<CheckedPoint> points, IReadOnlyList<int> groups, int words, bool comparable)
    {
        var stems = points.Select(x => StemsOf(x, comparable)).ToArray();
        var costs = points.Select(x => Math.Max(1, Words.Count(x.Text))).ToArray();
        var chosen = new List<int>();
        var covered = new HashSet<int>();
        var spoken = new Dictionary<int, int>();
        var left = words;
        var speakers = points.Select(x => x.Speaker).Distinct().Count();
        foreach (var (firstOfGroup, fairShare) in new[] { (true, true), (false, true), (false, false) })
        {
            while (true)
            {
                var best = -1;
                var bestPrice = 0.0;
                for (var i = 0; i < points.Count; i++)
                {
                    if (costs[i] > left || chosen.Contains(i) || (firstOfGroup && chosen.Exists(x => groups[x] == groups[i]))
                        || (fairShare && speakers > 1 && points[i].Speaker >= 0 && chosen.Count > 0
                        && spoken.GetValueOrDefault(points[i].Speaker) + costs[i] > LargestPart * words))
                    {
                        continue;
                    }

                    var price = Gain(points[i], stems[i], covered) / (costs[i] + Overhead);
                    if (price > bestPrice && !chosen.Exists(x => IsSame(points[x], stems[x], points[i], stems[i])))
                    {
                        (best, bestPrice) = (i, price);
                    }
                }

                if (best < 0)
                {
                    break;
                }

                chosen.Add(best);
                covered.UnionWith(stems[best]);
                left -= costs[best];
                spoken[points[best].Speaker] = spoken.GetValueOrDefault(points[best].Speaker) + costs[best];
            }
        }

        return chosen.Select(i => points[i]).OrderBy(x => x.Utterances.Min()).ThenBy(x => x.Utterances.Max()).ToList();
    }

    private double Gain(CheckedPoint point, HashSet<int> stems, HashSet<int> covered)
    {
        var gain = stems.Where(x => !covered.Contains(x)).Sum(x => _weights[x].Length == 0 ? 0.0 : _weights[x][0]
            * (_passages.IsStop[x] ? 0.5 : 1)) * (point.IsQuote ? 1 : PointBonus);
        return _isQuestion ? gain * (0.2 + point.Utterances.Max(x => _relevance[x])) : gain;
    }

    private bool IsSame(CheckedPoint a, HashSet<int> stemsA, CheckedPoint b, HashSet<int> stemsB)
    {
        if (a.IsQuote && b.IsQuote && a.Utterances[0] == b.Utterances[0] && string.Equals(a.Text, b.Text, StringComparison.Ordinal))
        {
            return true;
        }

        var (contentA, contentB) = (stemsA.Where(x => !_passages.IsStop[x]).ToList(), stemsB.Where(x => !_passages.IsStop[x]).ToList());
        var common = contentA.Intersect(contentB).Count();
        var least = Math.Min(contentA.Count, contentB.Count);
        return a.Utterances.Intersect(b.Utterances).Any() ? common > 0.4 * least || (least == 0 && a.Text == b.Text)
            : least > 0 && common > Alike * (contentA.Count + contentB.Count - common);
    }

    private HashSet<int> StemsOf(CheckedPoint point, bool comparable)
    {
        if (comparable || point.IsQuote)
        {
            return _passages.Find(point.Text).Select(x => x.Stem).Where(x => x >= 0).ToHashSet();
        }

        var stems = new HashSet<int>();
        foreach (var utterance in point.Utterances)
        {
            for (var s = _passages.FirstSentence[utterance]; s < _passages.FirstSentence[utterance + 1] && stems.Count < 60; s++)
            {
                foreach (var stem in _passages.StemsOf(_passages.Sentences[s]))
                {
                    if (stem >= 0)
                    {
                        stems.Add(stem);
                    }
                }
            }
        }

        return stems;
    }
}
