using System.Text.Json.Nodes;
using Fluister.Engines.Conversion;
using Fluister.Engines.Gguf;
using Fluister.Tests.Engines;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Engines;

/// <summary>A converted model computes in real llama.cpp what the published one computes.</summary>
public sealed class ModelConversionTests : IDisposable
{
    private static readonly int[] Tokens = [.. Enumerable.Range(0, 40).Select(i => ((i * 37) + 5) % 300)];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string, string> Shapes => new()
    {
        { "LlamaForCausalLM", "F32", "{}" },
        { "LlamaForCausalLM", "BF16", """{"tie_word_embeddings": true}""" },
        { "LlamaForCausalLM", "F16", """{"attention_bias": true, "rope_theta": 500000.0}""" },
        { "LlamaForCausalLM", "F32", """{"head_dim": 16}""" },
        {
            "LlamaForCausalLM", "F32",
            """
            {"rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 64}}
            """
        },
        { "LlamaForCausalLM", "F32", """{"rope_scaling": {"rope_type": "linear", "factor": 4.0}}""" },
        { "MistralForCausalLM", "BF16", """{"head_dim": 16, "sliding_window": null}""" },
        { "Qwen2ForCausalLM", "BF16", """{"rope_theta": 1000000.0, "use_sliding_window": false, "sliding_window": 16}""" },
        { "Qwen2ForCausalLM", "F32", """{"tie_word_embeddings": true}""" },
        { "Qwen3ForCausalLM", "F32", """{"head_dim": 32}""" },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Llama_cpp_computes_what_the_published_model_computes(string architecture, string type, string config)
    {
        var model = Model(architecture, type, config);
        using var loaded = LoadedModel.Load(Convert(model, GgufTensorType.F32));
        var expected = new ReferenceTransformer(model).Logits(Tokens);
        var actual = loaded.Logits(Tokens);
        for (var t = 0; t < Tokens.Length; t++)
        {
            var spread = expected[t].Max() - expected[t].Min();
            var error = expected[t].Zip(actual[t], (a, b) => Math.Abs(a - b)).Max();
            Assert.True(error < 1e-4 * spread, $"After {t + 1} tokens, {error} of {spread}");
            Assert.Equal(Array.IndexOf(expected[t], expected[t].Max()), Array.IndexOf(actual[t], actual[t].Max()));
        }
    }

    [Theory]
    [InlineData("f16", 0.01)]
    [InlineData("bf16", 0.05)]
    [InlineData("q8_0", 0.05)]
    public void Smaller_types_stay_near(string type, double tolerance)
    {
        var model = Model("LlamaForCausalLM", "F32", "{}");
        using var loaded = LoadedModel.Load(Convert(model, SafetensorsConverter.Types[type]));
        var expected = new ReferenceTransformer(model).Logits(Tokens);
        var actual = loaded.Logits(Tokens);
        for (var t = 0; t < Tokens.Length; t++)
        {
            var spread = expected[t].Max() - expected[t].Min();
            Assert.True(expected[t].Zip(actual[t], (a, b) => Math.Abs(a - b)).Max() < tolerance * spread);
        }
    }

    [Fact]
    public void Sharded_files_give_the_same_model()
    {
        var one = Convert(Model("LlamaForCausalLM", "BF16", "{}"), GgufTensorType.F16);
        var many = Convert(Model("LlamaForCausalLM", "BF16", "{}", files: 3), GgufTensorType.F16, "sharded/model");
        Assert.Equal(File.ReadAllBytes(one), File.ReadAllBytes(many));
    }

    private static PublishedModel Model(string architecture, string type, string config, int files = 1)
    {
        var model = new PublishedModel(architecture) { Type = type, Files = files };
        foreach (var (key, value) in JsonNode.Parse(config)!.AsObject())
        {
            model.Config[key] = value?.DeepClone();
        }

        if (architecture.StartsWith("Qwen", StringComparison.Ordinal))
        {
            model.Tokenizer = TestTokenizer.Json(TestTokenizer.Qwen2);
        }

        return model;
    }

    private string Convert(PublishedModel model, GgufTensorType type, string name = "model")
    {
        var folder = model.Save(_folder.Path, name);
        var path = folder + ".gguf";
        using (var output = File.Create(path))
        {
            SafetensorsConverter.Convert(folder, type, output, null, TestContext.Current.CancellationToken);
        }

        return path;
    }

    public void Dispose() => _folder.Dispose();
}
