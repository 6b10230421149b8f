using Fluister.Engines;

namespace Fluister.Summaries.Evaluation;

/// <summary>An engine with a note of what it was asked and what it answered. Does not end the engine that it measures.</summary>
internal sealed class MeasuredEngine(Engine engine) : Engine
{
    private readonly List<Completion> _completions = [];

    /// <inheritdoc/>
    public override EngineDescription Description => engine.Description;

    /// <inheritdoc/>
    public override Task<int> CountTokensAsync(Prompt prompt, CancellationToken cancel) => engine.CountTokensAsync(prompt, cancel);

    /// <inheritdoc/>
    public override async Task<Completion> CompleteAsync(CompletionRequest request, Action<string>? onText, CancellationToken cancel)
    {
        var completion = await engine.CompleteAsync(request, onText, cancel).ConfigureAwait(false);
        lock (_completions)
        {
            _completions.Add(completion);
        }

        return completion;
    }

    /// <summary>What came since the last call.</summary>
    public List<Completion> Take()
    {
        lock (_completions)
        {
            var taken = _completions.ToList();
            _completions.Clear();
            return taken;
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
