using Fluister.Summaries.Engines.Extractive;

namespace Fluister.Evaluation;

/// <summary>What anybody would try first; whole sentences within the number of words.</summary>
internal static class Baselines
{
    public static string Lead(Prepared meeting, int words) =>
        Fill(meeting.Passages, Enumerable.Range(0, meeting.Passages.Sentences.Count), words);

    /// <summary>Sentences nearest to the mean of all by TF-IDF, each new one unlike those before (maximal marginal relevance).</summary>
    public static string Centroid(Prepared meeting, string? query, int words)
    {
        var passages = meeting.Passages;
        var vectors = Vectors(passages);
        var centroid = new Dictionary<int, double>();
        foreach (var (stem, value) in vectors.SelectMany(x => x))
        {
            centroid[stem] = centroid.GetValueOrDefault(stem) + value;
        }

        Normalise(centroid);
        var scores = vectors.ConvertAll(x => Dot(x, centroid));
        if (query is not null)
        {
            var wanted = new Question(passages, query).All.ToDictionary(x => x, _ => 1.0);
            var own = vectors.ConvertAll(x => Dot(x, wanted));
            for (var i = 0; i < scores.Count; i++)
            {
                scores[i] += own[i] + (0.5 * ((i > 0 ? own[i - 1] : 0) + (i + 1 < own.Count ? own[i + 1] : 0)));
            }
        }

        var chosen = new List<int>();
        var left = words;
        var penalty = new double[scores.Count];
        while (true)
        {
            var best = -1;
            for (var i = 0; i < scores.Count; i++)
            {
                var s = passages.Sentences[i];
                if (s.Cost >= 5 && s.Cost <= left && !chosen.Contains(i)
                    && (best < 0 || (0.7 * scores[i]) - (0.3 * penalty[i]) > (0.7 * scores[best]) - (0.3 * penalty[best])))
                {
                    best = i;
                }
            }

            if (best < 0)
            {
                break;
            }

            chosen.Add(best);
            left -= passages.Sentences[best].Cost;
            for (var i = 0; i < scores.Count; i++)
            {
                penalty[i] = Math.Max(penalty[i], Dot(vectors[i], vectors[best]));
            }
        }

        chosen.Sort();
        return string.Join(' ', chosen.Select(i => passages.TextOf(passages.Sentences[i])));
    }

    /// <summary>R. Mihalcea, P. Tarau, "TextRank", 2004: shared words over logarithms of lengths, power iteration.</summary>
    public static string TextRank(Prepared meeting, int words)
    {
        var passages = meeting.Passages;
        var sets = passages.Sentences.ConvertAll(s => passages.StemsOf(s).ToArray().Where(x => x >= 0 && !passages.IsStop[x]).ToHashSet());
        var index = new Dictionary<int, List<int>>();
        for (var i = 0; i < sets.Count; i++)
        {
            foreach (var stem in sets[i])
            {
                (index.TryGetValue(stem, out var list) ? list : index[stem] = []).Add(i);
            }
        }

        var edges = new Dictionary<int, double>[sets.Count];
        for (var i = 0; i < sets.Count; i++)
        {
            edges[i] = [];
            foreach (var j in sets[i].SelectMany(x => index[x]).Where(j => j != i && sets[j].Count > 1))
            {
                edges[i][j] = edges[i].GetValueOrDefault(j) + 1;
            }

            foreach (var j in edges[i].Keys.ToList())
            {
                edges[i][j] /= Math.Log(sets[i].Count + 1) + Math.Log(sets[j].Count + 1);
            }
        }

        var rank = Enumerable.Repeat(1.0, sets.Count).ToArray();
        for (var round = 0; round < 20; round++)
        {
            var next = Enumerable.Repeat(0.15, sets.Count).ToArray();
            for (var i = 0; i < sets.Count; i++)
            {
                var sum = edges[i].Values.Sum();
                foreach (var (j, weight) in edges[i])
                {
                    next[j] += 0.85 * rank[i] * weight / sum;
                }
            }

            rank = next;
        }

        return Fill(passages, Enumerable.Range(0, sets.Count).OrderByDescending(i => rank[i]), words);
    }

    private static string Fill(Passages passages, IEnumerable<int> order, int words)
    {
        var chosen = new List<int>();
        foreach (var i in order)
        {
            if (passages.Sentences[i].Cost <= words)
            {
                chosen.Add(i);
                words -= passages.Sentences[i].Cost;
            }
        }

        chosen.Sort();
        return string.Join(' ', chosen.Select(i => passages.TextOf(passages.Sentences[i])));
    }

    private static List<Dictionary<int, double>> Vectors(Passages passages)
    {
        var df = new int[passages.Vocabulary.Count];
        var vectors = passages.Sentences.ConvertAll(s => passages.StemsOf(s).ToArray().Where(x => x >= 0 && !passages.IsStop[x])
            .GroupBy(x => x).ToDictionary(x => x.Key, x => (double)x.Count()));
        foreach (var stem in vectors.SelectMany(x => x.Keys))
        {
            df[stem]++;
        }

        foreach (var vector in vectors)
        {
            foreach (var stem in vector.Keys.ToList())
            {
                vector[stem] *= Math.Log((double)vectors.Count / df[stem]);
            }

            Normalise(vector);
        }

        return vectors;
    }

    private static void Normalise(Dictionary<int, double> vector)
    {
        var norm = Math.Sqrt(vector.Values.Sum(x => x * x));
        foreach (var stem in vector.Keys.ToList())
        {
            vector[stem] /= Math.Max(norm, 1e-9);
        }
    }

    private static double Dot(Dictionary<int, double> a, Dictionary<int, double> b)
    {
        var sum = 0.0;
        foreach (var (stem, value) in a)
        {
            sum += value * b.GetValueOrDefault(stem);
        }

        return sum;
    }
}
