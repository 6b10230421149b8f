namespace Fluister.Benchmarks.Timing;

/// <summary>Welch's t statistic of two growing samples: how many standard errors their means lie apart.</summary>
/// <remarks>Means and variances are updated one value at a time (Welford), so that nothing is kept.</remarks>
internal sealed class WelchTest
{
    private readonly long[] _count = new long[2];
    private readonly double[] _mean = new double[2];
    private readonly double[] _squares = new double[2];

    /// <summary>Values of both samples.</summary>
    public long Count => _count[0] + _count[1];

    /// <summary>Mean of the second sample less that of the first.</summary>
    public double Difference => _mean[1] - _mean[0];

    /// <summary>The standard error of <see cref="Difference"/>; infinite where a sample has fewer than two values.</summary>
    public double StandardError => Math.Min(_count[0], _count[1]) < 2
        ? double.PositiveInfinity
        : Math.Sqrt((_squares[0] / (_count[0] - 1) / _count[0]) + (_squares[1] / (_count[1] - 1) / _count[1]));

    /// <summary>The statistic; zero where neither sample varies and the means are equal.</summary>
    public double T => Difference == 0 ? 0 : Difference / StandardError;

    /// <summary>Adds a value to sample 0 or 1.</summary>
    public void Add(int sample, double value)
    {
        _count[sample]++;
        var away = value - _mean[sample];
        _mean[sample] += away / _count[sample];
        _squares[sample] += away * (value - _mean[sample]);
    }
}
