using System.Text.Json;
using Fluister.Engines.Gguf;
using static Fluister.Engines.Conversion.JsonFile;

namespace Fluister.Engines.Conversion.Tokenizers;

/// <summary>A tokenizer.json with byte-level BPE, as Llama 3, Qwen and SmolLM have.</summary>
internal static class BytePairs
{
    private const int MaximumMerges = 1 << 22;

    /// <summary>True for a tokenizer that this is for.</summary>
    public static bool Is(JsonElement tokenizer) =>
        tokenizer.Get("model") is { } model && model.Text("type") == "BPE" && !(model.Truth("byte_fallback") ?? false);

    /// <summary>Writes tokens and merges.</summary>
    public static TokenList Write(GgufWriter writer, JsonElement tokenizer, int count)
    {
        var model = tokenizer.Get("model")!.Value;
        Require(string.IsNullOrEmpty(model.Text("continuing_subword_prefix")) && string.IsNullOrEmpty(model.Text("end_of_word_suffix")),
            "its tokenizer.json marks the inside or the end of words, which llama.cpp does not");
        Require(IsPlain(tokenizer.Get("normalizer")), "its tokenizer.json changes text before it cuts it, which llama.cpp would not");
        var tokens = new TokenList(count);
        foreach (var entry in model.Members("vocab"))
        {
            tokens.Set(entry.Value.Id(), entry.Name, TokenType.Normal);
        }

        foreach (var added in tokenizer.Elements("added_tokens"))
        {
            tokens.SetAdded(added.Get("id")?.Id() ?? -1, added.Text("content") ?? "", added.Truth("special") ?? false);
        }

        writer.Set("tokenizer.ggml.model", "gpt2");
        writer.Set("tokenizer.ggml.pre", PreTokenizer.Name(tokenizer));
        tokens.AddTo(writer, withScores: false);
        writer.Set("tokenizer.ggml.merges", Merges(model));
        return tokens;
    }

    private static string[] Merges(JsonElement model)
    {
        var merges = new List<string>();
        foreach (var merge in model.Elements("merges"))
        {
            // Older files have "a b", newer ones ["a", "b"]. Spaces are other letters in byte-level BPE.
            var halves = merge.ValueKind == JsonValueKind.Array ? [.. merge.EnumerateArray().Select(half => half.ToString())]
                : merge.ToString().Split(' ');
            Require(halves.Length == 2 && halves.All(half => half.Length > 0 && !half.Contains(' ')) && merges.Count < MaximumMerges,
                "its tokenizer.json has a merge that is not of two tokens");
            merges.Add($"{halves[0]} {halves[1]}");
        }

        Require(merges.Count > 0, "its tokenizer.json has no merges");
        return [.. merges];
    }

    /// <summary>True for none, and for Unicode's composition, which text of today's keyboards has already.</summary>
    private static bool IsPlain(JsonElement? normalizer) => normalizer is not { } step || step.Text("type") is "NFC"
        || (step.Text("type") == "Sequence" && step.Elements("normalizers").All(inner => IsPlain(inner)));
}
