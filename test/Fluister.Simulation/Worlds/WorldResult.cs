using Fluister.Simulation.Histories;

namespace Fluister.Simulation.Worlds;

/// <summary>How a world ended.</summary>
/// <param name="Seed">Of which it was made.</param>
/// <param name="Options">Of what besides.</param>
/// <param name="Verdict">What the checker found.</param>
/// <param name="Failures">What else went wrong.</param>
/// <param name="Receipts">How often servers told senders that a message was delivered.</param>
/// <param name="History">What was seen.</param>
internal sealed record WorldResult(
    int Seed, WorldOptions Options, Verdict Verdict, IReadOnlyList<string> Failures, int Receipts, IReadOnlyList<Event> History)
{
    private const int Around = 4;

    /// <summary>Whether nothing went wrong.</summary>
    public bool IsClean => Verdict.IsClean && Failures.Count == 0;

    /// <summary>How to see it again.</summary>
    public string Command =>
        $"fluister-sim run --seed {Seed} --servers {Options.Servers} --accounts {Options.Accounts} --steps {Options.Steps}"
        + (Options.RollsBack ? " --roll-back" : "") + " --trace";

    /// <summary>What belongs to the first thing that went wrong: all about its message, and what happened around it.</summary>
    public IEnumerable<string> Minimal()
    {
        if (Verdict.Violations.MinBy(violation => violation.At) is not { } first)
        {
            yield break;
        }

        for (var at = 0; at < History.Count; at++)
        {
            var seen = History[at];
            var isAbout = seen switch
            {
                Event.Sent sent => sent.Id == first.Id,
                Event.Answered answered => answered.Id == first.Id,
                Event.Received received => received.Id == first.Id && received.Device == first.Device,
                Event.Confirmed confirmed => confirmed.Id == first.Id && confirmed.Device == first.Device,
                Event.Connected connected => connected.Device == first.Device,
                Event.Left left => left.Device == first.Device,
                _ => seen is Event.RolledBack or Event.LossNoticed,
            };
            if (isAbout || Math.Abs(at - first.At) <= Around)
            {
                yield return $"{(at == first.At ? ">" : " ")} [{at}] {seen}";
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Failures.Count == 0
        ? $"seed {Seed}: {Verdict} {Receipts} receipts"
        : $"seed {Seed}: {string.Join("\n  ", Failures)}\n  and so far: {Verdict}";
}
