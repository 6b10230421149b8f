using System.Globalization;
using Fluister.Simulation.Histories;

namespace Fluister.Simulation.Network;

/// <summary>Makes histories for the <see cref="Checker"/> of what journals say: what was written, against what each device was told, and
/// against what is in each device's store at the end.</summary>
internal sealed class Evidence
{
    private readonly IReadOnlyList<Person> _people;
    private readonly Dictionary<Guid, int> _accounts;
    private readonly List<(long Time, Event Event)> _sendings = [];
    private readonly Dictionary<MemberName, List<Reception>> _told = [];
    private readonly Dictionary<MemberName, List<Reception>> _shown = [];
    private readonly HashSet<MemberName> _read = [];
    private readonly HashSet<string> _kept = [];
    private readonly Dictionary<string, (Person From, Person To)> _ways = [];
    private readonly Dictionary<(string Device, string Timestamp), string> _byTime = [];

    /// <summary>Takes what was noted.</summary>
    /// <param name="people">Everybody.</param>
    /// <param name="lines">The lines of all processes; each process's in their order.</param>
    public Evidence(IReadOnlyList<Person> people, IEnumerable<JournalLine> lines)
    {
        (_people, _accounts) = (people, people.ToDictionary(person => person.Aci, person => person.Account));
        foreach (var line in lines)
        {
            Take(line);
        }
    }

    /// <summary>Messages that clients took, between accounts of different servers.</summary>
    public int AcrossServers { get; private set; }

    /// <summary>Copies of what clients took that other devices must have.</summary>
    public int Due { get; private set; }

    /// <summary>Copies that are due and that no device was told of yet.</summary>
    public int Missing
    {
        get
        {
            var told = _told.Select(device => (device.Key, Value: device.Value.Select(came => came.Message).ToHashSet()))
                .ToDictionary(device => device.Key, device => device.Value);
            return _kept.Sum(message =>
            {
                var (from, to) = _ways[message];
                _ = MessageName.TryParse(message, out var name);
                return to.MemberNames.Concat(from.MemberNames).Distinct()
                    .Count(device => device != name.From && !(told.TryGetValue(device, out var has) && has.Contains(message)));
            });
        }
    }

    /// <summary>Copies that were in a store though their device was killed before it could note them.</summary>
    public int FoundAfterKills { get; private set; }

    /// <summary>Devices whose stores were not read at the end: what they have is not known.</summary>
    public IReadOnlyList<MemberName> Unread => [.. _people.SelectMany(person => person.MemberNames).Where(name => !_read.Contains(name))];

    /// <summary>What each device was told of, or had in its store after a kill; its own messages it is not told of.</summary>
    public IReadOnlyList<Event> Tellings() => Compose(_told, withOwn: false);

    /// <summary>What each device's store holds, in the store's order.</summary>
    public IReadOnlyList<Event> Stores() => Compose(_shown, withOwn: true);

    private void Take(JournalLine line)
    {
        switch (line.Kind)
        {
            case JournalKind.Wrote:
                Write(line);
                break;
            case JournalKind.Kept:
                _sendings.Add((line.Time, new Event.Answered(line[0], Outcome.Accepted)));
                var (sender, recipient) = _ways[line[0]];
                AcrossServers += sender.Server == recipient.Server ? 0 : 1;
                Due += sender.Devices + recipient.Devices - 1;
                _kept.Add(line[0]);
                _byTime[(line[0].Split(':')[0], line[1])] = line[0];
                break;
            case JournalKind.Failed when _byTime.TryGetValue((line[0], line[1]), out var failed):
                _kept.Remove(failed);
                _sendings.Add((line.Time, new Event.Answered(failed, Outcome.Refused)));
                break;
            case JournalKind.Came or JournalKind.Found:
                FoundAfterKills += line.Kind == JournalKind.Found ? 1 : 0;
                Add(_told, line);
                break;
            case JournalKind.Shown:
                Add(_shown, line);
                break;
            case JournalKind.Read:
                _read.Add(MemberName.Parse(line[0]));
                break;
        }
    }

    private void Write(JournalLine line)
    {
        _ = MessageName.TryParse(line[0], out var name);
        var (from, to) = (_people[name.From.Account], _people[int.Parse(line[1], CultureInfo.InvariantCulture)]);
        _ways[line[0]] = (from, to);

        // A light device keeps nothing of its own.
        _sendings.Add((line.Time, new Event.Sent(
            line[0], Device(name.From), Direction(from.Account, to.Account), name.Number, Marked(line[2], from.Account, to.Account),
            [.. to.MemberNames.Concat(from.IsLight ? [] : from.MemberNames).Select(Device)])));
    }

    private static void Add(Dictionary<MemberName, List<Reception>> to, JournalLine line)
    {
        var name = MemberName.Parse(line[0]);
        if (!to.TryGetValue(name, out var list))
        {
            to[name] = list = [];
        }

        list.Add(new Reception(
            Guid.Parse(line[1]), int.Parse(line[2], CultureInfo.InvariantCulture), Guid.Parse(line[3]), line[4], line[5]));
    }

    // The sendings in their order, then for each device what it has, as over one connection: nothing may come twice.
    private List<Event> Compose(Dictionary<MemberName, List<Reception>> receptions, bool withOwn)
    {
        var events = _sendings.OrderBy(sending => sending.Time).Select(sending => sending.Event is Event.Sent sent && !withOwn
            ? sent with { Devices = [.. sent.Devices.Where(device => device != sent.Sender)] }
            : sending.Event).ToList();
        var connection = 0;
        foreach (var name in _people.SelectMany(person => person.MemberNames))
        {
            connection++;
            events.Add(new Event.Connected(Device(name), connection));
            events.AddRange(receptions.GetValueOrDefault(name, []).Select(came => Received(name, came, connection)));
        }

        return events;
    }

    private Event.Received Received(MemberName name, Reception came, int connection)
    {
        var author = _accounts.GetValueOrDefault(came.Author, -1);
        var conversation = _accounts.GetValueOrDefault(came.Conversation, -1);

        // Another's message belongs in the conversation with its author, an own one in that with its recipient.
        var hash = author == name.Account ? Marked(came.Hash, author, conversation)
            : conversation == author ? Marked(came.Hash, author, name.Account) : $"{came.Hash} in another conversation";
        var sender = author < 0 ? default : Device(new MemberName(author, came.Device));
        return new Event.Received(Device(name), connection, came.Message, hash, sender);
    }

    private DeviceName Device(MemberName name) => new(
        ((char)('a' + _people[name.Account].Server)).ToString(), name.Account.ToString(CultureInfo.InvariantCulture), name.Device);

    private static string Direction(int from, int to) => string.Create(CultureInfo.InvariantCulture, $"{from}>{to}");

    private static string Marked(string hash, int from, int to) => $"{hash} {Direction(from, to)}";

    private sealed record Reception(Guid Author, int Device, Guid Conversation, string Message, string Hash);
}
