using System.Runtime.CompilerServices;

namespace Fluister.Summaries.Engines.Extractive;

/// <summary>Boosted symmetric decision trees: every level of a tree asks one question of all samples. Gives a log-odds.</summary>
internal sealed class Forest
{
    /// <summary>Questions in a tree.</summary>
    public required int Depth { get; init; }

    /// <summary>Feature asked, by tree and level.</summary>
    public required byte[] Features { get; init; }

    /// <summary>The answer is yes above this, by tree and level.</summary>
    public required float[] Thresholds { get; init; }

    /// <summary>What a tree adds, by tree and answers (first level lowest bit).</summary>
    public required float[] Leaves { get; init; }

    /// <summary>Start value.</summary>
    public required float Bias { get; init; }

    /// <summary>Log-odds of one sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float LogOdds(ReadOnlySpan<float> sample)
    {
        var sum = Bias;
        var tree = 0;
        for (var q = 0; q < Features.Length; q += Depth, tree++)
        {
            var leaf = 0;
            for (var level = 0; level < Depth; level++)
            {
                leaf |= (sample[Features[q + level]] > Thresholds[q + level] ? 1 : 0) << level;
            }

            sum += Leaves[(tree << Depth) + leaf];
        }

        return sum;
    }

    /// <summary>Probability of one sample.</summary>
    public float Probability(ReadOnlySpan<float> sample) => 1f / (1f + MathF.Exp(-LogOdds(sample)));

    /// <summary>Writes in a fixed form.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write((byte)Depth);
        writer.Write(Features.Length / Depth);
        writer.Write(Bias);
        writer.Write(Features);
        foreach (var value in Thresholds)
        {
            writer.Write(value);
        }

        foreach (var value in Leaves)
        {
            writer.Write(value);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static Forest Read(BinaryReader reader)
    {
        int depth = reader.ReadByte();
        var trees = reader.ReadInt32();
        var bias = reader.ReadSingle();
        var features = reader.ReadBytes(trees * depth);
        var thresholds = new float[trees * depth];
        for (var i = 0; i < thresholds.Length; i++)
        {
            thresholds[i] = reader.ReadSingle();
        }

        var leaves = new float[trees << depth];
        for (var i = 0; i < leaves.Length; i++)
        {
            leaves[i] = reader.ReadSingle();
        }

        return new() { Depth = depth, Bias = bias, Features = features, Thresholds = thresholds, Leaves = leaves };
    }
}
