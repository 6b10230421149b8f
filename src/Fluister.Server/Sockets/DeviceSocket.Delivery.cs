using Fluister.Server.Mailboxes;
using Fluister.Server.Messages;
using Fluister.Wire.Protos;

namespace Fluister.Server.Sockets;

// The mailbox of the device behind the socket. What is handed over is sent from memory; the database is read at the start, and where
// something was not handed over or there was too much of it. Fields here are guarded by the gate.
internal sealed partial class DeviceSocket
{
    private IReadOnlyList<Letter> _read = [];
    private int _readAt;
    private Queue<Letter>? _handed;
    private Queue<(Letter Letter, DateTimeOffset Came)>? _offered;
    private int _handedBytes;
    private int _offeredBytes;
    private Dictionary<ulong, Delivery>? _inFlight;
    private int _room = ServerLimits.InFlight;
    private int _unconfirmed;
    private long _last;
    private ulong _nextId;
    private bool _mustRead = true;
    private bool _isEmptySaid;
    private bool _isDelivering;

    private enum Step
    {
        Nothing,
        Read,
        SayEmpty,
        Send,
        Skip,
    }

    private MailboxKey Mailbox => new(Caller!.Account.Aci, Caller.Device.Id);

    /// <inheritdoc/>
    public void Hand(Letter letter)
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            if (letter.Sequence == 0)
            {
                Offer(letter);
            }
            else if (!_mustRead)
            {
                (_handed ??= new()).Enqueue(letter);
                _handedBytes += letter.Size;
                if (_handed.Count > ServerLimits.HandedLetters || _handedBytes > ServerLimits.HandedBytes)
                {
                    (_handed, _handedBytes, _mustRead) = (null, 0, true);
                }
            }

