using System.Globalization;

namespace Fluister.Simulation.Network;

/// <summary>An axis from 0 (or 1, where it is logarithmic) to a round number at or above the highest value.</summary>
internal sealed class PlotAxis
{
    private const int MostTicks = 5;

    private readonly bool _isLogarithmic;
    private readonly double _end;

    /// <summary>An axis.</summary>
    public PlotAxis(double highest, bool isLogarithmic)
    {
        _isLogarithmic = isLogarithmic;
        if (isLogarithmic)
        {
            _end = Math.Pow(10, Math.Max(1, Math.Ceiling(Math.Log10(highest))));
            Ticks = [.. Enumerable.Range(0, (int)Math.Log10(_end) + 1).Select(power => Math.Pow(10, power))];
            return;
        }

        var step = Step(highest / MostTicks);
        _end = Math.Max(highest, step);
        Ticks = [.. Enumerable.Range(0, (int)(_end / step) + 1).Select(at => at * step)];
    }

    /// <summary>Where it has marks.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>Where a value lies, 0 to 1.</summary>
    public double Share(double value) => _isLogarithmic ? Math.Log10(Math.Max(1, value)) / Math.Log10(_end) : value / _end;

    /// <summary>A mark's text.</summary>
    public static string Text(double value) => value >= 10_000
        ? string.Create(CultureInfo.InvariantCulture, $"{value / 1000:0.#}k") : value.ToString("0.##", CultureInfo.InvariantCulture);

    // 1, 2 or 5 of a power of ten.
    private static double Step(double least)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return new[] { 1, 2, 5, 10 }.Select(factor => factor * power).First(step => step >= least * 0.999);
    }
}
