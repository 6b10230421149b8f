using Fluister.Client.Transport;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.SealedSender;
using Fluister.SqlCipher;

namespace Fluister.Client.Sending;

// The loop: what waits in the outbox is spread over lanes, one for each recipient; a lane works as long as something waits in it.
internal sealed partial class Sender
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ServiceId, Lane> _lanes = [];
    private readonly HashSet<Task> _running = [];
    private long _lastLoaded;
    private int _loaded;

    private async Task PumpAsync()
    {
        var backoff = new Backoff(_context.Random);
        try
        {
            while (await _wake.Reader.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
            {
                _wake.Reader.TryRead(out _);
                TellReadied();
                try
                {
                    Load();
                    backoff.Reset();
                }
                catch (Exception failed) when (IsOfStore(failed))
                {
                    await Task.Delay(backoff.Next(), _context.Clock, _stop.Token).ConfigureAwait(false);
                    Wake();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Closing.
        }
    }

    private void TellReadied()
    {
        lock (_lock)
        {
            foreach (var lane in _lanes.Values)
            {
                lane.Readied?.TrySetResult();
            }
        }
    }

    // Only the pump loads, and never with the lock: whoever wakes it may be within a transaction.
    private void Load()
    {
        while (Volatile.Read(ref _loaded) < ClientLimits.LoadedMessages)
        {
            var page = _context.Store.Read(() => _context.Store.Outbox.Waiting(_lastLoaded, ClientLimits.OutboxPage));
            if (page.Count == 0)
            {
                return;
            }

            _lastLoaded = page[^1].Number;
            Interlocked.Add(ref _loaded, page.Count);
            lock (_lock)
            {
                foreach (var (number, outgoing) in page)
                {
                    Place(new OutboxItem(number, outgoing));
                }
            }
        }
    }

    private void Place(OutboxItem item)
    {
        var to = item.Outgoing.Recipient;
        if (!_lanes.TryGetValue(to, out var lane))
        {
            _lanes.Add(to, lane = new Lane());
        }

        lane.Waiting.Enqueue(item);
        if (!lane.IsRunning)
        {
            lane.IsRunning = true;
            var work = Task.Run(() => RunAsync(to, lane));
            _running.Add(work);
            _ = work.ContinueWith(
                done =>
                {
                    lock (_lock)
                    {
                        _running.Remove(done);
                    }
                },
                TaskScheduler.Default);
        }
    }

    private async Task RunAsync(ServiceId to, Lane lane)
    {
        var tries = new SendTries(_context.Random);
        try
        {
            while (true)
            {
                OutboxItem item;
                lock (_lock)
                {
                    if (!lane.Waiting.TryPeek(out item!))
                    {
                        lane.IsRunning = false;
                        _lanes.Remove(to);
                        return;
                    }
                }

                if (!item.Outgoing.IsReady)
                {
                    await ReadyAsync(lane, item, tries).ConfigureAwait(false);
                    continue;
                }

                if (await TryAsync(item, tries).ConfigureAwait(false) is { } pause)
                {
                    await PauseAsync(lane, pause, tries).ConfigureAwait(false);
                    continue;
                }

                tries.Reset();
                Drop(lane);
            }
        }
        catch (OperationCanceledException)
        {
            // Closing: the outbox has it.
        }
    }

    // The first of a lane is done with. In a full memory that makes room; and what followed from it, such as a transcript, waits in
    // the outbox.
    private void Drop(Lane lane)
    {
        lock (_lock)
        {
            lane.Waiting.Dequeue();
        }

        Interlocked.Decrement(ref _loaded);
        Wake();
        Pulse();
    }

    // Null where it is done with.
    private async Task<TimeSpan?> TryAsync(OutboxItem item, SendTries tries)
    {
        await _parallel.WaitAsync(_stop.Token).ConfigureAwait(false);
        try
        {
            if (await _dispatch.SendAsync(item, _stop.Token).ConfigureAwait(false) is { } result)
            {
                Conclude(item, result);
                return null;
            }

            return Again(item, tries, new ClientException(
                ClientError.Malformed, "The home server's answers to a message contradict each other: it was not sent."));
        }
        catch (ClientException failed)
        {
            return Again(item, tries, failed);
        }
        catch (ProtocolException refused)
        {
            return Again(item, tries, new ClientException(
                ClientError.Malformed, "A message could not be encrypted for its recipient: " + refused.Message, refused));
        }
        catch (CipherException failed)
        {
            return Again(item, tries, new ClientException(ClientError.Store, failed.Message, failed));
        }
#pragma warning disable CA1031 // Whatever nobody foresaw holds up one message, and for a while; the lane goes on.
        catch (Exception unforeseen) when (unforeseen is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return Again(item, tries, new ClientException(
                ClientError.Malformed, $"A message could not be sent ({unforeseen.GetType().Name}).", unforeseen));
        }
        finally
        {
            _parallel.Release();
        }
    }

    private TimeSpan? Again(OutboxItem item, SendTries tries, ClientException failed)
    {
        if (tries.Pause(failed) is not { } pause)
        {
            try
            {
                Conclude(item, _settlement.GiveUp(item, failed));
                return null;
            }
            catch (Exception broken) when (IsOfStore(broken))
            {
                return ClientLimits.LongestPause;
            }
        }

        HeldUp(item, failed, pause);
        return pause;
    }

    private static bool IsOfStore(Exception failed) =>
        failed is CipherException or ClientException { Error: ClientError.Store };

    private bool IsTold(OutgoingContent outgoing) =>
        outgoing.MessageId is not null
        || (outgoing.Hint != ContentHint.Implicit && !outgoing.IsPlaintext && outgoing.Recipient != _context.Self.Aci);
}
