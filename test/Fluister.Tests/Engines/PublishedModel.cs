using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fluister.Tests.Engines;

/// <summary>A small model with random weights in a folder as models are published in: config.json, safetensors, a tokenizer.</summary>
internal sealed class PublishedModel
{
    internal const int Width = 48;
    internal const int Layers = 2;
    internal const int Heads = 4;
    internal const int KeyHeads = 2;
    internal const int FeedForward = 64;

    private readonly Random _random;

    internal PublishedModel(string architecture, int seed = 1)
    {
        _random = new Random(seed);
        Config = new JsonObject
        {
            ["architectures"] = new JsonArray(architecture),
            ["hidden_size"] = Width,
            ["intermediate_size"] = FeedForward,
            ["num_hidden_layers"] = Layers,
            ["num_attention_heads"] = Heads,
            ["num_key_value_heads"] = KeyHeads,
            ["max_position_embeddings"] = 512,
            ["rms_norm_eps"] = 1e-5,
            ["rope_theta"] = 10000.0,
            ["hidden_act"] = "silu",
            ["tie_word_embeddings"] = false,
        };
        Tokenizer = TestTokenizer.Json(TestTokenizer.Llama3);
        Settings = new JsonObject { ["bos_token"] = "<|begin|>", ["eos_token"] = new JsonObject { ["content"] = "<|end|>" } };
    }

    internal JsonObject Config { get; }

    internal JsonObject? Tokenizer { get; set; }

    internal JsonObject Settings { get; }

    /// <summary>"F32", "F16" or "BF16".</summary>
    internal string Type { get; init; } = "F32";

    /// <summary>How many files the tensors are spread over.</summary>
    internal int Files { get; init; } = 1;

    /// <summary>Numbers as they are in the files, rounded to <see cref="Type"/>.</summary>
    internal SortedDictionary<string, float[]> Tensors { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, long[]> Shapes { get; } = [];

    internal int HeadWidth => (int?)Config["head_dim"] ?? Width / Heads;

    internal string Architecture => (string)Config["architectures"]![0]!;

    internal int Vocabulary => (int)Config["vocab_size"]!;

    private bool HasBiases => Architecture == "Qwen2ForCausalLM" || ((bool?)Config["attention_bias"] ?? false);

    /// <summary>Writes it into a new folder.</summary>
    internal string Save(string parent, string name = "model")
    {
        var folder = Directory.CreateDirectory(Path.Combine(parent, name)).FullName;
        Config["vocab_size"] ??= TestTokenizer.Count(Tokenizer!);
        Fill();
        File.WriteAllText(Path.Combine(folder, "config.json"), Config.ToJsonString());
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), Settings.ToJsonString());
        if (Tokenizer is not null)
        {
            File.WriteAllText(Path.Combine(folder, "tokenizer.json"), Tokenizer.ToJsonString());
        }

        var names = Tensors.Keys.ToArray();
        var map = new JsonObject();
        for (var f = 0; f < Files; f++)
        {
            var file = Files == 1 ? "model.safetensors" : $"model-{f + 1:D5}-of-{Files:D5}.safetensors";
            var part = names.Where((_, i) => i % Files == f).ToArray();
            SaveTensors(Path.Combine(folder, file), part);
            foreach (var tensor in part)
            {
                map[tensor] = file;
            }
        }

        if (Files > 1)
        {
            File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), new JsonObject { ["weight_map"] = map }.ToJsonString());
        }

        return folder;
    }

    /// <summary>Adds a tensor of random numbers, unless it is there.</summary>
    internal void Add(string name, float scale, params long[] shape)
    {
        if (Tensors.ContainsKey(name))
        {
            return;
        }

        var numbers = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = Rounded(((_random.NextSingle() * 2) - 1) * scale + (name.Contains("norm") ? 1 : 0));
        }

        (Tensors[name], Shapes[name]) = (numbers, shape);
    }

    private void Fill()
    {
        var keys = KeyHeads * HeadWidth;
        var queries = Heads * HeadWidth;
        Add("model.embed_tokens.weight", 1, Vocabulary, Width);
        for (var i = 0; i < Layers; i++)
        {
            var layer = $"model.layers.{i}.";
            Add(layer + "input_layernorm.weight", 0.3f, Width);
            Add(layer + "post_attention_layernorm.weight", 0.3f, Width);
            foreach (var (name, rows) in new[] { ("q", queries), ("k", keys), ("v", keys) })
            {
                Add($"{layer}self_attn.{name}_proj.weight", 0.4f, rows, Width);
                if (HasBiases)
                {
                    Add($"{layer}self_attn.{name}_proj.bias", 0.4f, rows);
                }
            }

            Add(layer + "self_attn.o_proj.weight", 0.3f, Width, queries);
            Add(layer + "mlp.gate_proj.weight", 0.3f, FeedForward, Width);
            Add(layer + "mlp.up_proj.weight", 0.3f, FeedForward, Width);
            Add(layer + "mlp.down_proj.weight", 0.3f, Width, FeedForward);
            if (Architecture == "Qwen3ForCausalLM")
            {
                Add(layer + "self_attn.q_norm.weight", 0.3f, HeadWidth);
                Add(layer + "self_attn.k_norm.weight", 0.3f, HeadWidth);
            }
        }

        Add("model.norm.weight", 0.3f, Width);
        if (!(bool)Config["tie_word_embeddings"]!)
        {
            Add("lm_head.weight", 1, Vocabulary, Width);
        }
    }

    private float Rounded(float number) => Type switch
    {
        "F16" => (float)(Half)number,
        "BF16" => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(number) & 0xFFFF0000),
        _ => number,
    };

    private void SaveTensors(string path, string[] names)
    {
        var header = new JsonObject { ["__metadata__"] = new JsonObject { ["format"] = "pt" } };
        long offset = 0;
        foreach (var name in names)
        {
            var size = Tensors[name].Length * (Type == "F32" ? 4L : 2L);
            header[name] = new JsonObject
            {
                ["dtype"] = Type,
                ["shape"] = new JsonArray([.. Shapes[name].Select(n => (JsonNode)n)]),
                ["data_offsets"] = new JsonArray(offset, offset + size),
            };
            offset += size;
        }

        var json = Encoding.UTF8.GetBytes(header.ToJsonString(new JsonSerializerOptions()));
        using var file = File.Create(path);
        var length = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        file.Write(length);
        file.Write(json);
        foreach (var name in names)
        {
            file.Write(Type switch
            {
                "F16" => MemoryMarshal.AsBytes(Tensors[name].Select(n => (Half)n).ToArray().AsSpan()),
                "BF16" => MemoryMarshal.AsBytes(
                    Tensors[name].Select(n => (ushort)(BitConverter.SingleToUInt32Bits(n) >> 16)).ToArray().AsSpan()),
                _ => MemoryMarshal.AsBytes(Tensors[name].AsSpan()),
            });
        }
    }
}
