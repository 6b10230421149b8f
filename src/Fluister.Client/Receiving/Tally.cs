namespace Fluister.Client.Receiving;

/// <summary>Counts how often something was done within a time, for as many things as there is room; in memory.</summary>
internal sealed class Tally<T>(TimeProvider clock, TimeSpan window)
    where T : notnull
{
    private readonly Dictionary<T, (DateTimeOffset Since, int Count)> _counts = [];

    /// <summary>Counts once more; gives how often it was within the time, with this.</summary>
    public int Add(T thing)
    {
        var now = clock.GetUtcNow();
        var (since, count) = _counts.GetValueOrDefault(thing, (now, 0));
        if (now - since >= window || now < since)
        {
            (since, count) = (now, 0);
        }

        if (count == 0 && _counts.Count >= ClientLimits.Tallies)
        {
            _counts.Clear();
        }

        _counts[thing] = (since, count + 1);
        return count + 1;
    }
}
