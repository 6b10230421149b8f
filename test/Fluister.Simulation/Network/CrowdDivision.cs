namespace Fluister.Simulation.Network;

/// <summary>Divides the people of a run among processes: large ones, and small ones that come back quickly when they are killed.</summary>
internal static class CrowdDivision
{
    private const double VictimShare = 0.1;

    /// <summary>Divides.</summary>
    public static IReadOnlyList<IReadOnlyList<PlannedPerson>> Of(NetworkOptions options)
    {
        var (light, linked) = (options.Accounts * options.LightPercent / 100, options.LinkedPercent);
        var people = Enumerable.Range(0, options.Accounts).Select(account => new PlannedPerson(
            account, account % options.Servers, account >= light && account * linked % 100 < linked ? 2 : 1, account < light)).ToArray();
        new Random(options.Seed).Shuffle(people);
        var victims = Math.Max(options.PerVictim, (int)(options.Accounts * VictimShare));
        return [.. people.Take(victims).Chunk(options.PerVictim), .. people.Skip(victims).Chunk(options.PerProcess)];
    }
}
