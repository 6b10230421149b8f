using System.Runtime.InteropServices;
using Fluister.Engines.Gguf;

namespace Fluister.Tests.Engines;

/// <summary>What a test model is like beyond what it says.</summary>
internal sealed record TestModelOptions
{
    /// <summary>For random weights.</summary>
    internal int Seed { get; init; } = 1;

    /// <summary>The context that the model was "trained" for.</summary>
    internal int ContextTokens { get; init; } = 32768;

    internal ChatTemplate Template { get; init; } = ChatTemplate.ChatMl;

    /// <summary>Of the file and in it. Not "phi3": llama.cpp asks more of the vocabulary of a model of that name.</summary>
    internal string Name { get; init; } = "model";

    internal string License { get; init; } = "cc0-1.0";

    /// <summary>A canned text starts again at its end instead of ending.</summary>
    internal bool IsEndless { get; init; }

    /// <summary>Characters of a token of a canned text, at least 5; one token comes in one piece.</summary>
    internal int PieceLength { get; init; } = 8;

    /// <summary>Other answers for prompts that hold a marker. The first whose marker occurs anywhere in the prompt is given; the text that
    /// <see cref="TestModels.Canned"/> was called with where none does. At most 60.</summary>
    internal IReadOnlyList<(string Marker, string Text)> Scripts { get; init; } = [];
}

/// <summary>Small models of real GGUF for real llama.cpp, without weights that anyone trained.</summary>
/// <remarks>
/// <see cref="Tiny"/> says random nonsense. <see cref="Canned"/> says a given text, bit for bit on any processor, whatever it is asked, as
/// long as the likeliest token is taken (temperature 0); a grammar that the text obeys changes nothing. With
/// <see cref="TestModelOptions.Scripts"/> the text depends on the prompt: put a word that only one segment has into <c>Marker</c> ("ALPHA"
/// in one of its messages) and the answer to that segment into <c>Text</c>. Each file is named after <see cref="TestModelOptions.Name"/>,
/// and is written once.
/// </remarks>
internal static class TestModels
{
    /// <summary>Random weights: 2 layers, 64 wide, 2 heads that share one head of keys. 0.6 MB.</summary>
    internal static string Tiny(string folder, TestModelOptions? options = null)
    {
        options ??= new TestModelOptions();
        var vocabulary = new TestVocabulary(options.Template);
        var writer = Header(options, vocabulary, width: 64, layers: 2, heads: 2, keyHeads: 1, headWidth: 32, feedForward: 96);
        var random = new Random(options.Seed);
        foreach (var (name, shape) in Shapes(vocabulary.Count, 64, 2, 64, 32, 96, isTied: false))
        {
            writer.Add(name, GgufTensorType.F32, shape, output => Random(output, random, name.Contains("norm"), shape));
        }

        return Save(folder, options.Name, writer);
    }

    /// <summary>A model that says <paramref name="text"/> and ends.</summary>
    internal static string Canned(string folder, string text, TestModelOptions? options = null)
    {
        options ??= new TestModelOptions();
        var parrot = new Parrot(text, options);
        var writer = Header(options, parrot.Vocabulary, parrot.Width, Parrot.Layers, 1, 1, Parrot.HeadWidth, Parrot.FeedForward);
        parrot.AddTo(writer);
        return Save(folder, options.Name, writer);
    }

