namespace Fluister.InteropTests.Server.Faults;

/// <summary>What senders and receivers saw, in the order in which they saw it: only ever appended to. It knows nothing of the server, and
/// the <see cref="Checker"/> knows nothing else.</summary>
/// <remarks>A sender notes a message before it sends it, so that none is received that is not noted. Places in time are counted, not
/// measured: what has the higher number was seen later.</remarks>
internal sealed class History
{
    private readonly Lock _lock = new();
    private readonly List<Sending> _sendings = [];
    private readonly List<Reception> _receptions = [];
    private readonly List<Confirmation> _confirmations = [];
    private int _connections;
    private int _now;

    /// <summary>What was sent, in order.</summary>
    public IReadOnlyList<Sending> Sendings => _sendings;

    /// <summary>What was received, in order.</summary>
    public IReadOnlyList<Reception> Receptions => _receptions;

    /// <summary>Which acknowledgements the server is known to have taken.</summary>
    public IReadOnlyList<Confirmation> Confirmations => _confirmations;

    /// <summary>Opens a sender's or receiver's connection.</summary>
    public Connection Open()
    {
        lock (_lock)
        {
            return new Connection(++_connections, ++_now);
        }
    }

    /// <summary>Notes a message before it is sent. Its id must be its own.</summary>
    public Sending Send(string id, Connection over, string hash, params string[] devices)
    {
        lock (_lock)
        {
            var sending = new Sending(id, over, hash, devices);
            _sendings.Add(sending);
            return sending;
        }
    }

    /// <summary>Notes that a device was sent something, and whether it means to acknowledge it: what it does not is not yet its
    /// own.</summary>
    public void Receive(string device, Connection over, string id, string hash, bool isTaken = true)
    {
        lock (_lock)
        {
            _receptions.Add(new Reception(device, over, id, hash, isTaken));
        }
    }

    /// <summary>Notes that an acknowledgement is known to have been taken: by a receipt, or because the server ended in good
    /// order.</summary>
    public void Confirm(string device, string id)
    {
        lock (_lock)
        {
            _confirmations.Add(new Confirmation(device, id, ++_now));
        }
    }

    /// <summary>A connection: its number, and when it was opened.</summary>
    public sealed record Connection(int Number, int Opened);

    /// <summary>A message that somebody means to send to devices.</summary>
    public sealed record Sending(string Id, Connection Over, string Hash, IReadOnlyList<string> Devices)
    {
        /// <summary>What became of it, once that is known.</summary>
        public Outcome Outcome { get; set; }
    }

    /// <summary>A message that came to a device.</summary>
    public sealed record Reception(string Device, Connection Over, string Id, string Hash, bool IsTaken);

    /// <summary>An acknowledgement that was taken.</summary>
    public sealed record Confirmation(string Device, string Id, int At);
}
