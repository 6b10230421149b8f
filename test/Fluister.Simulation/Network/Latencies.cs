namespace Fluister.Simulation.Network;

/// <summary>How long messages took from the sender's deed to the telling of a device, in milliseconds.</summary>
internal sealed class Latencies
{
    private readonly List<double> _all = [];
    private readonly SortedDictionary<int, List<double>> _bySecond = [];

    /// <summary>How many there are.</summary>
    public int Count => _all.Count;

    /// <summary>Takes one.</summary>
    /// <param name="second">When it was written, in seconds from the beginning.</param>
    /// <param name="milliseconds">How long it took.</param>
    public void Add(double second, double milliseconds)
    {
        _all.Add(milliseconds);
        var at = (int)Math.Floor(second);
        if (!_bySecond.TryGetValue(at, out var list))
        {
            _bySecond[at] = list = [];
        }

        list.Add(milliseconds);
    }

    /// <summary>A percentile of all, 0 to 100; 0 where there are none.</summary>
    public double Percentile(double percent) => Of([.. _all.Order()], percent);

    /// <summary>Percentiles of what was written in each span of so many seconds.</summary>
    public IReadOnlyList<(double At, double Value)> Course(double percent, int span) =>
        [.. _bySecond.GroupBy(second => second.Key / span).Select(group =>
            ((group.Key + 0.5) * span, Of([.. group.SelectMany(second => second.Value).Order()], percent)))];

    private static double Of(double[] ordered, double percent) =>
        ordered.Length == 0 ? 0 : ordered[Math.Min(ordered.Length - 1, (int)(percent / 100 * ordered.Length))];
}
