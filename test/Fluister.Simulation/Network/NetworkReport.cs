using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Fluister.Simulation.Histories;

namespace Fluister.Simulation.Network;

/// <summary>A run in numbers, as report.json has them and report.html draws them.</summary>
internal sealed record NetworkReport
{
    private const int ExamplesOfEach = 20;
    private static readonly double[] Percentiles = [50, 90, 99, 99.9, 100];
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Whether nothing was lost, duplicated, reordered or misattributed, and the run came to its end.</summary>
    public required bool Passed { get; init; }

    /// <summary>The command that runs the same again.</summary>
    public required string Command { get; init; }

    /// <summary>When it began, in UTC.</summary>
    public required DateTime Started { get; init; }

    /// <summary>Machine and versions.</summary>
    public required IReadOnlyDictionary<string, string> Machine { get; init; }

    /// <summary>What the run was made of.</summary>
    public required IReadOnlyDictionary<string, double> Setting { get; init; }

    /// <summary>What was counted, and what was found wrong, by name.</summary>
    public required IReadOnlyDictionary<string, long> Counts { get; init; }

    /// <summary>Examples of what is wrong.</summary>
    public required IReadOnlyList<string> Wrong { get; init; }

    /// <summary>Milliseconds from writing to telling by percentile, within a server and across.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Latency { get; init; }

    /// <summary>Curves over the seconds of the run, by plot and by what the curve shows: pairs of second and value.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyList<double[]>>> Curves { get; init; }

    /// <summary>What was done to the run.</summary>
    public required IReadOnlyList<FaultDone> Faults { get; init; }

    /// <summary>A fault as it was done: kind, target, from which second to which.</summary>
    internal sealed record FaultDone(string Kind, string Target, double From, double Until);

