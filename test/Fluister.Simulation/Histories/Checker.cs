namespace Fluister.Simulation.Histories;

/// <summary>Judges a history by what home servers promise: what one answered for is delivered to every device, as it was sent and by whom,
/// in the order of each sender's device and conversation, and never again once its acknowledgement is on the disk.</summary>
/// <remarks>
/// <para>One message comes before another where it was answered for before the other was begun: what one device sends side by side has no
/// order.</para>
/// <para>A server that begins anew from an old copy may have lost what happened since. What its own accounts sent it loses with its
/// operator's knowledge; what others sent to them is forgiven only where one of the two servers has noticed, afterwards.</para>
/// </remarks>
internal sealed class Checker
{
    private readonly Dictionary<string, Message> _messages = [];
    private readonly Dictionary<(DeviceName Device, string Id), Reception> _received = [];
    private readonly Dictionary<(DeviceName Device, string Id), int> _confirmed = [];
    private readonly Dictionary<int, int> _connected = [];
    private readonly HashSet<(int Connection, string Id)> _onOne = [];
    private readonly HashSet<DeviceName> _left = [];
    private readonly Dictionary<(DeviceName Sender, string Conversation, DeviceName Device), int> _latest = [];
    private readonly List<(string Server, int To, int At)> _rollbacks = [];
    private readonly List<(string By, string Peer, int At)> _noticed = [];
    private readonly List<Violation> _duplicated = [];
    private readonly List<Violation> _disordered = [];
    private readonly List<Violation> _misattributed = [];
    private readonly List<Violation> _invented = [];
    private int _again;

    private Checker()
    {
    }

    /// <summary>Judges.</summary>
    public static Verdict Judge(IReadOnlyList<Event> history)
    {
        var checker = new Checker();
        for (var at = 0; at < history.Count; at++)
        {
            checker.See(history[at], at);
        }

        return checker.Conclude();
    }

    private void See(Event seen, int at)
    {
        switch (seen)
        {
            case Event.Sent sent:
                _messages.Add(sent.Id, new Message(sent, at));
                break;
            case Event.Answered answered:
                var message = _messages[answered.Id];
                message.Outcome = answered.Outcome;
                message.Answered = at;
                message.Devices = answered.Devices ?? message.Devices;
                break;
            case Event.Connected connected:
                _connected.Add(connected.Connection, at);
                break;
            case Event.Received received:
                See(received, at);
                break;
            case Event.Confirmed confirmed:
                _confirmed.TryAdd((confirmed.Device, confirmed.Id), at);
                break;
            case Event.Left left:
                _left.Add(left.Device);
                break;
            case Event.RolledBack back:
                _rollbacks.Add((back.Server, back.To, at));
                break;
            case Event.LossNoticed noticed:
                _noticed.Add((noticed.By, noticed.Peer, at));
                break;
        }
    }

    private void See(Event.Received came, int at)
    {
        var violation = new Violation(came.Id, came.Device, at);
        if (!_messages.TryGetValue(came.Id, out var message) || message.Sent.Hash != came.Hash)
        {
            _invented.Add(violation);
            return;
        }

        if (came.Sender is { } sender && sender != message.Sent.Sender)
        {
            _misattributed.Add(violation);
        }

        var isFirst = _received.TryAdd((came.Device, came.Id), new Reception(at));
        var reception = _received[(came.Device, came.Id)];
        reception.IsTaken |= came.IsTaken;
        if (!_onOne.Add((came.Connection, came.Id)) || IsAfterConfirmation(came))
        {
            _duplicated.Add(violation);
        }
        else if (!isFirst)
        {
            _again++;
        }

        if (isFirst)
        {
            var key = (message.Sent.Sender, message.Sent.Conversation, came.Device);
            var latest = _latest.GetValueOrDefault(key, -1);
            if (message.Outcome == Outcome.Accepted && message.Answered < latest)
            {
                _disordered.Add(violation);
            }

            _latest[key] = Math.Max(latest, message.At);
        }
    }

