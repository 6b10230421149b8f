using Fluister.Summaries.Engines.Extractive;

namespace Fluister.Evaluation;

/// <summary>Samples with labels and weights, row after row.</summary>
internal sealed class Samples(int features)
{
    private readonly List<float> _values = [];

    public int Features => features;

    public List<float> Labels { get; } = [];

    public List<float> Weights { get; } = [];

    public int Count => Labels.Count;

    public void Add(ReadOnlySpan<float> sample, float label, float weight)
    {
        _values.AddRange(sample);
        Labels.Add(label);
        Weights.Add(weight);
    }

    public float Value(int row, int feature) => _values[(row * features) + feature];
}

/// <summary>Gradient boosting of symmetric trees on log loss, over quantised features. The same samples give the same forest.</summary>
internal static class Boosting
{
    private const int Bins = 64;

    public static Forest Train(Samples samples, int trees, int depth, float rate, float regularisation = 20)
    {
        var (n, features) = (samples.Count, samples.Features);
        var cuts = new float[features][];
        var columns = new byte[features][];
        Parallel.For(0, features, f => (cuts[f], columns[f]) = Quantise(samples, f));
        double positives = 0, all = 0;
        for (var i = 0; i < n; i++)
        {
            positives += samples.Labels[i] * samples.Weights[i];
            all += samples.Weights[i];
        }

        var bias = (float)Math.Log((positives + 1) / (all - positives + 1));
        var odds = new float[n];
        Array.Fill(odds, bias);
        var (g, h, rows, node) = (new float[n], new float[n], new int[n], new byte[n]);
        var forest = new Forest
        {
            Depth = depth,
            Bias = bias,
            Features = new byte[trees * depth],
            Thresholds = new float[trees * depth],
            Leaves = new float[trees << depth],
        };
        for (var tree = 0; tree < trees; tree++)
        {
            var count = 0;
            for (var i = 0; i < n; i++)
            {
                var p = 1f / (1f + MathF.Exp(-odds[i]));
                g[i] = (p - samples.Labels[i]) * samples.Weights[i];
                h[i] = p * (1 - p) * samples.Weights[i];
                node[i] = 0;
                if (((uint)((i * 2654435761L) + (tree * 40503L * 97)) >> 8) % 2 == 0)
                {
                    rows[count++] = i;
                }
            }

            var bins = new int[depth];
            for (var level = 0; level < depth; level++)
            {
                var (feature, bin) = Best(columns, cuts, rows.AsMemory(0, count), g, h, node, 1 << level, regularisation);
                forest.Features[(tree * depth) + level] = (byte)feature;
                forest.Thresholds[(tree * depth) + level] = cuts[feature].Length == 0 ? float.MaxValue : cuts[feature][bin];
                bins[level] = bin;
                var column = columns[feature];
                for (var i = 0; i < n; i++)
                {
                    node[i] |= (byte)((column[i] > bin ? 1 : 0) << level);
                }
            }

            var (sg, sh) = (new double[1 << depth], new double[1 << depth]);
            for (var i = 0; i < n; i++)
            {
                sg[node[i]] += g[i];
                sh[node[i]] += h[i];
            }

            for (var leaf = 0; leaf < sg.Length; leaf++)
            {
                forest.Leaves[(tree << depth) + leaf] = (float)(-rate * sg[leaf] / (sh[leaf] + regularisation));
            }

            for (var i = 0; i < n; i++)
            {
                odds[i] += forest.Leaves[(tree << depth) + node[i]];
            }
        }

        return forest;
    }

    private static (int Feature, int Bin) Best(byte[][] columns, float[][] cuts, Memory<int> rows, float[] g, float[] h, byte[] node,
        int nodes, float l2)
    {
        var gains = new (double Gain, int Bin)[columns.Length];
        Parallel.For(0, columns.Length, f =>
        {
            var sums = new double[nodes * Bins * 2];
            var column = columns[f];
            foreach (var i in rows.Span)
            {
                var at = ((node[i] * Bins) + column[i]) * 2;
                sums[at] += g[i];
                sums[at + 1] += h[i];
            }

            var gain = new double[Bins];
            for (var k = 0; k < nodes; k++)
            {
                double tg = 0, th = 0, lg = 0, lh = 0;
                for (var b = 0; b < Bins; b++)
                {
                    tg += sums[((k * Bins) + b) * 2];
                    th += sums[(((k * Bins) + b) * 2) + 1];
                }

                for (var b = 0; b < cuts[f].Length; b++)
                {
                    lg += sums[((k * Bins) + b) * 2];
                    lh += sums[(((k * Bins) + b) * 2) + 1];
                    gain[b] += (lg * lg / (lh + l2)) + ((tg - lg) * (tg - lg) / (th - lh + l2)) - (tg * tg / (th + l2));
                }
            }

            var best = 0;
            for (var b = 1; b < cuts[f].Length; b++)
            {
                best = gain[b] > gain[best] ? b : best;
            }

            gains[f] = (gain[best], best);
        });
        var chosen = 0;
        for (var f = 1; f < gains.Length; f++)
        {
            chosen = gains[f].Gain > gains[chosen].Gain ? f : chosen;
        }

        return (chosen, gains[chosen].Bin);
    }

    private static (float[] Cuts, byte[] Column) Quantise(Samples samples, int feature)
    {
        var step = Math.Max(1, samples.Count / 50_000);
        var values = new List<float>();
        for (var i = 0; i < samples.Count; i += step)
        {
            values.Add(samples.Value(i, feature));
        }

        values.Sort();
        var cuts = Enumerable.Range(1, Bins - 1).Select(b => values[(int)((long)b * values.Count / Bins)]).Distinct()
            .Where(x => x < values[^1]).ToArray();
        var column = new byte[samples.Count];
        for (var i = 0; i < column.Length; i++)
        {
            var at = Array.BinarySearch(cuts, samples.Value(i, feature));
            column[i] = (byte)(at >= 0 ? at : ~at);
        }

        return (cuts, column);
    }
}
