using System.Threading.Channels;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.SealedSender;

namespace Fluister.Client.Sending;

/// <summary>Sends what is in the outbox: encrypts for each device, seals, and sends the same ciphertext until the server has taken
/// it.</summary>
/// <remarks>What is for one recipient goes in order, one at a time; recipients do not wait for each other.</remarks>
internal sealed partial class Sender : IAsyncDisposable
{
    private const string LastTimestamp = "lastTimestamp";

    private readonly ClientContext _context;
    private readonly SenderCertificates _certificates;
    private readonly SealedAccess _access;
    private readonly IdentityChanges _identities;
    private readonly PniSignatures _signatures;
    private readonly OwnDevices _own;
    private readonly DeviceEncryptor _encryptor;
    private readonly Sealing _sealing;
    private readonly Settlement _settlement;
    private readonly Dispatch _dispatch;

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<bool> _wake =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly SemaphoreSlim _parallel = new(ClientLimits.ParallelRecipients);
    private readonly Task _pump;

    /// <summary>Sends nothing before it is woken.</summary>
    public Sender(ClientContext context)
    {
        _context = context;
        _certificates = new SenderCertificates(context);
        _access = new SealedAccess(context);
        _identities = new IdentityChanges(context);
        _signatures = new PniSignatures(context);
        _own = new OwnDevices(context);
        _encryptor = new DeviceEncryptor(context, _identities);
        _sealing = new Sealing(context, _access, _certificates);
        _settlement = new Settlement(context, _access, _signatures);
        _dispatch = new Dispatch(context, _encryptor, _identities, _access, _own, _sealing, _settlement);
        _pump = Task.Run(PumpAsync);
    }

    /// <summary>Puts something into the outbox, within a transaction of the caller's: from its commit on it will be sent once, whatever
    /// happens to this process.</summary>
    public void Enqueue(OutgoingContent outgoing) => _context.Store.Outbox.Add(outgoing);

    /// <summary>Keeps a place in the order of what is sent to somebody, for something that is not ready; what comes after it waits for it.
    /// Within a transaction of the caller's.</summary>
    /// <returns>The place, for <see cref="Fill"/> or <see cref="GiveUp"/>.</returns>
    public long Reserve(OutgoingContent outgoing) => _context.Store.Outbox.Add(outgoing with { IsReady = false });

    /// <summary>It is ready, within a transaction of the caller's: it is sent in its place. False where it is not waited for any
    /// more.</summary>
    public bool Fill(long place, OutgoingContent outgoing)
    {
        if (_context.Store.Outbox.Find(place) is not { IsReady: false })
        {
            return false;
        }

        _context.Store.Outbox.Replace(place, outgoing with { IsReady = true });
        return true;
    }

    /// <summary>It will not be ready: it is told that it failed, and what waits behind it goes on.</summary>
    public void GiveUp(long place, ClientException cause)
    {
        if (_context.Store.Outbox.Find(place) is { IsReady: false } outgoing)
        {
            var item = new OutboxItem(place, outgoing);
            Conclude(item, _settlement.GiveUp(item, cause));
        }

        Wake();
    }

    /// <summary>A timestamp that this device never used before: now, or the one after the last (within a transaction).</summary>
    public long NextTimestamp() => _context.Store.Transact(() =>
    {
        var last = _context.Store.Items.Number(LastTimestamp) ?? 0;
        var next = Math.Max(_context.Clock.GetUtcNow().ToUnixTimeMilliseconds(), last + 1);
        _context.Store.Items.SetNumber(LastTimestamp, next);
        return next;
    });

    /// <summary>Starts to send; call also after a transaction that enqueued.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>The server is reached again: what paused because it was not goes on at once.</summary>
    public void Reconnected()
    {
        _own.Changed();
        lock (_lock)
        {
            foreach (var lane in _lanes.Values)
            {
                lane.Reconnected?.TrySetResult();
            }
        }

        Wake();
    }

    /// <summary>A device of this account was linked or removed, or has written.</summary>
    public void OwnDevicesChanged() => _own.Changed();

    /// <summary>A device says that it has a message (within a transaction): it will not be asked for again.</summary>
    public void Delivered(ProtocolAddress by, long timestamp)
    {
        _context.Store.SendLog.Delivered(by, timestamp);
        _signatures.Delivered(by.Account);
    }

    /// <summary>Sends something only to devices that are connected now, and does not keep it: typing. A person with whom there is no
    /// session
    /// is not told.</summary>
    /// <exception cref="ClientException">It cannot be sent now.</exception>
    public async Task SendOnlineAsync(ServiceId recipient, ReadOnlyMemory<byte> content, long timestamp, CancellationToken cancel)
    {
        var outgoing = new OutgoingContent
        {
            Recipient = recipient,
            Timestamp = timestamp,
            Content = content,
            Hint = ContentHint.Implicit,
            IsUrgent = false,
        };
        var copies = _context.Store.Transact(() => _encryptor.Encrypt(outgoing, content.Span, _encryptor.Known(recipient)));
        if (copies.Count > 0)
        {
            // Other devices than are known now, or another access key: the next message that is kept finds out.
            await _sealing.SendAsync(outgoing, copies, cancel, isOnline: true).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the work; what is not sent stays in the outbox.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _pump.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        Task[] running;
        lock (_lock)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        Close();
        _certificates.Dispose();
        _parallel.Dispose();
        _stop.Dispose();
    }
}
