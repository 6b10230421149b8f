using System.Text.Json;

namespace Fluister.Engines.Conversion.Tokenizers;

/// <summary>How text is cut into words before pairs are merged. llama.cpp knows a number of ways by name; a tokenizer.json describes its
/// own, mostly with a regular expression.</summary>
internal static class PreTokenizer
{
    private const string Llama3 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
        + @"|\s+(?!\S)|\s+";
    private const string Qwen2 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
        + @"|\s+(?!\S)|\s+";
    private const string Tekken = @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
        + @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*"
        + @"|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>llama.cpp's name for what tokenizer.json describes.</summary>
    /// <exception cref="InvalidDataException">llama.cpp has none, or this program does not know it.</exception>
    public static string Name(JsonElement tokenizer)
    {
        var steps = Steps(tokenizer.Get("pre_tokenizer")).ToArray();
        var takesWhole = tokenizer.Get("model")?.Truth("ignore_merges") ?? false;
        return (steps, takesWhole) switch
        {
            ([Llama3, "bytes"], true) => "llama-bpe",
            ([Llama3, "bytes"], false) => "smaug-bpe",
            ([Tekken, "bytes"], true) => "tekken",
            ([Qwen2, "bytes"], false) => "qwen2",
            (["digits", "words"], false) => "smollm",
            (["words"], false) => "gpt-2",
            _ => throw new InvalidDataException("its tokenizer.json cuts text into words in a way that is not known here"),
        };
    }

    private static IEnumerable<string> Steps(JsonElement? tokenizer)
    {
        if (tokenizer is not { } step)
        {
            return [];
        }

        return step.Text("type") switch
        {
            "Sequence" => step.Elements("pretokenizers").SelectMany(inner => Steps(inner)),
            "Split" when step.Text("behavior") == "Isolated" && !(step.Truth("invert") ?? false) =>
                [step.Get("pattern")?.Text("Regex") ?? "unknown"],
            "Digits" when step.Truth("individual_digits") ?? false => ["digits"],
            "ByteLevel" when !(step.Truth("add_prefix_space") ?? true) => [step.Truth("use_regex") ?? true ? "words" : "bytes"],
            _ => ["unknown"],
        };
    }
}
