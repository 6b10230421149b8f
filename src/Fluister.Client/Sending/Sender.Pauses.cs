namespace Fluister.Client.Sending;

// Lanes that wait: for the server, by the clock, or for something that is not ready.
internal sealed partial class Sender
{
    // Looks whether what holds its place is ready now; waits for a sign where it is not.
    private async Task ReadyAsync(Lane lane, OutboxItem item, SendTries tries)
    {
        var sign = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            lane.Readied = sign;
        }

        OutgoingContent? outgoing;
        try
        {
            outgoing = _context.Store.Outbox.Find(item.Number);
        }
        catch (ClientException failed) when (tries.Pause(failed) is { } pause)
        {
            await PauseAsync(lane, pause, tries).ConfigureAwait(false);
            return;
        }

        if (outgoing is null)
        {
            Drop(lane);
        }
        else if (outgoing.IsReady)
        {
            lock (_lock)
            {
                lane.Replace(item with { Outgoing = outgoing });
            }
        }
        else
        {
            await sign.Task.WaitAsync(_stop.Token).ConfigureAwait(false);
        }
    }

    private async Task PauseAsync(Lane lane, TimeSpan pause, SendTries tries)
    {
        var reconnected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            lane.Reconnected = tries.EndsWithReconnection ? reconnected : null;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        await Task.WhenAny(Task.Delay(pause, _context.Clock, ended.Token), reconnected.Task).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        _stop.Token.ThrowIfCancellationRequested();
    }
}
