using Fluister.Engines;

namespace Fluister.Cli;

/// <summary>Remembers why an engine last failed, to tell the person when parts of a digest are missing.</summary>
internal sealed class WatchedEngine(Engine engine) : Engine
{
    /// <summary>The last failure; null where there was none.</summary>
    public EngineException? Failure { get; private set; }

    /// <inheritdoc/>
    public override EngineDescription Description => engine.Description;

    /// <inheritdoc/>
    public override Task<int> CountTokensAsync(Engines.Prompt prompt, CancellationToken cancel) =>
        WatchAsync(() => engine.CountTokensAsync(prompt, cancel));

    /// <inheritdoc/>
    public override Task<Completion> CompleteAsync(CompletionRequest request, Action<string>? onText, CancellationToken cancel) =>
        WatchAsync(() => engine.CompleteAsync(request, onText, cancel));

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => engine.DisposeAsync();

    private async Task<T> WatchAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (EngineException e)
        {
            Failure = e;
            throw;
        }
    }
}