    /// <summary>Puts it together.</summary>
    public static NetworkReport Of(NetworkOutcome outcome)
    {
        var options = outcome.Options;
        return new NetworkReport
        {
            Passed = outcome.IsClean,
            Command = string.Create(
                CultureInfo.InvariantCulture,
                $"fluister-sim network --servers {options.Servers} --accounts {options.Accounts} --minutes {options.Time.TotalMinutes} "
                + $"--faults {options.Faults} --seed {options.Seed} --rate {options.Rate}"
                + $"{(options.LightPercent > 0 ? $" --light {options.LightPercent}" : "")}"),
            Started = outcome.Started,
            Machine = new Dictionary<string, string>
            {
                ["Fluister"] = typeof(NetworkReport).Assembly.GetName().Version?.ToString(3) ?? "",
                [".NET"] = Environment.Version.ToString(),
                ["System"] = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}",
                ["Processors"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
                ["Memory"] = $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1 << 30)} GiB",
            },
            Setting = new Dictionary<string, double>
            {
                ["servers"] = options.Servers,
                ["accounts"] = options.Accounts,
                ["devices"] = outcome.People.Sum(person => person.Devices),
                ["light accounts"] = outcome.People.Count(person => person.IsLight),
                ["processes of people"] = outcome.Processes,
                ["messages a second offered"] = options.Rate,
                ["seconds written"] = Math.Round(outcome.Wrote.TotalSeconds, 1),
                ["seconds to set up"] = Math.Round(outcome.SetUp.TotalSeconds, 1),
                ["seconds until everything had come"] = Math.Round(outcome.Settled?.TotalSeconds ?? -1, 1),
                ["seed"] = options.Seed,
            },
            Counts = CountsOf(outcome),
            Wrong = [.. Violations(outcome).Concat(outcome.Wrongs)],
            Latency = new Dictionary<string, IReadOnlyDictionary<string, double>>
            {
                ["within a server"] = PercentilesOf(outcome.Within),
                ["across servers"] = PercentilesOf(outcome.Across),
            },
            Curves = ReportCurves.Of(outcome),
            Faults = [.. outcome.Faults.Where(fault => fault.Began is not null).Select(fault => new FaultDone(
                fault.Kind.ToString(),
                fault.Kind >= FaultKind.PeopleKilled ? $"people-{fault.Target:D2}" : fault.Kind >= FaultKind.ServersCut
                    ? $"{(char)('a' + fault.Target)}-{(char)('a' + fault.Other)}" : $"{(char)('a' + fault.Target)}",
                Math.Round(fault.Began!.Value.TotalSeconds, 2),
                Math.Round((fault.Ended ?? fault.Began.Value).TotalSeconds, 2)))],
        };
    }

    /// <summary>As report.json.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>A few lines for a terminal.</summary>
    public string Summary() => string.Create(CultureInfo.InvariantCulture, $"""
        {(Passed ? "Passed" : "FAILED")}: {Counts["messages taken"]} messages, {Counts["across servers"]} of them across servers
        {Counts["copies due"]} copies due; {Faults.Count} faults
        lost {Counts["lost"]}, duplicated {Counts["duplicated"]}, reordered {Counts["reordered"]}, misattributed {Counts["misattributed"]}
        given up and received {Counts["given up and received"]}
        within a server: p50 {Latency["within a server"]["50"]} ms, p99 {Latency["within a server"]["99"]} ms
        across servers: p50 {Latency["across servers"]["50"]} ms, p99 {Latency["across servers"]["99"]} ms
        {string.Join('\n', Wrong.Take(ExamplesOfEach))}
        """).TrimEnd();

    private static Dictionary<string, long> CountsOf(NetworkOutcome outcome)
    {
        var (told, kept) = (outcome.Tellings, outcome.Stores);
        return new Dictionary<string, long>
        {
            ["messages taken"] = kept.Accepted,
            ["across servers"] = outcome.AcrossServers,
            ["copies due"] = outcome.Due,
            ["copies told of"] = told.Deliveries,
            ["copies under a seal"] = outcome.Lines.Count(line => line.Kind == JournalKind.Sealed),
            ["copies found after a kill"] = outcome.FoundAfterKills,
            ["faults"] = outcome.Faults.Count(fault => fault.Began is not null),
            ["lost"] = Both(verdict => [.. verdict.Lost, .. verdict.LostUnnoticed]) + outcome.Unread.Count,
            ["duplicated"] = Both(verdict => verdict.Duplicated),
            ["reordered"] = Both(verdict => verdict.Disordered),
            ["misattributed"] = Both(verdict => [.. verdict.Misattributed, .. verdict.Invented]),
            ["given up and received"] = told.RefusedAndReceived.Count,
            ["given up"] = kept.Refused,
            ["never taken, since the process was killed"] = kept.Unknown,
            ["envelopes that could not be read"] = outcome.EnvelopesRefused.Count,
            ["left in outboxes"] = outcome.LeftInOutboxes,
        };

        long Both(Func<Verdict, IReadOnlyList<Violation>> which) =>
            which(told).Concat(which(kept)).DistinctBy(one => (one.Id, one.Device)).Count();
    }

    private static IEnumerable<string> Violations(NetworkOutcome outcome)
    {
        foreach (var (where, verdict) in new[] { ("told", outcome.Tellings), ("in the store", outcome.Stores) })
        {
            foreach (var (what, which) in new (string, IReadOnlyList<Violation>)[]
            {
                ("lost", verdict.Lost),
                ("duplicated", verdict.Duplicated),
                ("reordered", verdict.Disordered),
                ("misattributed", verdict.Misattributed),
                ("invented", verdict.Invented),
                ("given up and received", verdict.RefusedAndReceived),
            })
            {
                foreach (var one in which.Take(ExamplesOfEach))
                {
                    yield return $"{what}: {one}, {where}";
                }
            }
        }

        foreach (var unread in outcome.Unread)
        {
            yield return $"the store of {unread} was not read";
        }

        foreach (var given in outcome.GivenUp.Concat(outcome.EnvelopesRefused).Take(ExamplesOfEach))
        {
            yield return $"note: {given}";
        }

        if (outcome.Settled is null)
        {
            yield return "not everything had come in time";
        }
    }

    private static Dictionary<string, double> PercentilesOf(Latencies latencies) => Percentiles.ToDictionary(
        percent => percent.ToString(CultureInfo.InvariantCulture), percent => Math.Round(latencies.Percentile(percent), 1));
}
