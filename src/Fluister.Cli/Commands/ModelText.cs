using System.Text.Json;
using Fluister.Engines.Models;

namespace Fluister.Cli.Commands;

/// <summary>Models in words and in JSON.</summary>
internal static class ModelText
{
    private const int LabelWidth = 9;

    /// <summary>A month of one conversation, for an estimate: a ninth of its words goes to the model, in some fourteen segments, each with
    /// speakers, times and instructions, and a few points come back of each.</summary>
    private const int MonthWords = 10_000;
    private const int MonthPromptTokens = 4_500;
    private const int MonthTextTokens = 2_000;

    /// <summary>One line about a model.</summary>
    public static void Tell(string label, string text) => Console.WriteLine($"{label.PadRight(LabelWidth)} {Terminal.Clean(text)}");

    /// <summary>How long a digest takes; null where nobody measured.</summary>
    public static string? Month(Model model)
    {
        if (model is not { PromptSpeed: > 0 and var prompt, GenerationSpeed: > 0 and var text })
        {
            return null;
        }

        var seconds = (MonthPromptTokens / prompt) + (MonthTextTokens / text);
        return $"about {(seconds < 100 ? $"{seconds:0} s" : $"{seconds / 60:0} min")} for a digest of {MonthWords:N0} words of chat";
    }

    /// <summary>Bytes as people say them.</summary>
    public static string Size(long bytes) => bytes switch
    {
        >= 1_000_000_000 => $"{bytes / 1e9:0.0} GB",
        >= 1_000_000 => $"{bytes / 1e6:0} MB",
        _ => $"{bytes / 1e3:0} kB",
    };

    /// <summary>Numbers of a model as people say them.</summary>
    public static string Parameters(long count) => count switch
    {
        >= 1_000_000_000 => $"{count / 1e9:0.0} billion",
        >= 1_000_000 => $"{count / 1e6:0} million",
        _ => $"{count:N0}",
    };

    /// <summary>The fields of a model.</summary>
    public static void Write(Utf8JsonWriter writer, Model model)
    {
        writer.WriteString("name", model.Name);
        writer.WriteString("title", model.Title);
        writer.WriteString("path", model.Path);
        writer.WriteBoolean("copy", model.IsCopy);
        writer.WriteNumber("size", model.Size);
        writer.WriteString("sha256", model.Sha256);
        writer.WriteString("architecture", model.Architecture);
        writer.WriteString("type", model.FileType);
        writer.WriteNumber("parameters", model.Parameters);
        writer.WriteString("license", model.License);
        Write(writer, "contextLength", model.ContextLength);
        Write(writer, "promptSpeed", model.PromptSpeed);
        Write(writer, "generationSpeed", model.GenerationSpeed);
    }

    private static void Write(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
