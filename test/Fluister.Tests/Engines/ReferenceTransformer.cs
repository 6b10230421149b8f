using System.Text.Json.Nodes;

namespace Fluister.Tests.Engines;

/// <summary>What a <see cref="PublishedModel"/> computes, written out from the description of Llama and its relatives (RMSNorm,
/// rotary embeddings by halves, grouped queries, SwiGLU) with weights as Transformers lays them out; slow, in double, without a thought
/// of GGUF.</summary>
internal sealed class ReferenceTransformer(PublishedModel model)
{
    private readonly double _epsilon = (double)model.Config["rms_norm_eps"]!;

    /// <summary>The scores of all tokens after each of <paramref name="tokens"/>.</summary>
    internal double[][] Logits(int[] tokens)
    {
        var states = tokens.Select(t => Row("model.embed_tokens.weight", t)).ToArray();
        for (var layer = 0; layer < PublishedModel.Layers; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            var inputs = states.Select(s => Norm(s, prefix + "input_layernorm.weight")).ToArray();
            var heard = Attend(inputs, prefix + "self_attn.");
            for (var t = 0; t < states.Length; t++)
            {
                var state = Sum(states[t], heard[t]);
                var input = Norm(state, prefix + "post_attention_layernorm.weight");
                var gate = Times(prefix + "mlp.gate_proj", input).Select(x => x / (1 + Math.Exp(-x)));
                var inner = gate.Zip(Times(prefix + "mlp.up_proj", input), (a, b) => a * b).ToArray();
                states[t] = Sum(state, Times(prefix + "mlp.down_proj", inner));
            }
        }

        var output = (bool)model.Config["tie_word_embeddings"]! ? "model.embed_tokens" : "lm_head";
        return [.. states.Select(s => Times(output, Norm(s, "model.norm.weight")))];
    }

    private double[][] Attend(double[][] inputs, string prefix)
    {
        var width = model.HeadWidth;
        var queries = inputs.Select((x, t) => Heads(Times(prefix + "q_proj", x), prefix + "q_norm.weight", t)).ToArray();
        var keys = inputs.Select((x, t) => Heads(Times(prefix + "k_proj", x), prefix + "k_norm.weight", t)).ToArray();
        var values = inputs.Select(x => Times(prefix + "v_proj", x).Chunk(width).ToArray()).ToArray();
        const int Share = PublishedModel.Heads / PublishedModel.KeyHeads;
        return [.. inputs.Select((_, t) =>
        {
            var joined = new List<double>();
            for (var h = 0; h < PublishedModel.Heads; h++)
            {
                var scores = Enumerable.Range(0, t + 1).Select(s => Dot(queries[t][h], keys[s][h / Share]) / Math.Sqrt(width)).ToArray();
                var weights = scores.Select(s => Math.Exp(s - scores.Max())).ToArray();
                joined.AddRange(Enumerable.Range(0, width)
                    .Select(i => Enumerable.Range(0, t + 1).Sum(s => weights[s] * values[s][h / Share][i]) / weights.Sum()));
            }

            return Times(prefix + "o_proj", [.. joined]);
        })];
    }

    /// <summary>Cuts into heads, norms them where the model does, and turns each by its place: number i with number i + half.</summary>
    private double[][] Heads(double[] all, string norm, int position)
    {
        var heads = all.Chunk(model.HeadWidth).ToArray();
        var half = model.HeadWidth / 2;
        return [.. heads.Select(head =>
        {
            var x = model.Tensors.ContainsKey(norm) ? Norm(head, norm) : head;
            return Enumerable.Range(0, head.Length).Select(i =>
            {
                var angle = position * Frequency(i % half);
                var other = i < half ? -x[i + half] : x[i - half];
                return (x[i] * Math.Cos(angle)) + (other * Math.Sin(angle));
            }).ToArray();
        })];
    }

    private double Frequency(int pair)
    {
        var frequency = Math.Pow((double)model.Config["rope_theta"]!, -2.0 * pair / model.HeadWidth);
        if (model.Config["rope_scaling"] is not JsonObject scaling)
        {
            return frequency;
        }

        var factor = (double)scaling["factor"]!;
        if ((string)scaling["rope_type"]! == "linear")
        {
            return frequency / factor;
        }

        // "llama3", as its authors published it: by wave length.
        var (low, high) = ((double)scaling["low_freq_factor"]!, (double)scaling["high_freq_factor"]!);
        var original = (double)scaling["original_max_position_embeddings"]!;
        var length = 2 * Math.PI / frequency;
        var smooth = ((original / length) - low) / (high - low);
        return length < original / high ? frequency
            : length > original / low ? frequency / factor
            : ((1 - smooth) * frequency / factor) + (smooth * frequency);
    }

    private double[] Norm(double[] x, string weight)
    {
        var scale = 1 / Math.Sqrt(x.Average(v => v * v) + _epsilon);
        return [.. x.Zip(model.Tensors[weight], (v, w) => v * scale * w)];
    }

    private double[] Times(string matrix, double[] x)
    {
        var weight = model.Tensors[matrix + ".weight"];
        var bias = model.Tensors.GetValueOrDefault(matrix + ".bias");
        var result = new double[weight.Length / x.Length];
        for (var r = 0; r < result.Length; r++)
        {
            var sum = bias is null ? 0.0 : bias[r];
            for (var c = 0; c < x.Length; c++)
            {
                sum += x[c] * weight[(r * x.Length) + c];
            }

            result[r] = sum;
        }

        return result;
    }

    private double[] Row(string matrix, int row) =>
        [.. model.Tensors[matrix].AsSpan(row * PublishedModel.Width, PublishedModel.Width).ToArray().Select(v => (double)v)];

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
