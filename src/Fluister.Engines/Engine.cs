namespace Fluister.Engines;

/// <summary>A model of language that completes prompts, one at a time.</summary>
/// <remarks>Text given to an engine is text: what looks like a special token in <see cref="Prompt"/> stays letters. Only the marks of the
/// model's own chat template are special. Disposing ends the processes and removes the files that the engine needed.</remarks>
public abstract class Engine : IAsyncDisposable
{
    /// <summary>What runs.</summary>
    public abstract EngineDescription Description { get; }

    /// <summary>Tokens of the prompt with the chat template around it.</summary>
    /// <exception cref="EngineException">The engine is gone.</exception>
    public abstract Task<int> CountTokensAsync(Prompt prompt, CancellationToken cancel);

    /// <summary>Completes a prompt.</summary>
    /// <param name="request">What.</param>
    /// <param name="onText">Gets each piece of text as it comes; whole characters. May be null.</param>
    /// <param name="cancel">Stops within 200 ms; the engine can be used again or is gone, but never hangs.</param>
    /// <exception cref="EngineException">See <see cref="EngineError"/>.</exception>
    public abstract Task<Completion> CompleteAsync(CompletionRequest request, Action<string>? onText, CancellationToken cancel);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}

/// <summary>One turn of a conversation with a model. Both are plain text; neither can forge a role or another special token.</summary>
/// <param name="System">What the model is to do.</param>
/// <param name="User">What it is to do it with.</param>
public sealed record Prompt(string System, string User);

/// <summary>What to complete, and how.</summary>
/// <param name="Prompt">From what.</param>
public sealed record CompletionRequest(Prompt Prompt)
{
    /// <summary>At most this many tokens.</summary>
    public int MaximumTokens { get; init; } = 512;

    /// <summary>The form of the answer as GBNF with the rule "root"; null where any text will do. Engines that know none take
    /// <see cref="JsonSchema"/> instead; give both, and meaning the same.</summary>
    public string? Grammar { get; init; }

    /// <summary>The form of the answer as JSON Schema.</summary>
    public string? JsonSchema { get; init; }

    /// <summary>0 takes the likeliest token each time: the same model and prompt then give the same text.</summary>
    public float Temperature { get; init; }

    /// <summary>For <see cref="Temperature"/> above 0.</summary>
    public uint Seed { get; init; }
}

/// <summary>Why a completion ended.</summary>
public enum CompletionEnd
{
    /// <summary>The model had nothing to add.</summary>
    Finished,

    /// <summary>At <see cref="CompletionRequest.MaximumTokens"/>, or at the end of the context.</summary>
    Length,
}

/// <summary>A completion.</summary>
/// <param name="Text">All of it.</param>
/// <param name="End">Why it ended.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CachedTokens">Of these, tokens that the engine still had worked out from the request before.</param>
/// <param name="GeneratedTokens">Tokens of the text.</param>
/// <param name="PromptTime">Time for the prompt.</param>
/// <param name="GenerationTime">Time for the text.</param>
public sealed record Completion(
    string Text, CompletionEnd End, int PromptTokens, int CachedTokens, int GeneratedTokens, TimeSpan PromptTime, TimeSpan GenerationTime);

/// <summary>What an engine is, for receipts and estimates.</summary>
/// <param name="Kind">"native", "llama-server" or "endpoint".</param>
/// <param name="Version">Of the library or program, as it says itself.</param>
/// <param name="Model">Name of the model.</param>
/// <param name="ModelSha256">Hash of the model's file, lower case hexadecimal; null where nobody here has seen the file.</param>
/// <param name="ContextTokens">Most tokens of prompt and answer together.</param>
/// <param name="Threads">Threads that it computes with; 0 where unknown.</param>
/// <param name="Confinement">What keeps it in, in words, such as "no network, no files, no new programs".</param>
/// <param name="PromptSpeed">Tokens of prompt a second, measured when it started; null where unknown.</param>
/// <param name="GenerationSpeed">Tokens of text a second, measured when it started; null where unknown.</param>
public sealed record EngineDescription(string Kind, string Version, string Model, string? ModelSha256, int ContextTokens, int Threads,
    string Confinement, double? PromptSpeed, double? GenerationSpeed);
