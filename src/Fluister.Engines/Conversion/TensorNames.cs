namespace Fluister.Engines.Conversion;

/// <summary>A tensor that a model has, under both its names.</summary>
/// <param name="Source">Its name in safetensors.</param>
/// <param name="Target">Its name in GGUF.</param>
/// <param name="Shape">The length of a row last.</param>
/// <param name="IsRequired">Whether the model cannot be without.</param>
/// <param name="IsPermuted">Whether the rows of each head change places.</param>
internal readonly record struct TensorName(string Source, string Target, long[] Shape, bool IsRequired = true, bool IsPermuted = false);

/// <summary>The tensors of Llama and its relatives.</summary>
internal static class TensorNames
{
    /// <summary>All that a model of this shape may have.</summary>
    public static IEnumerable<TensorName> Of(ModelConfig config)
    {
        long width = config.Width, queries = (long)config.Heads * config.HeadWidth, keys = (long)config.KeyHeads * config.HeadWidth;
        long inner = config.FeedForward;
        yield return new("model.embed_tokens.weight", "token_embd.weight", [config.Vocabulary, width]);
        for (var i = 0; i < config.Layers; i++)
        {
            var (from, to) = ($"model.layers.{i}.", $"blk.{i}.");
            yield return new($"{from}input_layernorm.weight", $"{to}attn_norm.weight", [width]);
            yield return new($"{from}self_attn.q_proj.weight", $"{to}attn_q.weight", [queries, width], IsPermuted: config.IsPermuted);
            yield return new($"{from}self_attn.k_proj.weight", $"{to}attn_k.weight", [keys, width], IsPermuted: config.IsPermuted);
            yield return new($"{from}self_attn.v_proj.weight", $"{to}attn_v.weight", [keys, width]);
            yield return new($"{from}self_attn.q_proj.bias", $"{to}attn_q.bias", [queries], false, config.IsPermuted);
            yield return new($"{from}self_attn.k_proj.bias", $"{to}attn_k.bias", [keys], false, config.IsPermuted);
            yield return new($"{from}self_attn.v_proj.bias", $"{to}attn_v.bias", [keys], false);
            yield return new($"{from}self_attn.o_proj.weight", $"{to}attn_output.weight", [width, queries]);
            yield return new($"{from}post_attention_layernorm.weight", $"{to}ffn_norm.weight", [width]);
            yield return new($"{from}mlp.gate_proj.weight", $"{to}ffn_gate.weight", [inner, width]);
            yield return new($"{from}mlp.up_proj.weight", $"{to}ffn_up.weight", [inner, width]);
            yield return new($"{from}mlp.down_proj.weight", $"{to}ffn_down.weight", [width, inner]);
            if (config.HasHeadNorms)
            {
                yield return new($"{from}self_attn.q_norm.weight", $"{to}attn_q_norm.weight", [config.HeadWidth]);
                yield return new($"{from}self_attn.k_norm.weight", $"{to}attn_k_norm.weight", [config.HeadWidth]);
            }

            if (config.Architecture == "llama")
            {
                yield return new($"{from}self_attn.o_proj.bias", $"{to}attn_output.bias", [width], false);
                yield return new($"{from}mlp.gate_proj.bias", $"{to}ffn_gate.bias", [inner], false);
                yield return new($"{from}mlp.up_proj.bias", $"{to}ffn_up.bias", [inner], false);
                yield return new($"{from}mlp.down_proj.bias", $"{to}ffn_down.bias", [width], false);
            }
        }

        yield return new("model.norm.weight", "output_norm.weight", [width]);
        if (!config.IsTied)
        {
            yield return new("lm_head.weight", "output.weight", [config.Vocabulary, width]);
        }
    }

    /// <summary>True for a tensor that says nothing: frequencies that follow from config.json, and a copy of the embeddings.</summary>
    public static bool IsNeedless(string source, ModelConfig config) =>
        source.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || (config.IsTied && source == "lm_head.weight");
}
