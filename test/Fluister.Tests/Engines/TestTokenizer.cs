using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Fluister.Tests.Engines;

/// <summary>Small tokenizer.json files with byte-level BPE, trained on a few sentences, cut as published models cut text.</summary>
internal static class TestTokenizer
{
    private const int Merges = 400;

    /// <summary>As Llama 3 describes it.</summary>
    internal static readonly string Llama3 = Split(Contractions
        + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*" + Blanks);

    /// <summary>As Qwen 2, 2.5 and 3 do.</summary>
    internal static readonly string Qwen2 = Split(Contractions
        + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*" + Blanks);

    /// <summary>As Mistral's Nemo does.</summary>
    internal static readonly string Tekken = Split(@"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
        + @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*" + Blanks);

    /// <summary>As SmolLM does.</summary>
    internal const string SmolLm = $$"""
        {"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},{{Gpt2}}]}
        """;

    /// <summary>As GPT-2 did.</summary>
    internal const string Gpt2 = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""";

    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Blanks = @"|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Sentences = """
        Shall we meet at the station on Friday? I'll bring the tickets, you've got the sandwiches. We're leaving at 18:30, don't be late!
        Zullen we vrijdag om half zeven bij het station afspreken? Dat lijkt me prima, dan neem ik de kaartjes mee en het geld: 1250 euro.
        Können wir uns am Freitag am Bahnhof treffen? Größere Straßen, schöne Grüße. Où est la gare? C'est là-bas, près du café.
        Встретимся в пятницу на вокзале? Да, в шесть часов. Ποιος έρχεται μαζί μας; 明日は駅で会いましょう。我们星期五在车站见面。
        The meeting was moved. The decision is that the project starts in 2026 and the cost is 12345.67 in total; see https://example.org.
        """;

    internal static JsonObject Json(string preTokenizer)
    {
        var vocabulary = new JsonObject();
        foreach (var letter in Letters)
        {
            vocabulary[letter.ToString()] = vocabulary.Count;
        }

        var merges = new JsonArray();
        foreach (var (left, right) in Trained.Value)
        {
            merges.Add(new JsonArray(left, right));
            vocabulary[left + right] = vocabulary.Count;
        }

        var count = vocabulary.Count;
        var takesWhole = preTokenizer == Llama3 || preTokenizer == Tekken;
        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray([.. new[] { "<|begin|>", "<|end|>" }.Select((text, i) => (JsonNode)Added(count + i, text))]),
            ["normalizer"] = null,
            ["pre_tokenizer"] = JsonNode.Parse(preTokenizer),
            ["post_processor"] = JsonNode.Parse("""
                {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<|begin|>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
                 "pair":[],"special_tokens":{}}
                """),
            ["decoder"] = JsonNode.Parse("""{"type":"ByteLevel"}"""),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = takesWhole,
                ["vocab"] = vocabulary,
                ["merges"] = merges,
            },
        };
    }

    internal static int Count(JsonObject json) => json["model"]!["vocab"]!.AsObject().Count + json["added_tokens"]!.AsArray().Count;

    private static JsonObject Added(int id, string text) => new()
    {
        ["id"] = id,
        ["content"] = text,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };

    /// <summary>GPT-2's letter for each byte: printable ones of Latin-1 as they are, the others from U+0100.</summary>
    private static string Letters { get; } = string.Concat(Enumerable.Range(0, 256).Select(b =>
        b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)b : (char)(0x100 + Others(b))));

    private static int Others(int b) =>
        Enumerable.Range(0, b).Count(i => i is not ((>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE));

    private static string Split(string expression) => new JsonObject
    {
        ["type"] = "Sequence",
        ["pretokenizers"] = new JsonArray(
            new JsonObject
            {
                ["type"] = "Split",
                ["pattern"] = new JsonObject { ["Regex"] = expression },
                ["behavior"] = "Isolated",
                ["invert"] = false,
            },
            JsonNode.Parse(Gpt2.Replace("true}", "false}"))),
    }.ToJsonString();

    private static readonly Lazy<List<(string Left, string Right)>> Trained = new(Train);

    /// <summary>The most frequent pair, again and again; of equal ones the first in order, so that it is always the same.</summary>
    private static List<(string Left, string Right)> Train()
    {
        var words = Regex.Matches(Sentences, @" ?\p{L}+| ?\p{N}{1,3}| ?[^\s\p{L}\p{N}]+").Select(match =>
            Encoding.UTF8.GetBytes(match.Value).Select(b => Letters[b].ToString()).ToList()).ToList();
        var merges = new List<(string, string)>();
        while (merges.Count < Merges)
        {
            var best = words.SelectMany(word => word.Zip(word.Skip(1))).GroupBy(pair => pair)
                .OrderByDescending(group => group.Count()).ThenBy(group => group.Key.First + group.Key.Second, StringComparer.Ordinal)
                .FirstOrDefault();
            if (best is null)
            {
                break;
            }

            var (left, right) = best.Key;
            merges.Add((left, right));
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] == left && word[i + 1] == right)
                    {
                        word[i] += right;
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }

        return merges;
    }
}
