namespace Fluister.Summaries.Engines.Extractive;

/// <summary>Where in the passages a question is dealt with: what a ranker is asked about each utterance.</summary>
internal static class Relevance
{
    /// <summary>Length of a sample.</summary>
    public const int FeatureCount = 24;

    /// <summary>One sample per utterance, one after the other. Linear.</summary>
    public static float[] Features(Passages passages, Question question)
    {
        var n = passages.Utterances.Count;
        var samples = new float[n * FeatureCount];
        if (n == 0)
        {
            return samples;
        }

        var idf = Idf(passages, question.Topic);
        var own = Scores(passages, idf, out var coverage);
        var total = Math.Max(1e-6f, idf.Values.Sum());
        var near = Smooth(own, 2);
        var mid = Smooth(own, 6);
        var far = Smooth(own, 20);
        var wide = Smooth(own, 60);
        var expansion = Expand(passages, mid, question);
        var echo = Scores(passages, expansion, out _);
        var echoMid = Smooth(echo, 6);
        var echoFar = Smooth(echo, 20);
        var window5 = Coverage(passages, idf, 5);
        var window20 = Coverage(passages, idf, 20);
        var speaker = new float[n];
        for (var i = 0; i < n; i++)
        {
            speaker[i] = question.SpeakerMatch[passages.Utterances[i].Speaker];
        }

        var speakerNear = Smooth(speaker, 4);
        var anySpeaker = question.SpeakerMatch.Length == 0 ? 0 : question.SpeakerMatch.Max();
        var (peakMid, peakFar) = (PeakOf(mid), PeakOf(far));
        var (tops, best) = (new[] { own.Max(), near.Max(), mid.Max(), far.Max(), wide.Max(), echoMid.Max(), echoFar.Max() },
            window20.Max());
        var length = new float[n];
        for (var i = 0; i < n; i++)
        {
            length[i] = passages.Sentences.GetRange(passages.FirstSentence[i], passages.FirstSentence[i + 1] - passages.FirstSentence[i])
                .Sum(s => s.Count);
        }

        var lengthNear = Smooth(length, 4);
        for (var i = 0; i < n; i++)
        {
            ReadOnlySpan<float> sample =
            [
                Part(own[i], tops[0]), Part(near[i], tops[1]), Part(mid[i], tops[2]), Part(far[i], tops[3]), Part(wide[i], tops[4]),
                window5[i] / total, window20[i] / total, speaker[i], speakerNear[i], anySpeaker,
                i / (float)n, MathF.Log(1 + length[i]), MathF.Log(n), question.Topic.Count, coverage[i] / total,
                Part(echoMid[i], tops[5]), Part(echoFar[i], tops[6]), best / total,
                MathF.Log(1 + Math.Abs(i - peakMid)), MathF.Log(1 + Math.Abs(i - peakFar)), mid[i] / total, far[i] / total,
                MathF.Log(1 + lengthNear[i]), Math.Min(i, n - 1 - i),
            ];
            sample.CopyTo(samples.AsSpan(i * FeatureCount));
        }

        return samples;
    }

    /// <summary>Both-sided exponential mean with the given reach, in utterances.</summary>
    public static float[] Smooth(float[] values, float reach)
    {
        var decay = MathF.Exp(-1 / reach);
        var result = new float[values.Length];
        var (sum, norm) = (0f, 0f);
        var norms = new float[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            (sum, norm) = ((sum * decay) + values[i], (norm * decay) + 1);
            (result[i], norms[i]) = (sum, norm);
        }

        (sum, norm) = (0, 0);
        for (var i = values.Length - 1; i >= 0; i--)
        {
            (result[i], norms[i]) = (result[i] + sum, norms[i] + norm);
            (sum, norm) = ((sum + values[i]) * decay, (norm + 1) * decay);
            result[i] /= norms[i];
        }

        return result;
    }

    private static float Part(float value, float top) => top > 0 ? value / top : 0;

