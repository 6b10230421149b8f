using System.Text.Json;
using Fluister.Engines.Native;

namespace Fluister.Engines.Shared;

/// <summary>One who calls a shared engine: lines of JSON, the same as between `fluister engine` and its parent, but the engine is there
/// already and says first what it is.</summary>
internal sealed class EngineCaller(Stream stream, Engine engine)
{
    /// <summary>So often it says that it is still at work.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    private readonly Answers _answers = new(stream);
    private EngineException? _gone;

    /// <summary>Answers until the caller hangs up or says what cannot be understood.</summary>
    /// <returns>Why the engine is gone, if it is.</returns>
    public async Task<EngineException?> AnswerAsync(CancellationToken cancel)
    {
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        (int Id, Task[] Done, CancellationTokenSource? Stop) work = (0, [], null);
        try
        {
            _answers.Write(new EngineEvent.Described(0, engine.Description));
            var lines = new LineReader(stream);
            while (_gone is null && await lines.ReadAsync(hangUp.Token).ConfigureAwait(false) is { } line)
            {
                var request = JsonSerializer.Deserialize(line.Span, EngineJson.Lines.EngineRequest);
                if (request is EngineRequest.Cancel)
                {
                    if (request.Id == work.Id && work.Stop is { } current)
                    {
                        await current.CancelAsync().ConfigureAwait(false);
                    }

                    continue;
                }

                // One at a time; and none of those that would name this computer's files, nor half of one.
                await Task.WhenAll(work.Done).ConfigureAwait(false);
                if (request is not (EngineRequest.Count { System: not null, User: not null }
                    or EngineRequest.Complete { System: not null, User: not null, MaximumTokens: > 0 }))
                {
                    break;
                }

                work.Stop?.Dispose();
                var stop = CancellationTokenSource.CreateLinkedTokenSource(hangUp.Token);
                work = (request.Id, [DoAsync(request, hangUp, stop.Token)], stop);
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or JsonException or OperationCanceledException
            or ObjectDisposedException)
        {
            // It hung up, or might as well have.
        }

        await hangUp.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(work.Done).ConfigureAwait(false);
        work.Stop?.Dispose();
        return _gone;
    }

    private async Task DoAsync(EngineRequest request, CancellationTokenSource hangUp, CancellationToken cancel)
    {
        try
        {
            using var beat = new Timer(_ => _answers.Report(request.Id, null), null, Beat, Beat);
            Answer(await AskAsync(request, cancel).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            Answer(new EngineEvent.Failed(request.Id, null, ""));
        }
        catch (EngineException e)
        {
            Answer(new EngineEvent.Failed(request.Id, e.Error, e.Message));
            if (e.Error is EngineError.Crashed or EngineError.OutOfMemory or EngineError.Timeout)
            {
                _gone = e;
                await hangUp.CancelAsync().ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            await hangUp.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task<EngineEvent> AskAsync(EngineRequest request, CancellationToken cancel)
    {
        if (request is EngineRequest.Count count)
        {
            var tokens = await engine.CountTokensAsync(new Prompt(count.System, count.User), cancel).ConfigureAwait(false);
            return new EngineEvent.Counted(request.Id, tokens);
        }

        var asked = (EngineRequest.Complete)request;
        var done = await engine.CompleteAsync(
            new CompletionRequest(new Prompt(asked.System, asked.User))
            {
                MaximumTokens = asked.MaximumTokens,
                Grammar = asked.Grammar,
                Temperature = asked.Temperature,
                Seed = asked.Seed,
            },
            piece => Answer(new EngineEvent.Text(request.Id, piece)), cancel).ConfigureAwait(false);
        return new EngineEvent.Completed(request.Id, done.End, done.PromptTokens, done.CachedTokens, done.GeneratedTokens,
            done.PromptTime.TotalMilliseconds, done.GenerationTime.TotalMilliseconds);
    }

    /// <summary>What can no longer be said is not: the reading side notices that nobody is there.</summary>
    private void Answer(EngineEvent answer)
    {
        try
        {
            _answers.Write(answer);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // As above.
        }
    }
}
