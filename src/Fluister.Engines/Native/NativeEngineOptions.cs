namespace Fluister.Engines.Native;

/// <summary>How to run a model in a child of our own.</summary>
public sealed record NativeEngineOptions
{
    /// <summary>The program fluister, which the child is; the one that runs, or the one beside this library.</summary>
    public string Program { get; init; } = Beside();

    /// <summary>A GGUF file.</summary>
    public required string ModelPath { get; init; }

    /// <summary>Hash of that file where it is known, in lower case hexadecimal; else it is worked out while the model loads.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary>A folder with llama.cpp's libraries, such as a build for a graphics card; null for those that came with Fluister.</summary>
    public string? Libraries { get; init; }

    /// <summary>Also libraries that only a libraries.json within <see cref="Libraries"/> vouches for: who wrote that folder may then do
    /// whatever the child may.</summary>
    public bool AllowOtherLibraries { get; init; }

    /// <summary>Most tokens of prompt and answer together; null for what the model was trained with, what fits into memory, and at most
    /// <see cref="UsualContext"/>.</summary>
    public int? ContextTokens { get; init; }

    /// <summary>Threads; null to measure which number is fastest.</summary>
    public int? Threads { get; init; }

    /// <summary>Layers to put on a graphics card, -1 for all; needs libraries that can.</summary>
    public int GpuLayers { get; init; }

    /// <summary>Most memory for model and context, in bytes; null for what the computer has to spare.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Go on where the system cannot shut the child in.</summary>
    public bool AllowUnconfined { get; init; }

    /// <summary>Tokens that suffice for what is asked of a model here; more costs memory.</summary>
    internal const int UsualContext = 8192;

    private static string Beside()
    {
        var name = OperatingSystem.IsWindows() ? "fluister.exe" : "fluister";
        return Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "fluister"
            ? Environment.ProcessPath!
            : Path.Combine(AppContext.BaseDirectory, name);
    }
}
