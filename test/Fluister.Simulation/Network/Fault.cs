using System.Globalization;

namespace Fluister.Simulation.Network;

/// <summary>Something that is done to a run, as the seed has planned it.</summary>
/// <param name="Kind">What.</param>
/// <param name="At">When, from the beginning of writing.</param>
/// <param name="Lasts">For how long.</param>
/// <param name="Target">To which server, or process of people.</param>
/// <param name="Other">To which other server with it.</param>
/// <param name="Manner">What else the kind leaves open: the direction and silence of a cut, the point of an end, the device.</param>
internal sealed record Fault(FaultKind Kind, TimeSpan At, TimeSpan Lasts, int Target, int Other, int Manner)
{
    private static readonly (FaultKind Kind, int Weight, double Shortest, double Longest)[] Kinds =
    [
        (FaultKind.ServerKilled, 4, 0.05, 3),
        (FaultKind.ServerPaused, 3, 0.5, 6),
        (FaultKind.ServersCut, 5, 0.5, 8),
        (FaultKind.ConnectionsBroken, 2, 0, 0),
        (FaultKind.PeopleKilled, 4, 0.05, 2),
        (FaultKind.PeopleEndedAtPoint, 3, 0.05, 1),
        (FaultKind.DeviceAway, 4, 0.5, 8),
    ];

    /// <summary>When it began, from the beginning of writing; null before.</summary>
    public TimeSpan? Began { get; set; }

    /// <summary>When all was as before.</summary>
    public TimeSpan? Ended { get; set; }

    /// <summary>Plans the faults of a run.</summary>
    /// <param name="random">Of the seed.</param>
    /// <param name="options">How many, and in which time: the first comes when some have written, the last before they end.</param>
    /// <param name="crowds">How many processes of people there are.</param>
    public static IReadOnlyList<Fault> Plan(Random random, NetworkOptions options, int crowds)
    {
        const double From = 0.05;
        const double Until = 0.9;
        var kinds = Kinds.Where(kind => options.Servers > 1
            || kind.Kind is not (FaultKind.ServersCut or FaultKind.ConnectionsBroken)).ToArray();
        var planned = Enumerable.Range(0, options.Faults).Select(_ =>
        {
            var weight = random.Next(kinds.Sum(one => one.Weight));
            var kind = kinds.First(one => (weight -= one.Weight) < 0);
            var target = random.Next(kind.Kind >= FaultKind.PeopleKilled ? crowds : options.Servers);
            return new Fault(
                kind.Kind,
                options.Time * (From + (random.NextDouble() * (Until - From))),
                TimeSpan.FromSeconds(kind.Shortest + (random.NextDouble() * (kind.Longest - kind.Shortest))),
                target,
                options.Servers < 2 ? 0 : (target + 1 + random.Next(options.Servers - 1)) % options.Servers,
                random.Next(1 << 16));
        }).OrderBy(fault => fault.At).ToList();
        return [.. planned.Select(fault => fault with { Lasts = fault.Lasts * Room(planned, fault, options, crowds) })];
    }

    // Where there are many faults for one target each is shorter, or it would never be there.
    private static double Room(List<Fault> planned, Fault fault, NetworkOptions options, int crowds)
    {
        const double Share = 0.25;
        var isOfPeople = fault.Kind >= FaultKind.PeopleKilled;
        var all = planned.Where(one => one.Kind >= FaultKind.PeopleKilled == isOfPeople).Sum(one => one.Lasts.TotalSeconds);
        return Math.Min(1, options.Time.TotalSeconds * Share * (isOfPeople ? crowds : options.Servers) / all);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Kind} {Target}{(Kind is FaultKind.ServersCut or FaultKind.ConnectionsBroken ? $"-{Other}" : "")}");
}
