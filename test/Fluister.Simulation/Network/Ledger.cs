using System.Globalization;

namespace Fluister.Simulation.Network;

/// <summary>What the devices of one process have noted in all of its lives, as far as the process itself needs it: to go on counting, and
/// to tell when everything has come.</summary>
internal sealed class Ledger
{
    // Where the line of a light device has its server's id of the envelope.
    private const int EnvelopeField = 6;

    private readonly Lock _gate = new();
    private readonly Dictionary<MemberName, HashSet<string>> _arrived = [];
    private readonly Dictionary<MemberName, (HashSet<string> Ids, List<string[]> Came)> _envelopes = [];
    private readonly Dictionary<string, int> _open = [];
    private readonly HashSet<string> _kept = [];
    private readonly Dictionary<MemberName, int> _last = [];

    /// <summary>Messages that were begun, taken by a client, given up; deliveries that are due for those taken; and that have come.
    /// </summary>
    public (int Wrote, int Kept, int Failed, int Due, int Arrived) Counts { get; private set; }

    /// <summary>The number of a device's last message.</summary>
    public int LastOf(MemberName device)
    {
        lock (_gate)
        {
            return _last.GetValueOrDefault(device);
        }
    }

    /// <summary>Whether a device has a message already.</summary>
    public bool HasArrived(MemberName device, string message)
    {
        lock (_gate)
        {
            return _arrived.TryGetValue(device, out var arrived) && arrived.Contains(message);
        }
    }

    /// <summary>Whether a message of ours was taken by its client, as far as was noted.</summary>
    public bool IsKept(string message)
    {
        lock (_gate)
        {
            return _kept.Contains(message);
        }
    }

    /// <summary>Takes what earlier lives noted.</summary>
    /// <param name="journals">The process's journals.</param>
    /// <param name="people">Everybody.</param>
    public void Take(IEnumerable<string> journals, IReadOnlyList<Person> people)
    {
        foreach (var line in journals.SelectMany(JournalLine.Read))
        {
            switch (line.Kind)
            {
                case JournalKind.Wrote:
                    Wrote(line[0], people[int.Parse(line[1], CultureInfo.InvariantCulture)], people);
                    break;
                case JournalKind.Kept:
                    Kept(line[0]);
                    break;
                case JournalKind.Failed:
                    Failed();
                    break;
                case JournalKind.Came or JournalKind.Found:
                    Arrived(MemberName.Parse(line[0]), line[4]);
                    if (line.Fields.Length > EnvelopeField)
                    {
                        TakeEnvelope(MemberName.Parse(line[0]), line.Fields.ToArray());
                    }

                    break;
            }
        }
    }

    /// <summary>A message is begun.</summary>
    public void Wrote(string message, Person to, IReadOnlyList<Person> people)
    {
        _ = MessageName.TryParse(message, out var name);
        lock (_gate)
        {
            _last[name.From] = Math.Max(_last.GetValueOrDefault(name.From), name.Number);
            _open[message] = to.Devices + people[name.From.Account].Devices - 1;
            Counts = Counts with { Wrote = Counts.Wrote + 1 };
        }
    }

    /// <summary>A message was taken.</summary>
    public void Kept(string message)
    {
        lock (_gate)
        {
            if (_kept.Add(message))
            {
                _open.Remove(message, out var due);
                Counts = Counts with { Kept = Counts.Kept + 1, Due = Counts.Due + due };
            }
        }
    }

    /// <summary>An envelope has come to a light device, as its line says; false where it came before, and was not acknowledged in time.
    /// </summary>
    public bool TakeEnvelope(MemberName device, string[] line)
    {
        lock (_gate)
        {
            if (!_envelopes.TryGetValue(device, out var envelopes))
            {
                _envelopes[device] = envelopes = ([], []);
            }

            if (!envelopes.Ids.Add(line[EnvelopeField]))
            {
                return false;
            }

            envelopes.Came.Add(line);
            return true;
        }
    }

    /// <summary>The lines of a light device's envelopes, in their order.</summary>
    public IReadOnlyList<string[]> EnvelopesOf(MemberName device)
    {
        lock (_gate)
        {
            return _envelopes.TryGetValue(device, out var envelopes) ? envelopes.Came : [];
        }
    }

    /// <summary>A message was given up.</summary>
    public void Failed()
    {
        lock (_gate)
        {
            Counts = Counts with { Failed = Counts.Failed + 1 };
        }
    }

    /// <summary>A message has come to a device.</summary>
    public void Arrived(MemberName device, string message)
    {
        lock (_gate)
        {
            if (!_arrived.TryGetValue(device, out var arrived))
            {
                _arrived[device] = arrived = [];
            }

            if (arrived.Add(message))
            {
                Counts = Counts with { Arrived = Counts.Arrived + 1 };
            }
        }
    }
}
