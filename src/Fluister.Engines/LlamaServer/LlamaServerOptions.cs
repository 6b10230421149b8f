namespace Fluister.Engines.LlamaServer;

/// <summary>Which llama-server, which model, and how much of the computer they get.</summary>
public sealed record LlamaServerOptions
{
    /// <summary>The program; null looks for "llama-server" in PATH.</summary>
    public string? Program { get; init; }

    /// <summary>The program fluister, which shuts it in.</summary>
    public required string FluisterProgram { get; init; }

    /// <summary>A GGUF file.</summary>
    public required string ModelPath { get; init; }

    /// <summary>Hash of the model's file where it is known already; null works it out.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary>Most tokens of prompt and answer together; null takes 8192, or what the model was trained for where that is less.</summary>
    public int? ContextTokens { get; init; }

    /// <summary>Threads that compute; null tries which number is fastest.</summary>
    public int? Threads { get; init; }

    /// <summary>Layers that a graphics processor works out.</summary>
    public int GpuLayers { get; init; }

    /// <summary>Most bytes of memory beside the model's file.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Goes on where the system cannot shut it in.</summary>
    public bool AllowUnconfined { get; init; }

    /// <summary>Options that no version needs, and older ones do not know: no page, no look at prompts, no download, no second copy of what
    /// was worked out, and the context that was asked for.</summary>
    internal IReadOnlyList<string[]> Wishes { get; init; } =
        [["--no-webui"], ["--no-slots"], ["--offline"], ["--cache-ram", "0"], ["--fit", "off"]];
}
