using System.Text.Json;
using Fluister.Engines.Gguf;
using static Fluister.Engines.Conversion.JsonFile;

namespace Fluister.Engines.Conversion;

/// <summary>How positions are stretched over a longer context than that of the training, in GGUF's words.</summary>
internal static class RopeScaling
{
    /// <summary>Writes the settings of "linear".</summary>
    public static void Describe(GgufWriter writer, ModelConfig config)
    {
        if (config.RopeScaling is not { } scaling)
        {
            return;
        }

        var kind = ModelConfig.Kind(scaling);
        var prefix = $"{config.Architecture}.rope.scaling.";
        switch (kind)
        {
            case "llama3":
                break;
            case "linear":
                writer.Set(prefix + "type", kind);
                writer.Set(prefix + "factor", Factor(scaling, "factor"));
                break;
            default:
                throw new InvalidDataException($"its positions are scaled by \"{kind}\"; llama3 and linear can be converted");
        }
    }

    /// <summary>For "llama3": what to divide each frequency by. High ones stay, low ones are slowed by the factor, those between glide
    /// (Llama 3.1's model card and Transformers' documentation of rope_type "llama3"). Null for other kinds.</summary>
    public static float[]? Divisors(ModelConfig config)
    {
        if (config.RopeScaling is not { } scaling || ModelConfig.Kind(scaling) != "llama3")
        {
            return null;
        }

        var factor = Factor(scaling, "factor");
        var low = Factor(scaling, "low_freq_factor");
        var high = Factor(scaling, "high_freq_factor");
        double original = scaling.Count("original_max_position_embeddings", int.MaxValue) ?? 8192;
        Require(high > low, "its scaling of positions has no room between low and high");
        var divisors = new float[config.HeadWidth / 2];
        for (var i = 0; i < divisors.Length; i++)
        {
            var turns = original * Math.Pow(config.RopeBase, -2.0 * i / config.HeadWidth) / (2 * Math.PI);
            var share = Math.Clamp((turns - low) / (high - low), 0, 1);
            divisors[i] = (float)(1 / (((1 - share) / factor) + share));
        }

        return divisors;
    }

    private static float Factor(JsonElement scaling, string name) => scaling.Number(name) is > 0 and var factor
        ? (float)factor : throw new InvalidDataException($"its scaling of positions gives no \"{name}\"");
}
