using System.Text.Json.Serialization;
using Fluister.Engines.Gguf;

namespace Fluister.Engines.Models;

/// <summary>A model that is to be used: its file, and what was found out about it.</summary>
public sealed record Model
{
    /// <summary>What it is called on the command line; the file's name for one that was not added.</summary>
    public required string Name { get; init; }

    /// <summary>The GGUF file.</summary>
    public required string Path { get; init; }

    /// <summary>Whether the file is a copy in the store, which goes when the model is removed.</summary>
    public bool IsCopy { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long Size { get; init; }

    /// <summary>When the file was last written; with the size, what tells whether it is still the same.</summary>
    public required DateTime ModifiedAt { get; init; }

    /// <summary>Hash of the file, lower case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The model's own name.</summary>
    public required string Title { get; init; }

    /// <summary>The family: "llama", "qwen2".</summary>
    public required string Architecture { get; init; }

    /// <summary>How its numbers are stored: "Q4_K_M".</summary>
    public required string FileType { get; init; }

    /// <summary>Numbers in it.</summary>
    public long Parameters { get; init; }

    /// <summary>What its maker wrote; null where the file names none.</summary>
    public string? License { get; init; }

    /// <summary>Tokens that it was trained to keep in view.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Tokens of prompt a second on this computer, when it was added; null where nobody measured.</summary>
    public double? PromptSpeed { get; init; }

    /// <summary>Tokens of text a second.</summary>
    public double? GenerationSpeed { get; init; }

    /// <summary>What a header says.</summary>
    internal static Model Of(GgufFile file, string name, FileState state, string sha256) => new()
    {
        Name = name,
        Path = file.Path,
        Size = state.Size,
        ModifiedAt = state.ModifiedAt,
        Sha256 = sha256,
        Title = file.Name,
        Architecture = file.Architecture,
        FileType = file.FileType,
        Parameters = file.ParameterCount,
        License = file.License,
        ContextLength = file.ContextLength,
    };
}

/// <summary>What tells cheaply whether a file has changed.</summary>
internal readonly record struct FileState(long Size, DateTime ModifiedAt)
{
    public static FileState Of(string path) => new(new FileInfo(path).Length, File.GetLastWriteTimeUtc(path));
}

/// <summary>Source-generated JSON: no reflection at start.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true, MaxDepth = 4)]
[JsonSerializable(typeof(Model))]
internal sealed partial class ModelJson : JsonSerializerContext;
