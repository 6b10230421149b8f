using Fluister.Protocol.Addresses;

namespace Fluister.Client.Sending;

// Who waits for something to be sent, and what is told of it.
internal sealed partial class Sender
{
    private readonly Dictionary<(ServiceId To, long Timestamp), TaskCompletionSource<MessageSent>> _waiters = [];
    private readonly Dictionary<(ServiceId To, long Timestamp), SendResult> _results = [];
    private readonly Queue<(ServiceId To, long Timestamp)> _resultOrder = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ClientException? _unlinked;

    /// <summary>Waits until what has this timestamp was sent, or given up.</summary>
    /// <exception cref="ClientException">It was given up, and why; or this device is unlinked, and it waits in the outbox; or NotFound:
    /// it is not in the outbox, and was not sent lately.</exception>
    public async Task<MessageSent> SentAsync(ServiceId recipient, long timestamp, CancellationToken cancel)
    {
        var key = (recipient, timestamp);
        TaskCompletionSource<MessageSent>? waiter;
        lock (_lock)
        {
            if (_results.TryGetValue(key, out var result))
            {
                return result.Sent ?? throw result.Failed!.Cause;
            }

            if (_unlinked is { } unlinked)
            {
                throw unlinked;
            }

            if (!_waiters.TryGetValue(key, out waiter))
            {
                _waiters.Add(key, waiter = new(TaskCreationOptions.RunContinuationsAsynchronously));
            }
        }

        if (!waiter.Task.IsCompleted && !Waits(recipient, timestamp) && !waiter.Task.IsCompleted)
        {
            lock (_lock)
            {
                _waiters.Remove(key);
            }

            throw new ClientException(ClientError.NotFound, "There is no such message in the outbox, and none was sent lately.");
        }

        return await waiter.Task.WaitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Waits until the outbox is empty.</summary>
    /// <exception cref="ClientException">This device is unlinked: nothing will be sent.</exception>
    public async Task IdleAsync(CancellationToken cancel)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_unlinked is { } unlinked)
                {
                    throw unlinked;
                }

                changed = _changed.Task;
            }

            if (_context.Store.Read(() => _context.Store.Outbox.Waiting(0, 1)).Count == 0)
            {
                return;
            }

            await changed.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    private bool Waits(ServiceId recipient, long timestamp)
    {
        long after = 0;
        while (true)
        {
            var page = _context.Store.Read(() => _context.Store.Outbox.Waiting(after, ClientLimits.OutboxPage));
            if (page.Count == 0)
            {
                return false;
            }

            if (page.Any(waiting => waiting.Outgoing.Recipient == recipient && waiting.Outgoing.Timestamp == timestamp))
            {
                return true;
            }

            after = page[^1].Number;
        }
    }

    // It is out of the outbox: who waits is told, and so are the events.
    private void Conclude(OutboxItem item, SendResult result)
    {
        var key = (item.Outgoing.Recipient, item.Outgoing.Timestamp);
        TaskCompletionSource<MessageSent>? waiter;
        lock (_lock)
        {
            _unlinked = null;
            if (_waiters.Remove(key, out waiter) || IsTold(item.Outgoing))
            {
                Remember(key, result);
            }
        }

        if (IsTold(item.Outgoing))
        {
            _context.Tell(result.Sent ?? (ClientEvent)result.Failed!);
        }

        if (result.Failed is { } failed)
        {
            waiter?.TrySetException(failed.Cause);
        }
        else
        {
            waiter?.TrySetResult(result.Sent!);
        }
    }

    private void Remember((ServiceId To, long Timestamp) key, SendResult result)
    {
        if (!_results.ContainsKey(key))
        {
            _resultOrder.Enqueue(key);
        }

        _results[key] = result;
        if (_resultOrder.Count > ClientLimits.RememberedResults)
        {
            _results.Remove(_resultOrder.Dequeue());
        }
    }

    // It stays in the outbox. Who waits learns only of what a wait cannot mend.
    private void HeldUp(OutboxItem item, ClientException cause, TimeSpan pause)
    {
        if (cause.Error is ClientError.RateLimited or ClientError.Challenged && IsTold(item.Outgoing))
        {
            _context.Tell(new SendHeld(item.Outgoing.Recipient, item.Outgoing.Timestamp, item.Outgoing.MessageId, cause, pause));
        }

        if (cause.Error == ClientError.Store)
        {
            _context.Tell(new StoreFailed(cause));
        }

        // Refused comes here only where the server takes no client of this version.
        if (cause.Error is not (ClientError.Unlinked or ClientError.InUse or ClientError.Refused))
        {
            return;
        }

        List<TaskCompletionSource<MessageSent>> waiters;
        lock (_lock)
        {
            _unlinked = cause;
            waiters = [.. _waiters.Values];
            _waiters.Clear();
        }

        waiters.ForEach(waiter => waiter.TrySetException(cause));
        Pulse();
    }

    private void Pulse()
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
    }

    private void Close()
    {
        List<TaskCompletionSource<MessageSent>> waiters;
        lock (_lock)
        {
            waiters = [.. _waiters.Values];
            _waiters.Clear();
        }

        waiters.ForEach(waiter => waiter.TrySetCanceled());
        Pulse();
    }
}
