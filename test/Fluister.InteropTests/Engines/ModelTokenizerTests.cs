using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Fluister.Engines.Conversion;
using Fluister.Engines.Gguf;
using Fluister.InteropTests.Official;
using Fluister.Tests.Engines;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Engines;

/// <summary>A converted model cuts text into the tokens that the published tokenizer cuts it into: Hugging Face's own, and Google's
/// SentencePiece.</summary>
public sealed class ModelTokenizerTests : IDisposable
{
    private const int RandomTexts = 200;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Tokenizers => new()
    {
        { "llama-bpe", TestTokenizer.Llama3 },
        { "qwen2", TestTokenizer.Qwen2 },
        { "tekken", TestTokenizer.Tekken },
        { "smollm", TestTokenizer.SmolLm },
        { "gpt-2", TestTokenizer.Gpt2 },
    };

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Byte_pairs_are_those_of_the_published_tokenizer(string name, string preTokenizer)
    {
        var model = new PublishedModel("LlamaForCausalLM") { Tokenizer = TestTokenizer.Json(preTokenizer) };
        var folder = model.Save(_folder.Path);
        using var loaded = LoadedModel.Load(Convert(folder));
        Assert.Equal(name, loaded.Metadata("tokenizer.ggml.pre"));
        Assert.True(loaded.WantsFirstToken);
        Assert.Equal(model.Vocabulary - 2, loaded.FirstToken);
        Assert.True(loaded.IsEnd(model.Vocabulary - 1));
        AssertSame(Path.Combine(folder, "tokenizer.json"), loaded, Texts);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sentence_pieces_are_those_of_SentencePiece(bool hasLeadingSpace)
    {
        var model = new PublishedModel("LlamaForCausalLM") { Tokenizer = null };
        model.Config["vocab_size"] = TestSentencePiece.Pieces.Count + 5;
        var folder = model.Save(_folder.Path);
        File.WriteAllBytes(Path.Combine(folder, "tokenizer.model"), TestSentencePiece.Model(hasLeadingSpace: hasLeadingSpace));
        using var loaded = LoadedModel.Load(Convert(folder));
        Assert.Equal("llama", loaded.Metadata("tokenizer.ggml.model"));
        AssertSame(Path.Combine(folder, "tokenizer.model"), loaded, Texts);
    }

    private static IReadOnlyList<string> Texts { get; } = MakeTexts();

    private static List<string> MakeTexts()
    {
        List<string> texts =
        [
            "Shall we meet at the station?", " leading", "trailing ", "two  spaces   three", "\n\n\tlines\r\n \n", "I'VE we'll DON'T it's",
            "1 12 123 1234 12345.67", "größere Straßen ÄÖÜ", "Встретимся в пятницу", "明日は駅で会いましょう。", "🙂👍🏽👨‍👩‍👧", "a\u0301e\u0308",
            "https://example.org/x?y=1",
            "{\"points\":[{\"text\":\"x\"}]}", "<|begin|><|im_end|></s><s>[INST]", "…—«»“”",
            "\u00a0\u2003x", "x\u200by", "ALLCAPS CamelCase snake_case",
            "\U0001d5a0\U0001f1f3\U0001f1f1",
        ];
        var random = new Random(1);
        string[] parts =
        [
            "a", "Z", "é", "ß", "ж", "Ж", "駅", "🙂", " ", "  ", "\n", "\t",
            "1", "22", "333", "'s", "'LL", ".", "--", "/", "the", " station",
        ];
        for (var i = 0; i < RandomTexts; i++)
        {
            texts.Add(string.Concat(Enumerable.Range(0, random.Next(1, 20)).Select(_ => parts[random.Next(parts.Length)])));
        }

        return texts;
    }

    private static void AssertSame(string tokenizer, LoadedModel loaded, IReadOnlyList<string> texts)
    {
        var expected = Encode(tokenizer, texts);
        Assert.Equal(texts.Count, expected.Count);
        for (var i = 0; i < texts.Count; i++)
        {
            var actual = loaded.Tokenize(texts[i], parseSpecial: tokenizer.EndsWith(".json", StringComparison.Ordinal));
            Assert.True(expected[i].SequenceEqual(actual),
                $"{JsonSerializer.Serialize(texts[i])}: {string.Join(' ', expected[i])} became {string.Join(' ', actual)}");
        }
    }

    /// <summary>Asks the packages in test/tokenizers.</summary>
    private static List<int[]> Encode(string tokenizer, IReadOnlyList<string> texts)
    {
        var script = Path.Combine(OfficialPackage.Folder, "..", "tokenizers", "encode.mjs");
        var start = new ProcessStartInfo("node", [script, tokenizer])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(false),
        };
        using var node = Process.Start(start)!;
        node.StandardInput.Write(JsonSerializer.Serialize(texts));
        node.StandardInput.Close();
        var lines = node.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        node.WaitForExit();
        Assert.True(node.ExitCode == 0, "The packages in test/tokenizers are not installed: run eng/prepare.");
        return [.. lines.Select(line => JsonSerializer.Deserialize<int[]>(line)!)];
    }

    private static string Convert(string folder)
    {
        using var output = File.Create(folder + ".gguf");
        SafetensorsConverter.Convert(folder, GgufTensorType.F32, output, null, TestContext.Current.CancellationToken);
        return output.Name;
    }

    public void Dispose() => _folder.Dispose();
}
