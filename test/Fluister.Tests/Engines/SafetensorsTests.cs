using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Fluister.Engines;
using Fluister.Engines.Conversion;
using Fluister.Engines.Gguf;
using Fluister.Tests.Exports;

namespace Fluister.Tests.Engines;

/// <summary>Conversion of what anybody may have put into a folder. That good models come out right is tested with real llama.cpp.</summary>
public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Numbers_keep_their_bits_where_the_type_has_them()
    {
        var model = new PublishedModel("Qwen2ForCausalLM") { Type = "BF16", Tokenizer = TestTokenizer.Json(TestTokenizer.Qwen2) };
        foreach (var type in (GgufTensorType[])[GgufTensorType.F32, GgufTensorType.BF16])
        {
            var file = Convert(model, type);
            var tensor = file.Tensors.Single(t => t.Name == "blk.1.attn_q.weight");
            var bytes = File.ReadAllBytes(file.Path).AsSpan((int)tensor.Start, (int)tensor.Size);
            var expected = model.Tensors["model.layers.1.self_attn.q_proj.weight"];
            Assert.Equal(expected, type == GgufTensorType.F32 ? MemoryMarshal.Cast<byte, float>(bytes).ToArray()
                : [.. MemoryMarshal.Cast<byte, ushort>(bytes).ToArray().Select(n => BitConverter.UInt32BitsToSingle((uint)n << 16))]);
        }
    }

    [Fact]
    public void A_head_of_Llama_has_its_halves_side_by_side()
    {
        var model = new PublishedModel("LlamaForCausalLM");
        var file = Convert(model, GgufTensorType.F32);
        var tensor = file.Tensors.Single(t => t.Name == "blk.0.attn_k.weight");
        var actual = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(file.Path).AsSpan((int)tensor.Start, (int)tensor.Size));
        var rows = model.Tensors["model.layers.0.self_attn.k_proj.weight"].Chunk(PublishedModel.Width).ToArray();
        int[] order = [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11];
        Assert.Equal([.. order.Concat(order.Select(row => row + 12)).SelectMany(row => rows[row])], actual.ToArray());
    }

    [Fact]
    public void The_file_says_what_the_folder_says()
    {
        var model = new PublishedModel("LlamaForCausalLM");
        model.Settings["chat_template"] = new JsonArray(
            new JsonObject { ["name"] = "tool_use", ["template"] = "no" }, new JsonObject { ["name"] = "default", ["template"] = "yes" });
        model.Config["sliding_window"] = 128;
        var folder = model.Save(_folder.Path, "Some-Model-1B");
        const string Card = "---\nlanguage: en\nlicense: other\nlicense_name: \"own\"\n---\nlicense: not this\n";
        File.WriteAllText(Path.Combine(folder, "README.md"), Card);
        var file = Convert(folder, GgufTensorType.Q8_0);
        Assert.Equal(("Some-Model-1B", "own", "Q8_0", "yes", 128),
            (file.Name, file.License, file.FileType, file.ChatTemplate, file.ContextLength));
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "architecture", "its architecture is MixtralForCausalLM" },
        { "quantized", "quantized already" },
        { "activation", "not silu" },
        { "scaling", "scaled by \"dynamic\"" },
        { "missing tensor", "model.layers.2.input_layernorm.weight is missing" },
        { "unknown tensor", "has a tensor model.layers.0.surprise" },
        { "shape", "has a shape that its config.json does not give it" },
        { "vocabulary", "its tensors have room for 100" },
        { "cut", "a download that broke off" },
        { "longer", "does not end with its last tensor" },
        { "header", "claims a header" },
        { "overlap", "overlap, or gaps" },
        { "elsewhere", "does not fit its shape or the file" },
        { "type", "numbers of type F8_E4M3" },
        { "index", "names a file that cannot be one" },
        { "no index file", "other.safetensors is missing" },
        { "no tokenizer", "neither tokenizer.json nor tokenizer.model" },
        { "words", "cuts text into words in a way that is not known" },
        { "normalizer", "changes text before it cuts it" },
        { "unigram", "does not merge pairs" },
        { "rules", "changes text before it cuts it" },
        { "garbage", "no model of SentencePiece" },
        { "surrogate", "config.json holds what is no text" },
        { "deep json", "config.json is no JSON" },
        { "token twice", "or one twice" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_would_come_out_wrong_is_refused(string what, string message)
    {
        var folder = Prepare(what);
        using var output = new MemoryStream();
        var e = Assert.Throws<EngineException>(() =>
            SafetensorsConverter.Convert(folder, GgufTensorType.F16, output, null, TestContext.Current.CancellationToken));
        Assert.Equal(EngineError.BadModel, e.Error);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_that_f16_cannot_hold_are_said()
    {
        var model = new PublishedModel("LlamaForCausalLM");
        model.Add("model.embed_tokens.weight", 1e6f, TestTokenizer.Count(model.Tokenizer!), PublishedModel.Width);
        var e = Assert.Throws<EngineException>(() => Convert(model, GgufTensorType.F16));
        Assert.Contains("--type bf16", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sentence pieces", "config.json", "model.safetensors", "tokenizer.model", "tokenizer_config.json")]
    [InlineData("byte pairs", "tokenizer.json", "tokenizer_config.json", "config.json")]
    public void No_folder_crashes_the_conversion(string kind, params string[] names)
    {
        const int Mutations = 300;
        var folder = Prepare(kind);
        var random = new Random(3);
        var whole = names.ToDictionary(name => name, name => File.ReadAllBytes(Path.Combine(folder, name)));
        var refused = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var name = names[i % names.Length];
            var bytes = whole[name].ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                // Other letters and digits make other values; other bytes mostly no JSON at all.
                bytes[random.Next(Math.Min(bytes.Length, 3000))] = (byte)(random.Next(4) > 0 ? "0123456789\"[]{}:,tfn-"[random.Next(20)]
                    : random.Next(256));
            }

            File.WriteAllBytes(Path.Combine(folder, name), random.Next(6) == 0 ? bytes[..random.Next(bytes.Length)] : bytes);
            try
            {
                SafetensorsConverter.Convert(folder, GgufTensorType.Q8_0, Stream.Null, null, TestContext.Current.CancellationToken);
            }
            catch (EngineException e) when (e.Error == EngineError.BadModel)
            {
                refused++;
            }

            File.WriteAllBytes(Path.Combine(folder, name), whole[name]);
        }

        Assert.InRange(refused, Mutations / 10, Mutations - 1);
    }

    private string Prepare(string what)
    {
        var model = new PublishedModel(what == "architecture" ? "MixtralForCausalLM" : "LlamaForCausalLM");
        switch (what)
        {
            case "quantized": model.Config["quantization_config"] = new JsonObject { ["quant_method"] = "gptq" }; break;
            case "activation": model.Config["hidden_act"] = "gelu"; break;
            case "scaling": model.Config["rope_scaling"] = new JsonObject { ["rope_type"] = "dynamic", ["factor"] = 2 }; break;
            case "unknown tensor": model.Add("model.layers.0.surprise", 1, 4); break;
            case "shape": model.Add("model.norm.weight", 1, PublishedModel.Width + 1); break;
            case "vocabulary": model.Config["vocab_size"] = 100; break;
            case "missing tensor": model.Config["num_hidden_layers"] = 3; break;
            case "no tokenizer":
                model.Tokenizer = null;
                model.Config["vocab_size"] = 100;
                break;
            case "words": model.Tokenizer = TestTokenizer.Json(TestTokenizer.Llama3.Replace("{1,3}", "{1,4}")); break;
            case "normalizer": model.Tokenizer!["normalizer"] = new JsonObject { ["type"] = "Lowercase" }; break;
            case "token twice": model.Tokenizer!["added_tokens"]![1]!["content"] = "<|begin|>"; break;
            case "unigram" or "rules" or "garbage" or "sentence pieces":
                model.Tokenizer = null;
                model.Config["vocab_size"] = TestSentencePiece.Pieces.Count;
                break;
        }

        var folder = model.Save(_folder.Path);
        var file = Path.Combine(folder, "model.safetensors");
        switch (what)
        {
            case "cut": File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]); break;
            case "longer": File.AppendAllText(file, "x"); break;
            case "header": File.WriteAllBytes(file, [.. BitConverter.GetBytes(long.MaxValue), .. File.ReadAllBytes(file)[8..]]); break;
            case "overlap": Replace(file, "\"dtype\":\"F32\",\"shape\":[48]", "\"dtype\":\"F16\",\"shape\":[96]"); Shift(file); break;
            case "elsewhere": Replace(file, "\"data_offsets\":[0,", "\"data_offsets\":[4,"); break;
            case "type": Replace(file, "\"F32\",", "\"F8_E4M3\","); break;
            case "index": Index(folder, "../model.safetensors"); break;
            case "no index file": Index(folder, "other.safetensors"); break;
            case "unigram": File.WriteAllBytes(Path.Combine(folder, "tokenizer.model"), TestSentencePiece.Model(kind: 1)); break;
            case "rules": File.WriteAllBytes(Path.Combine(folder, "tokenizer.model"), TestSentencePiece.Model(rules: [1, 2, 3])); break;
            case "garbage": File.WriteAllText(Path.Combine(folder, "tokenizer.model"), "Gg== 0\nIg== 1\n"); break;
            case "sentence pieces": File.WriteAllBytes(Path.Combine(folder, "tokenizer.model"), TestSentencePiece.Model()); break;
            case "surrogate": File.WriteAllText(Path.Combine(folder, "config.json"), "{\"\\ud800\":1}"); break;
            case "deep json": File.WriteAllText(Path.Combine(folder, "config.json"), new string('[', 100_000)); break;
        }

        return folder;
    }

    private static void Index(string folder, string name) => File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"),
        new JsonObject { ["weight_map"] = new JsonObject { ["model.norm.weight"] = name } }.ToJsonString());

    /// <summary>Replaces text in the header, whose length follows.</summary>
    private static void Replace(string path, string from, string to)
    {
        var bytes = File.ReadAllBytes(path);
        var length = (int)BitConverter.ToInt64(bytes);
        var old = Encoding.UTF8.GetString(bytes, 8, length);
        var header = Encoding.UTF8.GetBytes(old.Replace(from, to));
        Assert.NotEqual(old, Encoding.UTF8.GetString(header));
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)header.Length), .. header, .. bytes.AsSpan(8 + length)]);
    }

    /// <summary>Lets the last tensor begin where the first does.</summary>
    private static void Shift(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var header = JsonNode.Parse(bytes.AsSpan(8, (int)BitConverter.ToInt64(bytes)))!.AsObject();
        var last = header[header.Count - 1]!.AsObject();
        var size = (long)last["data_offsets"]![1]! - (long)last["data_offsets"]![0]!;
        last["data_offsets"] = new JsonArray(0, size);
        Replace(path, Encoding.UTF8.GetString(bytes, 8, (int)BitConverter.ToInt64(bytes)), header.ToJsonString());
    }

    private GgufFile Convert(PublishedModel model, GgufTensorType type) => Convert(model.Save(_folder.Path), type);

    private static GgufFile Convert(string folder, GgufTensorType type)
    {
        using (var output = File.Create(folder + ".gguf"))
        {
            SafetensorsConverter.Convert(folder, type, output, null, TestContext.Current.CancellationToken);
        }

        return GgufFile.Open(folder + ".gguf");
    }

    public void Dispose() => _folder.Dispose();
}
