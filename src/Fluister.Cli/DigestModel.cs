using Fluister.Archive.Conversations;
using Fluister.Engines;
using Fluister.Summaries;
using Fluister.Summaries.Cache;

namespace Fluister.Cli;

/// <summary>The model that digests are asked of, one after the other. Where it fails the quotes stay, and it is said why.</summary>
internal sealed class DigestModel(EngineChoice? choice, string? language, DigestCache? cache) : IAsyncDisposable
{
    private WatchedEngine? _engine;
    private string? _note;
    private bool _isGone;

    /// <summary>False where the person wants quotes.</summary>
    public bool IsAsked => choice is not null;

    /// <summary>Quotes stand in for a model's words, somewhere.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>What to tell the person about the last digest, once; null where all went well.</summary>
    public string? TakeNote()
    {
        var note = _note;
        _note = null;
        return note;
    }

    /// <summary>Adds the model's points; gives back what it got where the engine cannot be used.</summary>
    public async Task<Digest> DigestAsync(Digest extractive, Participant self, IReadOnlyList<Message> messages, DigestOptions options,
        Action<DigestProgress> progress, CancellationToken cancel)
    {
        if (choice is null || _isGone)
        {
            return extractive;
        }

        try
        {
            _engine ??= new WatchedEngine(await choice.StartAsync(cancel).ConfigureAwait(false));
            var digest = await ModelDigester.DigestAsync(extractive, self, messages, options, new ModelDigestOptions
            {
                Engine = _engine,
                Cache = cache,
                Language = language,
                Seed = choice.Seed,
                Temperature = choice.Temperature,
            }, progress, cancel).ConfigureAwait(false);
            if (digest.Receipt is { SegmentsFailed: > 0 } receipt)
            {
                Fail(_engine.Failure, $"Quotes stand in for {receipt.SegmentsFailed} of {receipt.Segments} parts.");
            }

            return digest;
        }
        catch (EngineException e)
        {
            cancel.ThrowIfCancellationRequested();
            Fail(e, "The digest has quotes only.");
            return extractive;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _engine?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void Fail(EngineException? why, string what)
    {
        HasFailed = true;

        // It could not start, or ended: asking it again would say the same for each conversation.
        _isGone = _engine is null || why?.Error is EngineError.Crashed or EngineError.OutOfMemory;
        _note = why is null ? what : $"{why.Message} {what}";
    }
}
