namespace Fluister.Client;

/// <summary>What an open account does by itself, by the clock: the send log is pruned.</summary>
internal sealed class Housekeeping(ClientContext context) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _work = Task.CompletedTask;

    /// <summary>Begins.</summary>
    public void Start() => _work = Task.Run(RunAsync);

    /// <summary>Ends the work.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _work.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                Prune();
                await Task.Delay(ClientLimits.SendLogPruning, context.Clock, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Closing.
        }
    }

    private void Prune()
    {
        try
        {
            context.Store.Transact(() => context.Store.SendLog.Prune(context.Clock.GetUtcNow() - ClientLimits.SendLogKept));
        }
        catch (ClientException failed) when (failed.Error == ClientError.Store)
        {
            // A disk that is full; the next time is soon enough.
        }
    }
}