            Wake();
        }
    }

    /// <inheritdoc/>
    public void TakenOut(int letters)
    {
        lock (_gate)
        {
            _unconfirmed -= letters;
            _room += letters;
            Wake();
            TellIfQuiet();
        }
    }

    /// <inheritdoc/>
    public void NotTakenOut(int letters)
    {
        // They come again on the next connection, which is better now than later.
        BeginClosing(SocketCodes.GoingAway);
        TakenOut(letters);
    }

    /// <inheritdoc/>
    public void Gone() => BeginClosing(SocketCodes.Reauthenticate);

    /// <inheritdoc/>
    public void Execute() => _ = DeliverAsync();

    /// <summary>Waits until nothing is delivered here any more, and what was acknowledged here is out of the mailbox; it must have begun to
    /// end.</summary>
    public Task WaitForDeliveryAsync()
    {
        lock (_gate)
        {
            return IsQuiet ? Task.CompletedTask : (_quiet ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    // Of those that are delivered now or never, the oldest goes.
    private void Offer(Letter letter)
    {
        (_offered ??= new()).Enqueue((letter, _time.GetUtcNow()));
        _offeredBytes += letter.Size;
        while (_offered.Count > ServerLimits.OfferedLetters || (_offered.Count > 1 && _offeredBytes > ServerLimits.HandedBytes))
        {
            _offeredBytes -= _offered.Dequeue().Letter.Size;
        }
    }

    private bool IsQuiet => _isStopped && !_isDelivering && _unconfirmed == 0;

    private void BeginDelivery()
    {
        lock (_gate)
        {
            // One whose device has connected elsewhere by now must not take that one's place.
            if (!_isStopped)
            {
                _mailboxes.Watch(Mailbox, this);
                Wake();
            }
        }
    }

    private void StopDelivery()
    {
        lock (_gate)
        {
            _isStopped = true;
            (_handed, _offered, _read) = (null, null, []);
            TellIfQuiet();
        }

        if (ReceivesMessages)
        {
            _mailboxes.Unwatch(Mailbox, this);
        }
    }

    private void TellIfQuiet()
    {
        if (IsQuiet)
        {
            _quiet?.TrySetResult();
        }
    }

    private bool IsWaiting => (_room > 0 && (_readAt < _read.Count || _handed is { Count: > 0 } || _offered is { Count: > 0 }))
        || (_readAt == _read.Count && (_mustRead || !_isEmptySaid));

    // On a thread of the pool, since whoever hands a letter over must not wait; one at a time for a socket.
    private void Wake()
    {
        if (!_isDelivering && !_isStopped && IsWaiting)
        {
            _isDelivering = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private async Task DeliverAsync()
    {
        try
        {
            while (true)
            {
                var step = Next(out var letter, out var id);
                switch (step)
                {
                    case Step.Nothing:
                        return;
                    case Step.Read:
                        Take(_mailboxes.Read(Mailbox, _last));
                        break;
                    case Step.SayEmpty:
                        await _stream.SendAsync(SocketFrame.Ask(id, "/api/v1/queue/empty", default, Now)).ConfigureAwait(false);
                        break;
                    case Step.Send:
                        await _stream.SendAsync(SocketFrame.Ask(id, "/api/v1/message", letter!.Whole, Now)).ConfigureAwait(false);
                        break;
                    default:
                        _mailboxes.Acknowledge(Mailbox, letter!.Sequence, null, this);
                        break;
                }
            }
        }
#pragma warning disable CA1031 // The disk fails, or a mistake; in either case the device comes again, and must not find this one waiting.
        catch (Exception)
#pragma warning restore CA1031
        {
            BeginClosing(SocketCodes.GoingAway);
            Next(out _, out _);
        }
    }

    // What is to be done; where that is nothing, delivery has ended for now.
    private Step Next(out Letter? letter, out ulong id)
    {
        lock (_gate)
        {
            (letter, id) = (null, 0);
            while (!_isStopped && IsWaiting)
            {
                if (_room > 0 && _offered is { Count: > 0 })
                {
                    (letter, var came) = _offered.Dequeue();
                    _offeredBytes -= letter.Size;
                    if (_time.GetUtcNow() <= came + ServerLimits.OfferAge)
                    {
                        return Begin(letter, out id);
                    }
                }
                else if (_readAt < _read.Count)
                {
                    letter = _read[_readAt++];
                    return Begin(letter, out id);
                }
                else if (_mustRead)
                {
                    _mustRead = false;
                    return Step.Read;
                }
                else if (!_isEmptySaid)
                {
                    _isEmptySaid = true;
                    id = _nextId++;
                    return Step.SayEmpty;
                }
                else
                {
                    letter = _handed!.Dequeue();
                    _handedBytes -= letter.Size;

                    // It may have been read from the database meanwhile.
                    if (letter.Sequence > _last)
                    {
                        return Begin(letter, out id);
                    }
                }
            }

            (_read, _readAt) = _readAt == _read.Count ? ([], 0) : (_read, _readAt);
            _isDelivering = false;
            TellIfQuiet();
            return Step.Nothing;
        }
    }

    // Until it is acknowledged only what that needs is held, not the letter.
    private Step Begin(Letter letter, out ulong id)
    {
        id = 0;
        _last = Math.Max(_last, letter.Sequence);
        _room--;
        if (letter.IsStory && !WantsStories)
        {
            _unconfirmed++;
            return Step.Skip;
        }

        id = _nextId++;
        (_inFlight ??= [])[id] = new Delivery(letter.Sequence, letter.Receipt);
        return Step.Send;
    }

    private void Take(IReadOnlyList<Letter> letters)
    {
        lock (_gate)
        {
            if (!_isStopped)
            {
                // Where there were some there may be more.
                (_read, _readAt) = (letters, 0);
                _mustRead |= letters.Count > 0;
            }
        }
    }

    private void Acknowledged(SocketResponse response)
    {
        var isTaken = response.Status is >= 200 and < 300;
        Delivery delivery;
        lock (_gate)
        {
            if (_inFlight is null || !_inFlight.Remove(response.Id, out delivery))
            {
                return;
            }

            isTaken &= delivery.Sequence > 0 || delivery.Receipt is not null;
            _unconfirmed += isTaken ? 1 : 0;
            _room += isTaken ? 0 : 1;
            Wake();
        }

        if (!isTaken)
        {
            return;
        }

        try
        {
            _mailboxes.Acknowledge(Mailbox, delivery.Sequence, delivery.Receipt, this);
        }
#pragma warning disable CA1031 // As above: it comes again, and nobody waits for its acknowledgement.
        catch (Exception)
#pragma warning restore CA1031
        {
            NotTakenOut(1);
        }
    }

    /// <summary>A letter that was sent to the device; place 0 for one that no mailbox holds.</summary>
    private readonly record struct Delivery(long Sequence, DeliveryReceipt? Receipt);
}