    // What an old copy has forgotten is no confirmation.
    private bool IsAfterConfirmation(Event.Received came) =>
        _confirmed.TryGetValue((came.Device, came.Id), out var confirmed) && _connected[came.Connection] > confirmed
        && !_rollbacks.Exists(back => back.Server == came.Device.Server && back.To <= confirmed && confirmed < back.At);

    private Verdict Conclude()
    {
        var (lost, unnoticed, refused) = (new List<Violation>(), new List<Violation>(), new List<Violation>());
        var noticed = 0;
        foreach (var (id, message) in _messages)
        {
            foreach (var device in message.Devices)
            {
                var reception = _received.GetValueOrDefault((device, id));
                if (message.Outcome == Outcome.Refused && reception is not null)
                {
                    refused.Add(new Violation(id, device, reception.At));
                }
                else if (message.Outcome == Outcome.Accepted && reception is not { IsTaken: true } && !_left.Contains(device))
                {
                    var violation = new Violation(id, device, message.Answered);
                    switch (Forgiveness(message, device))
                    {
                        case null:
                            lost.Add(violation);
                            break;
                        case true:
                            noticed++;
                            break;
                        case false:
                            unnoticed.Add(violation);
                            break;
                    }
                }
            }
        }

        // What is unknown may have been sent to those devices that its server has taught the sender meanwhile, and no others.
        _misattributed.AddRange(_received
            .Where(one => !_messages[one.Key.Id].Devices.Contains(one.Key.Device))
            .Select(one => new Violation(one.Key.Id, one.Key.Device, one.Value.At)));
        return new Verdict
        {
            Lost = lost,
            LostUnnoticed = unnoticed,
            RefusedAndReceived = refused,
            Duplicated = _duplicated,
            Disordered = _disordered,
            Misattributed = _misattributed,
            Invented = _invented,
            Accepted = _messages.Values.Count(message => message.Outcome == Outcome.Accepted),
            Refused = _messages.Values.Count(message => message.Outcome == Outcome.Refused),
            Unknown = _messages.Values.Count(message => message.Outcome == Outcome.Unknown),
            UnknownAndReceived = _messages.Values.Count(message => message.Outcome == Outcome.Unknown
                && message.Devices.Any(device => _received.ContainsKey((device, message.Sent.Id)))),
            Deliveries = _received.Count,
            Again = _again,
            LostAndNoticed = noticed,
        };
    }

    // Whether an old copy explains a loss and somebody knows of it; nothing where none explains it.
    private bool? Forgiveness(Message message, DeviceName device)
    {
        var (from, to) = (message.Sent.Sender.Server, device.Server);
        bool? forgiven = null;
        foreach (var (server, copied, at) in _rollbacks.Where(back => message.Answered < back.At))
        {
            if (server == from && message.Answered >= copied)
            {
                // It may have gone nowhere yet: its operator knows until when the copy goes.
                return true;
            }

            if (server == to && from != to)
            {
                // It may have crossed after the copy was made, and its sender's server has forgotten it then. Where that has begun anew
                // from an old copy as well, nobody is left who could know.
                var isKnown = _rollbacks.Exists(other => other.Server == from && other.At > at)
                    || _noticed.Exists(one => one.At > at && ((one.By == to && one.Peer == from) || (one.By == from && one.Peer == to)));
                forgiven = forgiven == true || isKnown;
            }
        }

        return forgiven;
    }

    private sealed class Message(Event.Sent sent, int at)
    {
        public Event.Sent Sent { get; } = sent;

        public int At { get; } = at;

        public Outcome Outcome { get; set; }

        public int Answered { get; set; } = int.MaxValue;

        public IReadOnlyList<DeviceName> Devices { get; set; } = sent.Devices;
    }

    private sealed class Reception(int at)
    {
        public int At { get; } = at;

        public bool IsTaken { get; set; }
    }
}
