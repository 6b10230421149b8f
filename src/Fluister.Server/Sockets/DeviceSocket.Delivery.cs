using System.Collections.Concurrent;
using System.Threading.Channels;
using Fluister.Server.Mailboxes;
using Fluister.Server.Messages;
using Fluister.Server.Stores;
using Fluister.Wire.Protos;
using Google.Protobuf;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Sockets;

// The mailbox of the device behind the socket.
internal sealed partial class DeviceSocket
{
    private readonly ConcurrentDictionary<ulong, Delivery> _inFlight = [];
    private readonly SemaphoreSlim _room = new(ServerLimits.InFlight);
    private readonly Channel<Delivery> _acknowledged = Channel.CreateUnbounded<Delivery>(
        new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<bool> _hints = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly ConcurrentQueue<(Letter Letter, DateTimeOffset Came)> _offered = [];

    private ulong _nextId;

    private MailboxKey Mailbox => new(_caller!.Account.Aci, _caller.Device.Id);

    /// <inheritdoc/>
    public void Hint() => _hints.Writer.TryWrite(true);

    /// <inheritdoc/>
    public void Offer(Letter letter)
    {
        _offered.Enqueue((letter, _time.GetUtcNow()));
        while (_offered.Count > ServerLimits.OfferedLetters && _offered.TryDequeue(out _))
        {
        }

        Hint();
    }

    /// <inheritdoc/>
    public void Gone() => BeginClosing(SocketCodes.Reauthenticate);

    private async Task DeliverAsync(CancellationToken stopping)
    {
        await Task.Yield();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(stopping, _delivering.Token, _ending.Token);
        _mailboxes.Watch(Mailbox, this);
        try
        {
            await DeliverAllAsync(linked.Token).ConfigureAwait(false);
        }
        catch (Exception ended) when (IsGone(ended))
        {
            // What was not acknowledged stays.
        }
        catch (SqliteException)
        {
            // The disk fails; the device comes again.
            BeginClosing(SocketCodes.GoingAway);
        }
        finally
        {
            _mailboxes.Unwatch(Mailbox, this);
            _delivered.TrySetResult();
        }
    }

    private async Task DeliverAllAsync(CancellationToken cancellation)
    {
        var last = 0L;
        var isEmptySaid = false;
        while (true)
        {
            while (_offered.TryDequeue(out var offered))
            {
                await PushAsync(offered.Letter, offered.Came + ServerLimits.OfferAge, cancellation).ConfigureAwait(false);
            }

            var letters = _mailboxes.Read(Mailbox, last);
            foreach (var letter in letters)
            {
                await PushAsync(letter, DateTimeOffset.MaxValue, cancellation).ConfigureAwait(false);
                last = letter.Sequence;
            }

            if (letters.Count > 0)
            {
                continue;
            }

            if (!isEmptySaid)
            {
                isEmptySaid = true;
                await AskAsync("/api/v1/queue/empty", ByteString.Empty, cancellation).ConfigureAwait(false);
            }

            await _hints.Reader.ReadAsync(cancellation).ConfigureAwait(false);
        }
    }

    private async Task PushAsync(Letter letter, DateTimeOffset until, CancellationToken cancellation)
    {
        await _room.WaitAsync(cancellation).ConfigureAwait(false);

        // It may have waited for room for long.
        if (_time.GetUtcNow() > until)
        {
            _room.Release();
            return;
        }

        // Until it is acknowledged only what that needs is held, not the letter.
        var envelope = Envelope.Parser.ParseFrom(letter.Envelope);
        var delivery = new Delivery(letter.Sequence, DeliveryReceipt.For(envelope, _caller!.Device.Id));
        if (envelope.Story && !WantsStories)
        {
            _acknowledged.Writer.TryWrite(delivery with { Receipt = null });
            return;
        }

        _inFlight[_nextId] = delivery;
        await AskAsync("/api/v1/message", UnsafeByteOperations.UnsafeWrap(letter.Envelope), cancellation).ConfigureAwait(false);
    }

    private Task AskAsync(string path, ByteString body, CancellationToken cancellation)
    {
        var request = new SocketRequest { Verb = "PUT", Path = path, Id = _nextId++, Body = body };
        request.Headers.Add($"X-Signal-Timestamp: {Timestamp()}");
        return SendAsync(new SocketMessage { Type = SocketMessage.Types.Type.Request, Request = request }, cancellation);
    }

    private void Acknowledged(SocketResponse response)
    {
        if (!_inFlight.TryRemove(response.Id, out var delivery))
        {
            return;
        }

        if (response.Status is >= 200 and < 300)
        {
            _acknowledged.Writer.TryWrite(delivery);
        }
        else
        {
            _room.Release();
        }
    }

    // Takes out together what was acknowledged meanwhile, with one commit, and keeps its room until then.
    private async Task AcknowledgeAllAsync()
    {
        var batch = new List<Delivery>();
        while (await _acknowledged.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            while (_acknowledged.Reader.TryRead(out var delivery))
            {
                batch.Add(delivery);
            }

            try
            {
                var receipts = batch.Select(delivery => delivery.Receipt).OfType<DeliveryReceipt>().ToList();
                await _mailboxes.AcknowledgeAsync(
                    Mailbox,
                    [.. batch.Where(delivery => delivery.Sequence > 0).Select(delivery => delivery.Sequence)],
                    receipts.Count == 0 ? null : session =>
                        [.. receipts.SelectMany(receipt => receipt.Letters(session, _clock))]).ConfigureAwait(false);
            }
            catch (Exception failed) when (failed is SqliteException or StoreBusyException)
            {
                // They stay, and come again on the next connection, which is better now than later.
                BeginClosing(SocketCodes.GoingAway);
            }

            _room.Release(batch.Count);
        }
    }

    /// <summary>A letter that was sent to the device; place 0 for one that no mailbox holds.</summary>
    private readonly record struct Delivery(long Sequence, DeliveryReceipt? Receipt);
}
