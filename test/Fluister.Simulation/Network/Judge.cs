using System.Globalization;

namespace Fluister.Simulation.Network;

/// <summary>Holds what was written against what came, from the journals alone. What a client has taken is in every device's history that
/// it was for, once, in the order of its sender, as its author's, in its conversation; and each device was told of it, or had it in its
/// store when it was opened after a kill.</summary>
internal sealed class Judge
{
    private readonly IReadOnlyList<Person> _people;
    private readonly Dictionary<Guid, int> _accounts;
    private readonly Dictionary<string, Sending> _sendings = [];
    private readonly Dictionary<(string Device, string Timestamp), Sending> _byTime = [];
    private readonly Dictionary<string, List<Reception>> _told = [];
    private readonly Dictionary<string, List<Reception>> _shown = [];
    private readonly HashSet<string> _read = [];
    private readonly List<string> _lost = [];
    private readonly List<string> _duplicated = [];
    private readonly List<string> _reordered = [];
    private readonly List<string> _misattributed = [];
    private readonly List<string> _refused = [];
    private int _found;
    private int _deliveries;

    private Judge(IReadOnlyList<Person> people) =>
        (_people, _accounts) = (people, people.ToDictionary(person => person.Aci, person => person.Account));

    /// <summary>Judges.</summary>
    /// <param name="people">Everybody.</param>
    /// <param name="journals">The lines of each process's lives, in their order.</param>
    public static Verdict Of(IReadOnlyList<Person> people, IEnumerable<IEnumerable<JournalLine>> journals)
    {
        var judge = new Judge(people);
        foreach (var line in journals.SelectMany(lines => lines))
        {
            judge.Take(line);
        }

        return judge.Find();
    }

    private void Take(JournalLine line)
    {
        switch (line.Kind)
        {
            case JournalKind.Wrote:
                _sendings[line[0]] = new Sending(line[0], int.Parse(line[1], CultureInfo.InvariantCulture), line[2]);
                break;
            case JournalKind.Kept:
                _sendings[line[0]].IsKept = true;
                _byTime[(line[0].Split(':')[0], line[1])] = _sendings[line[0]];
                break;
            case JournalKind.Failed:
                if (_byTime.TryGetValue((line[0], line[1]), out var failed))
                {
                    failed.IsRefused = true;
                }

                break;
            case JournalKind.Came or JournalKind.Found:
                _found += line.Kind == JournalKind.Found ? 1 : 0;
                Add(_told, line);
                break;
            case JournalKind.Shown:
                Add(_shown, line);
                break;
            case JournalKind.Read:
                _read.Add(line[0]);
                break;
        }
    }

    private static void Add(Dictionary<string, List<Reception>> to, JournalLine line)
    {
        if (!to.TryGetValue(line[0], out var list))
        {
            to[line[0]] = list = [];
        }

        list.Add(new Reception(Guid.Parse(line[1]), Guid.Parse(line[2]), line[3], line[4]));
    }

    private Verdict Find()
    {
        foreach (var device in _people.SelectMany(person => person.DeviceNames))
        {
            var shown = _shown.GetValueOrDefault(device.ToString(), []);
            var told = _told.GetValueOrDefault(device.ToString(), []);
            if (!_read.Contains(device.ToString()))
            {
                _lost.Add($"the whole history of {device}, which was not read");
                continue;
            }

            Check(device, shown, "history");
            Check(device, told, "tellings");
            FindLost(device, shown, told);
        }

        var kept = _sendings.Values.Where(sending => sending.IsKept).ToList();
        return new Verdict
        {
            Lost = _lost,
            Duplicated = _duplicated,
            Reordered = _reordered,
            Misattributed = _misattributed,
            RefusedAndReceived = _refused,
            Kept = kept.Count,
            Across = kept.Count(sending => _people[sending.From.Account].Server != _people[sending.To].Server),
            Deliveries = _deliveries,
            Refused = _sendings.Values.Count(sending => sending.IsRefused),
            Unknown = _sendings.Values.Count(sending => !sending.IsKept && !sending.IsRefused),
            FoundAfterKill = _found,
        };
    }

    private void FindLost(DeviceName device, List<Reception> shown, List<Reception> told)
    {
        var (inHistory, inTellings) = (shown.Select(one => one.Message).ToHashSet(), told.Select(one => one.Message).ToHashSet());
        foreach (var sending in _sendings.Values.Where(sending => sending is { IsKept: true, IsRefused: false }
            && (sending.To == device.Account || sending.From.Account == device.Account)))
        {
            var isOwn = sending.From == device;
            _deliveries += isOwn ? 0 : 1;
            if (!inHistory.Contains(sending.Name) || (!isOwn && !inTellings.Contains(sending.Name)))
            {
                _lost.Add($"{sending.Name} at {device}{(inHistory.Contains(sending.Name) ? ", in its history and never told" : "")}");
            }
        }
    }

    private void Check(DeviceName device, List<Reception> receptions, string where)
    {
        var seen = new HashSet<string>();
        var latest = new Dictionary<(Guid Conversation, DeviceName From), int>();
        foreach (var came in receptions)
        {
            if (!Fits(device, came))
            {
                _misattributed.Add($"{came.Message} at {device}, {where}");
                continue;
            }

            var sending = _sendings[came.Message];
            if (!seen.Add(came.Message))
            {
                _duplicated.Add($"{came.Message} at {device}, {where}");
                continue;
            }

            if (sending.IsRefused && sending.From != device)
            {
                _refused.Add($"{came.Message} at {device}, {where}");
            }

            _ = MessageName.TryParse(came.Message, out var name);
            var key = (came.Conversation, name.From);
            if (latest.GetValueOrDefault(key) > name.Number)
            {
                _reordered.Add($"{came.Message} after {name.From}:{latest[key]} at {device}, {where}");
            }

            latest[key] = Math.Max(latest.GetValueOrDefault(key), name.Number);
        }
    }

    // Whether it is what was sent, by whom it was sent, to this device's account or by it, in the right conversation.
    private bool Fits(DeviceName device, Reception came)
    {
        if (!_sendings.TryGetValue(came.Message, out var sending) || sending.Hash != came.Hash
            || !_accounts.TryGetValue(came.Author, out var author) || author != sending.From.Account
            || !_accounts.TryGetValue(came.Conversation, out var conversation))
        {
            return false;
        }

        return device.Account == sending.To ? conversation == sending.From.Account
            : device.Account == sending.From.Account && conversation == sending.To;
    }

    private sealed record Reception(Guid Author, Guid Conversation, string Message, string Hash);

    private sealed record Sending(string Name, int To, string Hash)
    {
        public DeviceName From { get; } = MessageName.TryParse(Name, out var name) ? name.From : default;

        public bool IsKept { get; set; }

        public bool IsRefused { get; set; }
    }
}
