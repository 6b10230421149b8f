using System.Text.Json;
using static Fluister.Engines.Conversion.JsonFile;

namespace Fluister.Engines.Conversion;

/// <summary>The shape of a model, from its config.json.</summary>
internal sealed record ModelConfig
{
    private const string FileName = "config.json";
    private const int Most = 1 << 24;

    /// <summary>llama.cpp's name of the family.</summary>
    public required string Architecture { get; init; }

    public required int Width { get; init; }

    public required int FeedForward { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    /// <summary>Heads of keys and values, which several heads may share.</summary>
    public required int KeyHeads { get; init; }

    public required int HeadWidth { get; init; }

    public required int Context { get; init; }

    public required int Vocabulary { get; init; }

    public required float NormEpsilon { get; init; }

    public required float RopeBase { get; init; }

    /// <summary>Settings that stretch positions over a longer context; null for none.</summary>
    public JsonElement? RopeScaling { get; init; }

    /// <summary>Whether the output has the weights of the embeddings.</summary>
    public required bool IsTied { get; init; }

    /// <summary>The file itself.</summary>
    public required JsonElement Json { get; init; }

    /// <summary>llama.cpp turns neighbouring numbers of a head for "llama", as the first Llama did; the weights of Transformers have the
    /// halves of a head turned against each other.</summary>
    public bool IsPermuted => Architecture == "llama";

    /// <summary>Qwen3 normalises queries and keys.</summary>
    public bool HasHeadNorms => Architecture == "qwen3";

    /// <summary>Reads and checks it.</summary>
    /// <exception cref="InvalidDataException">Says what is wrong.</exception>
    public static ModelConfig Read(string folder)
    {
        var json = JsonFile.Read(folder, FileName) ?? throw new InvalidDataException($"there is no {FileName} in it");
        var name = json.Elements("architectures").Select(e => e.ToString()).FirstOrDefault("none");
        var architecture = name switch
        {
            "LlamaForCausalLM" or "MistralForCausalLM" => "llama",
            "Qwen2ForCausalLM" => "qwen2",
            "Qwen3ForCausalLM" => "qwen3",
            _ => throw new InvalidDataException($"its architecture is {name}; LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM and "
                + "Qwen3ForCausalLM can be converted"),
        };
        Require(json.Get("quantization_config") is null, "its weights are quantized already; take those that are not");
        Require(json.Text("hidden_act") is null or "silu", "its activation is not silu");
        Require((json.Number("partial_rotary_factor") ?? 1) == 1, "only a part of its heads is turned by position");
        var width = Number(json, "hidden_size");
        var heads = Number(json, "num_attention_heads");
        var config = new ModelConfig
        {
            Json = json,
            Architecture = architecture,
            Width = width,
            FeedForward = Number(json, "intermediate_size"),
            Layers = Number(json, "num_hidden_layers"),
            Heads = heads,
            KeyHeads = json.Count("num_key_value_heads", Most) ?? heads,
            HeadWidth = json.Count("head_dim", Most) ?? width / Math.Max(1, heads),
            Context = ContextOf(json),
            Vocabulary = Number(json, "vocab_size"),
            NormEpsilon = (float)(json.Number("rms_norm_eps") ?? 1e-6),
            RopeBase = (float)(json.Number("rope_theta") ?? json.Get("rope_parameters")?.Number("rope_theta") ?? 10000),
            RopeScaling = Scaling(json),
            IsTied = json.Truth("tie_word_embeddings") ?? false,
        };
        Require(config.Layers <= 1024 && config.HeadWidth is > 0 and <= 8192 && config.HeadWidth % 2 == 0 && config.KeyHeads > 0
            && config.Heads % config.KeyHeads == 0, $"{FileName} gives layers or heads that cannot be");
        return config;
    }

    /// <summary>Where tokens see only so many before them, llama.cpp would let them see more: then the context ends there.</summary>
    private static int ContextOf(JsonElement json)
    {
        var context = Number(json, "max_position_embeddings");
        var isWindowed = json.Truth("use_sliding_window") ?? true;
        return isWindowed && json.Count("sliding_window", int.MaxValue) is > 0 and var window ? Math.Min(context, window) : context;
    }

    private static JsonElement? Scaling(JsonElement json)
    {
        var scaling = json.Get("rope_scaling") ?? json.Get("rope_parameters");
        return scaling is { } found && Kind(found) is not (null or "default") ? found : null;
    }

    /// <summary>The kind of a scaling, under its old name or its new one.</summary>
    public static string? Kind(JsonElement scaling) => scaling.Text("rope_type") ?? scaling.Text("type");

    private static int Number(JsonElement json, string name) =>
        json.Count(name, Most) is > 0 and var number ? number : throw new InvalidDataException($"{FileName} gives no \"{name}\"");
}