    /// <summary>Random weights, about so many megabytes in the shape of Llama 3.2 1B (narrower below 300 MB); to measure speed.</summary>
    internal static string LlamaShaped(string folder, int megabytes, GgufTensorType type, TestModelOptions? options = null)
    {
        options ??= new TestModelOptions { Name = $"llama-{megabytes}-{type}".ToLowerInvariant() };
        var vocabulary = new TestVocabulary(options.Template);
        vocabulary.Fill(32000);
        var (width, feedForward) = megabytes < 300 ? (1024, 2816) : (2048, 8192);
        var heads = width / 64;
        var keys = width / 4;
        long Size(int layers) =>
            Shapes(vocabulary.Count, width, layers, width, keys, feedForward, isTied: true).Sum(t => Bytes(t.Name, t.Shape));
        long Bytes(string name, long[] shape) => (name.Contains("norm") ? GgufTensorType.F32 : type).Size(shape);
        var layers = (int)Math.Max(1, ((megabytes * 1_000_000L) - Size(0)) / (Size(1) - Size(0)));
        var writer = Header(options, vocabulary, width, layers, heads, heads / 4, 64, feedForward);
        var noise = new RandomBlocks(type, options.Seed);
        foreach (var (name, shape) in Shapes(vocabulary.Count, width, layers, width, keys, feedForward, isTied: true))
        {
            if (name.Contains("norm"))
            {
                writer.Add(name, GgufTensorType.F32, shape, output => Random(output, new Random(options.Seed), true, shape));
            }
            else
            {
                writer.Add(name, type, shape, output => noise.Write(output, Bytes(name, shape)));
            }
        }

        return Save(folder, options.Name, writer);
    }

    private static GgufWriter Header(
        TestModelOptions options, TestVocabulary vocabulary, int width, int layers, int heads, int keyHeads, int headWidth, int feedForward)
    {
        var writer = new GgufWriter();
        writer.Set("general.architecture", "llama");
        writer.Set("general.type", "model");
        writer.Set("general.name", options.Name);
        writer.Set("general.license", options.License);
        writer.Set("llama.context_length", (uint)options.ContextTokens);
        writer.Set("llama.embedding_length", (uint)width);
        writer.Set("llama.block_count", (uint)layers);
        writer.Set("llama.feed_forward_length", (uint)feedForward);
        writer.Set("llama.attention.head_count", (uint)heads);
        writer.Set("llama.attention.head_count_kv", (uint)keyHeads);
        writer.Set("llama.attention.key_length", (uint)headWidth);
        writer.Set("llama.attention.value_length", (uint)headWidth);
        writer.Set("llama.rope.dimension_count", (uint)headWidth);
        writer.Set("llama.rope.freq_base", 1e30f);
        writer.Set("llama.attention.layer_norm_rms_epsilon", 1e-6f);
        vocabulary.AddTo(writer);
        writer.Set("tokenizer.chat_template", options.Template.Jinja);
        return writer;
    }

    private static IEnumerable<(string Name, long[] Shape)> Shapes(
        long vocabulary, long width, int layers, long queries, long keys, long feedForward, bool isTied)
    {
        yield return ("token_embd.weight", [width, vocabulary]);
        for (var i = 0; i < layers; i++)
        {
            yield return ($"blk.{i}.attn_norm.weight", [width]);
            yield return ($"blk.{i}.attn_q.weight", [width, queries]);
            yield return ($"blk.{i}.attn_k.weight", [width, keys]);
            yield return ($"blk.{i}.attn_v.weight", [width, keys]);
            yield return ($"blk.{i}.attn_output.weight", [queries, width]);
            yield return ($"blk.{i}.ffn_norm.weight", [width]);
            yield return ($"blk.{i}.ffn_gate.weight", [width, feedForward]);
            yield return ($"blk.{i}.ffn_up.weight", [width, feedForward]);
            yield return ($"blk.{i}.ffn_down.weight", [feedForward, width]);
        }

        yield return ("output_norm.weight", [width]);
        if (!isTied)
        {
            yield return ("output.weight", [width, vocabulary]);
        }
    }

    private static void Random(Stream output, Random random, bool isNorm, long[] shape)
    {
        var row = new float[shape[0]];
        var rows = shape.Length > 1 ? shape[1] : 1;
        var scale = 2 / MathF.Sqrt(row.Length);
        for (var r = 0; r < rows; r++)
        {
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = isNorm ? 1 : ((random.NextSingle() * 2) - 1) * scale;
            }

            output.Write(MemoryMarshal.AsBytes(row.AsSpan()));
        }
    }

    private static string Save(string folder, string name, GgufWriter writer)
    {
        var path = Path.Combine(folder, name + ".gguf");
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        writer.Write(file);
        return path;
    }
}
