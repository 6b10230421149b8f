using System.Globalization;
using Fluister.Simulation.Histories;

namespace Fluister.Simulation.Network;

/// <summary>What a run has shown: verdicts and measurements, from the journals and the samples alone.</summary>
internal sealed class NetworkOutcome
{
    private const double Microseconds = 1e6;

    /// <summary>Judges and measures.</summary>
    /// <param name="options">What the run was made of.</param>
    /// <param name="people">Everybody.</param>
    /// <param name="lines">The lines of all journals, each process's in their order.</param>
    /// <param name="faults">What was done.</param>
    /// <param name="samples">What was measured.</param>
    /// <param name="began">When writing began, in microseconds of Unix time.</param>
    public NetworkOutcome(
        NetworkOptions options, IReadOnlyList<Person> people, IReadOnlyList<JournalLine> lines, IReadOnlyList<Fault> faults,
        IReadOnlyList<Sample> samples, long began)
    {
        (Options, People, Lines, Faults, Samples) = (options, people, lines, faults, samples);
        var evidence = new Evidence(people, lines);
        Tellings = Checker.Judge(evidence.Tellings());
        Stores = Checker.Judge(evidence.Stores());
        Unread = evidence.Unread;
        (FoundAfterKills, AcrossServers, Due) = (evidence.FoundAfterKills, evidence.AcrossServers, evidence.Due);
        EnvelopesRefused = [.. lines.Where(line => line.Kind == JournalKind.Refused).Select(line => $"{line[0]}: {line[1]}")];
        GivenUp = [.. lines.Where(line => line.Kind == JournalKind.Failed).Select(line => $"{line[0]}: {line[2]}")];
        Measure(lines, began);
    }

    /// <summary>What the run was made of.</summary>
    public NetworkOptions Options { get; }

    /// <summary>Everybody.</summary>
    public IReadOnlyList<Person> People { get; }

    /// <summary>The lines of all journals.</summary>
    public IReadOnlyList<JournalLine> Lines { get; }

    /// <summary>What was done.</summary>
    public IReadOnlyList<Fault> Faults { get; }

    /// <summary>What was measured.</summary>
    public IReadOnlyList<Sample> Samples { get; }

    /// <summary>By what devices were told.</summary>
    public Verdict Tellings { get; }

    /// <summary>By what is in devices' stores.</summary>
    public Verdict Stores { get; }

    /// <summary>Devices whose stores were not read.</summary>
    public IReadOnlyList<MemberName> Unread { get; }

    /// <summary>Copies that were in a store though their device was killed before it could note them.</summary>
    public int FoundAfterKills { get; }

    /// <summary>Messages that clients took, between accounts of different servers.</summary>
    public int AcrossServers { get; }

    /// <summary>Copies of what clients took that other devices must have.</summary>
    public int Due { get; }

    /// <summary>Envelopes that a client could not read, and why.</summary>
    public IReadOnlyList<string> EnvelopesRefused { get; }

    /// <summary>Messages that a client gave up, and why.</summary>
    public IReadOnlyList<string> GivenUp { get; }

    /// <summary>Between accounts of one server.</summary>
    public Latencies Within { get; } = new();

    /// <summary>Between accounts of different servers.</summary>
    public Latencies Across { get; } = new();

    /// <summary>Messages that were taken in each second from the beginning.</summary>
    public SortedDictionary<int, int> Written { get; } = [];

    /// <summary>Copies that came in each second.</summary>
    public SortedDictionary<int, int> Delivered { get; } = [];

    /// <summary>When the run began, in UTC.</summary>
    public required DateTime Started { get; init; }

    /// <summary>How long servers and accounts took to make.</summary>
    public required TimeSpan SetUp { get; init; }

    /// <summary>How long was written.</summary>
    public required TimeSpan Wrote { get; init; }

    /// <summary>How long after it everything had come; null where it did not in time.</summary>
    public required TimeSpan? Settled { get; init; }

    /// <summary>Items that still waited between servers at the end.</summary>
    public required long LeftInOutboxes { get; init; }

    /// <summary>What else went wrong.</summary>
    public required IReadOnlyList<string> Wrongs { get; init; }

    /// <summary>Processes of people.</summary>
    public required int Processes { get; init; }

    /// <summary>Whether all is as promised.</summary>
    public bool IsClean => Tellings.IsClean && Stores.IsClean && Unread.Count == 0 && Settled is not null && Wrongs.Count == 0
        && Stores.Accepted > 0;

    private void Measure(IEnumerable<JournalLine> lines, long began)
    {
        var written = new Dictionary<string, (long At, int From, int To)>();
        var arrivals = new List<JournalLine>();
        foreach (var line in lines)
        {
            if (line.Kind == JournalKind.Wrote && MessageName.TryParse(line[0], out var name))
            {
                written[line[0]] = (line.Time, name.From.Account, int.Parse(line[1], CultureInfo.InvariantCulture));
            }
            else if (line.Kind == JournalKind.Kept)
            {
                Count(Written, line.Time - began);
            }
            else if (line.Kind == JournalKind.Came)
            {
                Count(Delivered, line.Time - began);
                arrivals.Add(line);
            }
        }

        foreach (var line in arrivals)
        {
            // An account's own other devices are no measure of a way between servers.
            if (written.TryGetValue(line[4], out var message) && MemberName.Parse(line[0]).Account == message.To)
            {
                var way = People[message.From].Server == People[message.To].Server ? Within : Across;
                way.Add((message.At - began) / Microseconds, (line.Time - message.At) / 1000.0);
            }
        }
    }

    private static void Count(SortedDictionary<int, int> course, long microseconds)
    {
        var second = (int)Math.Floor(microseconds / Microseconds);
        course[second] = course.GetValueOrDefault(second) + 1;
    }
}
