using Fluister.Protocol.Addresses;
using Fluister.Server.Mailboxes;
using Fluister.Simulation.Histories;
using Fluister.Wire.Protos;

namespace Fluister.Simulation.Worlds;

/// <summary>A device at its mailbox: takes what is there, then what is handed to it, and acknowledges it.</summary>
/// <param name="world">The world.</param>
/// <param name="device">The device.</param>
/// <param name="life">Its server's process.</param>
/// <param name="dice">Decide what it does not acknowledge; it acknowledges all where there are none.</param>
internal sealed class DeviceConnection(World world, WorldDevice device, ServerLife life, Dice? dice) : IMailboxWatcher
{
    private readonly Lock _lock = new();
    private readonly Queue<Letter> _handed = [];
    private readonly Queue<string> _acknowledged = [];
    private readonly int _connection = world.History.Connect(device.Name);
    private long _last;
    private bool _isReading = true;
    private bool _isOver;

    private MailboxKey Mailbox => new(device.Account.Aci, device.Id);

    /// <summary>Whether nothing comes here any more.</summary>
    public bool IsOver => _isOver || life.IsOver;

    /// <summary>Reads what waits, and takes what comes.</summary>
    public void Begin()
    {
        life.Home.Mailboxes.Watch(Mailbox, this);
        while (life.Home.Mailboxes.Read(Mailbox, _last) is { Count: > 0 } letters)
        {
            foreach (var letter in letters)
            {
                Take(letter);
            }
        }

        lock (_lock)
        {
            _isReading = false;
            while (_handed.TryDequeue(out var letter))
            {
                Take(letter);
            }
        }
    }

    /// <summary>Ends it.</summary>
    public void End()
    {
        lock (_lock)
        {
            _isOver = true;
        }

        life.Home.Mailboxes.Unwatch(Mailbox, this);
    }

    /// <inheritdoc/>
    public void Hand(Letter letter)
    {
        lock (_lock)
        {
            if (_isReading)
            {
                _handed.Enqueue(letter);
            }
            else
            {
                Take(letter);
            }
        }
    }

    /// <inheritdoc/>
    public void TakenOut(int letters)
    {
        lock (_lock)
        {
            for (var i = 0; i < letters; i++)
            {
                var message = _acknowledged.Dequeue();
                if (message.Length > 0 && !life.IsOver)
                {
                    world.History.Add(new Event.Confirmed(device.Name, message));
                }
            }
        }
    }

    /// <inheritdoc/>
    public void NotTakenOut(int letters)
    {
        lock (_lock)
        {
            _isOver = true;
            for (var i = 0; i < letters; i++)
            {
                _acknowledged.Dequeue();
            }
        }
    }

    /// <inheritdoc/>
    public void Gone() => _isOver = true;

    private void Take(Letter letter)
    {
        lock (_lock)
        {
            if (IsOver || letter.Sequence <= _last)
            {
                return;
            }

            _last = letter.Sequence;
            var isTaken = dice?.Chance(world.Options.Unacknowledged) != true;
            var message = Note(Envelope.Parser.ParseFrom(letter.Whole), isTaken);
            if (isTaken)
            {
                _acknowledged.Enqueue(message);
                life.Home.Mailboxes.Acknowledge(Mailbox, letter.Sequence, letter.Receipt, this);
            }
        }
    }

    // Gives the message's name; none for a server's receipt.
    private string Note(Envelope envelope, bool isTaken)
    {
        if (envelope.Type == Envelope.Types.Type.ServerDeliveryReceipt)
        {
            world.CountReceipt();
            return "";
        }

        var payload = Payload.Read(envelope.Content.Span);
        if (payload is not null && payload.To != device.Name && payload.To with { Registration = device.Registration } == device.Name
            && world.SenderOf(payload.Id)?.Server == device.Name.Server)
        {
            // Accepted at the same moment in which this device took the place of the one that it was for. Nobody can read it.
            return "";
        }

        DeviceName? sender = null;
        if (envelope.HasSourceServiceId)
        {
            // Its registration id is not said; who it is besides must be so.
            var said = ServiceId.TryRead(envelope.SourceServiceId.Span, out var source) ? world.Find(source.Uuid) : null;
            var drawn = world.SenderOf(payload?.Id)?.Registration ?? 0;
            sender = new DeviceName(said?.Server.Name ?? "?", said?.Name ?? "?", (int)envelope.SourceDevice, drawn);
        }

        var isMine = payload?.To == device.Name;
        var id = payload?.Id ?? "?";
        world.History.Add(new Event.Received(
            device.Name, _connection, id, isMine ? payload!.Hash : $"of {payload?.To}", sender, isTaken));
        return id;
    }
}
