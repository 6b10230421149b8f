using System.Text.Json;
using Fluister.Engines.Gguf;

namespace Fluister.Engines.Conversion.Tokenizers;

/// <summary>Which tokens begin and end texts, and how roles are marked; from the settings beside a model.</summary>
internal static class SpecialTokens
{
    /// <summary>Bytes of a chat template; the longest have some ten thousand.</summary>
    private const int LongestTemplate = 1 << 20;

    /// <summary>Writes them.</summary>
    public static void Write(
        GgufWriter writer, TokenList tokens, string folder, JsonElement settings, JsonElement? tokenizer, JsonElement config)
    {
        var generation = JsonFile.Read(folder, "generation_config.json");
        (string, string)[] names = [("bos", "bos"), ("eos", "eos"), ("unk", "unknown"), ("pad", "padding")];
        foreach (var (name, key) in names)
        {
            var id = Text(settings, $"{name}_token") is { } text ? tokens.Find(text) : null;
            id ??= Number(config, $"{name}_token_id", tokens) ?? (generation is { } more ? Number(more, $"{name}_token_id", tokens) : null);
            if (id is { } found)
            {
                writer.Set($"tokenizer.ggml.{key}_token_id", (uint)found);
            }
        }

        var bos = Text(settings, "bos_token");
        writer.Set("tokenizer.ggml.add_bos_token", settings.Truth("add_bos_token") ?? Begins(tokenizer, bos));
        writer.Set("tokenizer.ggml.add_eos_token", settings.Truth("add_eos_token") ?? false);
        if (Template(folder, settings) is { } template)
        {
            writer.Set("tokenizer.chat_template", template);
        }
    }

    /// <summary>Whether the tokenizer puts the first token before every text. SentencePiece's do.</summary>
    private static bool Begins(JsonElement? tokenizer, string? bos)
    {
        if (tokenizer is not { } json)
        {
            return true;
        }

        if (bos is null || json.Get("post_processor") is not { } processor)
        {
            return false;
        }

        return processor.Elements("processors").Append(processor).Where(p => p.Text("type") == "TemplateProcessing")
            .Any(p => p.Elements("single").FirstOrDefault().Get("SpecialToken")?.Text("id") == bos);
    }

    private static string? Text(JsonElement settings, string name) => settings.Text(name) ?? settings.Get(name)?.Text("content");

    /// <summary>A number, or the first of several.</summary>
    private static int? Number(JsonElement json, string name, TokenList tokens)
    {
        var value = json.Elements(name).FirstOrDefault();
        value = value.ValueKind == JsonValueKind.Undefined ? json.Get(name) ?? default : value;
        return value.Id() is >= 0 and var id && id < tokens.Count ? id : null;
    }

    /// <summary>A file of its own, or in the settings: one, or the one of several that is called "default".</summary>
    private static string? Template(string folder, JsonElement settings)
    {
        var path = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(path))
        {
            JsonFile.Require(new FileInfo(path).Length <= LongestTemplate, "its chat template is too long");
            return File.ReadAllText(path);
        }

        var template = settings.Text("chat_template")
            ?? settings.Elements("chat_template").FirstOrDefault(t => t.Text("name") == "default").Text("template")
            ?? JsonFile.Read(folder, "chat_template.json")?.Text("chat_template");
        JsonFile.Require(template is null || template.Length <= LongestTemplate, "its chat template is too long");
        return template;
    }
}
