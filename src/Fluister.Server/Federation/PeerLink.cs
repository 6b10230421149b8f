using Fluister.Cryptography;
using Fluister.Server.Operations;
using Fluister.Server.Stores;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;
using Microsoft.Extensions.Logging;
using Kind = Fluister.Wire.Protos.Federation.Outcome.Types.Kind;

namespace Fluister.Server.Federation;

/// <summary>Sends what waits for one peer: transactions in order, one at a time; when the peer is down, again and again, ever more
/// slowly.</summary>
/// <param name="tag">The peer.</param>
/// <param name="relay">The server.</param>
/// <param name="places">Bounds how many transactions of all links are in memory.</param>
/// <param name="limited">The same for peers in the state "limit", who may be slow on purpose, and keep no other waiting.</param>
/// <param name="time">The clock.</param>
/// <param name="random">So that servers which lost each other do not try in step.</param>
/// <param name="log">Where it is told that something was lost.</param>
internal sealed partial class PeerLink(
    ServerTag tag, Relay relay, SemaphoreSlim places, SemaphoreSlim limited, TimeProvider time, RandomSource random, ILogger log)
{
    private readonly Signal _waiting = new();
    private readonly Signal _heard = new();
    private readonly HeldLanes _held = new();
    private readonly OfferedItems _offered = new();
    private readonly RetrySchedule _retries = new(time, random);
    private Task _settling = Task.CompletedTask;
    private TimeSpan? _retryAfter;
    private long _after;
    private long _settled;
    private long _known;

    /// <summary>Whether the peer was not reached the last time.</summary>
    public bool IsDown => _retries.IsDown;

    /// <summary>There is something to send.</summary>
    public void Wake() => _waiting.Set();

    /// <summary>The peer was heard of, or its state has changed: at once.</summary>
    public void Hear()
    {
        _heard.Set();
        _waiting.Set();
    }

    /// <summary>Offers something now or never: only while the peer is up.</summary>
    public void Offer(OutboxItem item, ReadOnlySpan<byte> shared)
    {
        if (!_retries.IsDown && _offered.TryAdd(item, shared))
        {
            _waiting.Set();
        }
    }

    /// <summary>Sends until it is stopped, or the peer is not known any more.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await SendAllAsync(stopping).ConfigureAwait(false);
        }
        finally
        {
            await SettledAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SendAllAsync(CancellationToken stopping)
    {
        (_settled, var waiting) = relay.Outbox.Known(tag);
        _known = Math.Max(_settled, waiting);
        while (relay.Peers.Find(tag) is { } peer)
        {
            // Whatever is appended from here on is seen by the look, or wakes who waits after it.
            var (waited, heard) = (_waiting.NextAsync(), _heard.NextAsync());
            switch (peer.IsOpen ? await TrySendAsync(peer, stopping).ConfigureAwait(false) : Sent.Nothing)
            {
                case Sent.Nothing:
                    _retries.Reset();
                    await WaitAsync(waited, _held.Next - time.GetUtcNow(), stopping).ConfigureAwait(false);
                    break;
                case Sent.Failed:
                    await BackOffAsync(heard, stopping).ConfigureAwait(false);
                    break;
                default:
                    _retries.Reset();
                    break;
            }
        }
    }

    private async Task<Sent> TrySendAsync(Peer peer, CancellationToken stopping)
    {
        var own = peer.State == PeerState.Limit ? limited : places;
        await own.WaitAsync(stopping).ConfigureAwait(false);
        try
        {
            var sent = await SendAsync(peer, stopping).ConfigureAwait(false);
            Count(sent);
            return sent;
        }
        catch (PeerException failed)
        {
            _retryAfter = failed.RetryAfter;
        }
        catch (StoreException)
        {
            // What the peer has is sent once more, and it knows that.
            (_after, _retryAfter) = (0, ServerLimits.BusyRetry);
        }
#pragma warning disable CA1031 // Whatever it is, the link goes on.
        catch (Exception failed) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            _after = 0;
            log.LinkFailed(failed, tag);
        }
        finally
        {
            own.Release();
        }

        Count(Sent.Failed);
        return Sent.Failed;
    }

    private void Count(Sent sent)
    {
        if (sent != Sent.Nothing && Telemetry.PeerTransactions.Enabled)
        {
            Telemetry.PeerTransactions.Add(1, new("peer", tag.ToString()), new("answered", sent == Sent.Something));
        }
    }

    private async Task<Sent> SendAsync(Peer peer, CancellationToken stopping)
    {
        if (_held.Release(time.GetUtcNow()) is { } first)
        {
            // What it has answered for behind that is not read, and sent, once more.
            await SettledAsync().ConfigureAwait(false);
            _after = Math.Min(_after, first - 1);
        }

        if (_held.IsFull)
        {
            return Sent.Nothing;
        }

        var batch = relay.Outbox.Read(tag, _after, _held.Contains, _most);
        _offered.MoveTo(batch.Transaction);
        if (batch.Transaction.Items.Count == 0)
        {
            _after = batch.Last;
            await SettledAsync().ConfigureAwait(false);
            return Sent.Nothing;
        }

        batch.Transaction.Settled = (ulong)_settled;
        var answer = await AskAsync(peer, batch, stopping).ConfigureAwait(false);
        await SettledAsync().ConfigureAwait(false);
        Settle(peer, batch, answer);
        _after = batch.Last;
        return Sent.Something;
    }

    // What the peer has answered for the last time is noted. Meanwhile the next is under way.
    private Task SettledAsync()
    {
        var settling = _settling;
        _settling = Task.CompletedTask;
#pragma warning disable VSTHRD003 // It was begun here.
        return settling;
#pragma warning restore VSTHRD003
    }

    private void Settle(Peer peer, OutboxBatch batch, TransactionResponse answer)
    {
        Telemetry.Count("sent", tag, batch.Items.Count, answer.Outcomes);
        var outcomes = new Dictionary<ulong, Outcome>();
        foreach (var outcome in answer.Outcomes)
        {
            outcomes.TryAdd(outcome.Number, outcome);
        }

        var done = new List<(WaitingItem Item, Outcome? Outcome)>(batch.Items.Count);
        var (now, isNext) = (time.GetUtcNow(), false);
        foreach (var item in batch.Items)
        {
            var outcome = outcomes.GetValueOrDefault((ulong)item.Number);
            if (outcome?.Kind == Kind.Limited)
            {
                var seconds = Math.Clamp(outcome.RetryAfterSeconds, 1, ServerLimits.LateRetry.TotalSeconds);
                _held.Add(item.Account, item.Number, now.AddSeconds(seconds));
                isNext = false;
            }
            else
            {
                done.Add((item with { IsNext = item.IsNext && isNext }, outcome));
                isNext = true;
            }
        }

        var known = Math.Max(_known, batch.Last);
        var isLost = IsLost(batch.Transaction, answer, known);
        _settled = done.Count == 0 ? _settled : Math.Max(_settled, done[^1].Item.Number);
        _known = Math.Max(known, (long)Math.Min(answer.Highest, long.MaxValue));
        _settling = relay.Outbox.SettleAsync(peer.Tag, done, _settled, isLost, relay.Accounts);
        if (isLost)
        {
            relay.TellLost(peer);
        }
    }

    // The peer has forgotten what it had answered for; or it knows of items that were not sent, as far as is known here.
    private static bool IsLost(Transaction transaction, TransactionResponse answer, long known) =>
        (answer.HasRemembered && answer.Remembered < transaction.Settled) || answer.Highest > (ulong)known;

    private enum Sent
    {
        Nothing,
        Something,
        Failed,
    }
}