    private static int PeakOf(float[] values) => Array.IndexOf(values, values.Max());

    private static Dictionary<int, float> Idf(Passages passages, IReadOnlySet<int> stems)
    {
        var df = stems.ToDictionary(x => x, _ => 0);
        var last = stems.ToDictionary(x => x, _ => -1);
        foreach (var sentence in passages.Sentences)
        {
            foreach (var stem in passages.StemsOf(sentence))
            {
                if (last.TryGetValue(stem, out var at) && at != sentence.Utterance)
                {
                    last[stem] = sentence.Utterance;
                    df[stem]++;
                }
            }
        }

        var n = passages.Utterances.Count;
        return df.Where(x => x.Value > 0).ToDictionary(x => x.Key, x => MathF.Log(1 + ((n - x.Value + 0.5f) / (x.Value + 0.5f))));
    }

    private static float[] Scores(Passages passages, Dictionary<int, float> weights, out float[] coverage)
    {
        var scores = new float[passages.Utterances.Count];
        coverage = new float[scores.Length];
        var counts = new Dictionary<int, int>();
        for (var i = 0; i < scores.Length; i++)
        {
            counts.Clear();
            for (var s = passages.FirstSentence[i]; s < passages.FirstSentence[i + 1]; s++)
            {
                foreach (var stem in passages.StemsOf(passages.Sentences[s]))
                {
                    if (weights.ContainsKey(stem))
                    {
                        counts[stem] = counts.GetValueOrDefault(stem) + 1;
                    }
                }
            }

            foreach (var (stem, count) in counts)
            {
                scores[i] += weights[stem] * count * 2.2f / (count + 1.2f);
                coverage[i] += weights[stem];
            }
        }

        return scores;
    }

    /// <summary>Weight of the question's stems that occur at most <paramref name="reach"/> utterances away.</summary>
    private static float[] Coverage(Passages passages, Dictionary<int, float> idf, int reach)
    {
        var n = passages.Utterances.Count;
        var sums = new float[n + 1];
        var until = idf.Keys.ToDictionary(x => x, _ => 0);
        foreach (var sentence in passages.Sentences)
        {
            foreach (var stem in passages.StemsOf(sentence))
            {
                if (idf.TryGetValue(stem, out var weight))
                {
                    var from = Math.Max(until[stem], sentence.Utterance - reach);
                    var to = Math.Min(n, sentence.Utterance + reach + 1);
                    if (to > from)
                    {
                        sums[from] += weight;
                        sums[to] -= weight;
                        until[stem] = to;
                    }
                }
            }
        }

        for (var i = 1; i <= n; i++)
        {
            sums[i] += sums[i - 1];
        }

        return sums[..n];
    }

    /// <summary>Words that stand out where the question's words are: pseudo relevance feedback (Rocchio).</summary>
    private static Dictionary<int, float> Expand(Passages passages, float[] score, Question question)
    {
        var cut = score.Length <= 40 ? 0 : score.OrderDescending().ElementAt(Math.Min(40, score.Length / 10));
        var inside = new Dictionary<int, int>();
        var all = new int[passages.Vocabulary.Count];
        foreach (var sentence in passages.Sentences)
        {
            var hit = score[sentence.Utterance] > cut;
            foreach (var stem in passages.StemsOf(sentence))
            {
                if (stem >= 0 && !passages.IsStop[stem])
                {
                    all[stem]++;
                    if (hit)
                    {
                        inside[stem] = inside.GetValueOrDefault(stem) + 1;
                    }
                }
            }
        }

        return inside.Where(x => x.Value >= 2)
            .Select(x => (x.Key, Weight: x.Value * MathF.Log(passages.Stems.Count / (1f + all[x.Key])) * x.Value / all[x.Key]))
            .OrderByDescending(x => x.Weight).ThenBy(x => x.Key).Take(12)
            .ToDictionary(x => x.Key, x => question.Topic.Contains(x.Key) ? x.Weight * 1.5f : x.Weight);
    }
}
