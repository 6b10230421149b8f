namespace Fluister.Benchmarks.Timing;

/// <summary>Whether times of two classes of inputs come from one distribution, after "Dude, is my code constant time?"
/// (O. Reparaz, J. Balasch, I. Verbauwhede, 2017).</summary>
/// <remarks>
/// <para>The same times are tested many ways: all of them; only those below a percentile, for thirty percentiles, as interrupts
/// and other programs lengthen some and hide what is small; and their squared distances from the mean of their class, which
/// sees a difference in spread (a second-order test).</para>
/// <para>Times come in batches of seconds at most. Percentiles and means to subtract are those of the batch, over both classes, so
/// that a machine that becomes slower or faster between batches adds nothing.</para>
/// </remarks>
internal sealed class LeakageTest
{
    /// <summary>From here on a leak is certain enough to fail: the bound of the paper's authors.</summary>
    public const double Leak = 10;

    /// <summary>From here on a repetition is due: |t| is above 4.5 once in 150,000 tests without a leak.</summary>
    public const double Suspicion = 4.5;

    /// <summary>Below so many values a test says nothing.</summary>
    public const int FewestValues = 1000;

    private const int Percentiles = 30;

    private readonly WelchTest _all = new();
    private readonly WelchTest[] _cropped = [.. Enumerable.Range(0, Percentiles).Select(_ => new WelchTest())];
    private readonly WelchTest _spread = new();

    /// <summary>Measurements.</summary>
    public long Count => _all.Count;

    /// <summary>The greatest |t| of all tests with enough values, with its sign.</summary>
    public double T => Worst.T;

    /// <summary>Which test that is.</summary>
    public string Where => Worst.Name;

    /// <summary>The difference of means that would have been called a leak by the faster half of the measurements.</summary>
    public double Detectable => Leak * _cropped[(Percentiles / 10) - 1].StandardError;

    /// <summary>What to say of it.</summary>
    public Verdict Verdict => Math.Abs(T) switch
    {
        >= Leak => Verdict.Leak,
        >= Suspicion => Verdict.Suspicious,
        _ => Verdict.Quiet,
    };

    private (string Name, double T) Worst =>
        Tests().Where(test => test.Test.Count >= FewestValues).Select(test => (test.Name, test.Test.T))
            .DefaultIfEmpty(("none", 0)).MaxBy(test => Math.Abs(test.Item2));

    /// <summary>The share of times that crop number 0 to 29 keeps: a fifth, then ever closer to all.</summary>
    public static double Share(int crop) => 1 - Math.Pow(0.5, 10.0 * (crop + 1) / Percentiles);

    /// <summary>Adds a batch: for each measurement its class, 0 or 1, and its time.</summary>
    public void Add(ReadOnlySpan<byte> classes, ReadOnlySpan<long> times)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(classes.Length, times.Length);
        var sorted = times.ToArray();
        Array.Sort(sorted);
        Add(_all, classes, times, long.MaxValue);
        for (var crop = 0; crop < Percentiles; crop++)
        {
            Add(_cropped[crop], classes, times, Percentile(sorted, Share(crop)));
        }

        AddSpread(classes, times, Percentile(sorted, Share(Percentiles - 1)));
    }

    private IEnumerable<(string Name, WelchTest Test)> Tests() =>
    [
        ("all", _all),
        .. _cropped.Select((test, crop) => ($"fastest {100 * Share(crop):F1} %", test)),
        ("spread", _spread),
    ];

    private static long Percentile(long[] sorted, double share) => sorted[(int)(share * (sorted.Length - 1))];

    private static void Add(WelchTest test, ReadOnlySpan<byte> classes, ReadOnlySpan<long> times, long highest)
    {
        var mean = Mean(classes, times, highest, sample: null);
        for (var i = 0; i < times.Length; i++)
        {
            if (times[i] <= highest)
            {
                test.Add(classes[i], times[i] - mean);
            }
        }
    }

    private void AddSpread(ReadOnlySpan<byte> classes, ReadOnlySpan<long> times, long highest)
    {
        double[] means = [Mean(classes, times, highest, sample: 0), Mean(classes, times, highest, sample: 1)];
        for (var i = 0; i < times.Length; i++)
        {
            if (times[i] <= highest)
            {
                var away = times[i] - means[classes[i]];
                _spread.Add(classes[i], away * away);
            }
        }
    }

    private static double Mean(ReadOnlySpan<byte> classes, ReadOnlySpan<long> times, long highest, int? sample)
    {
        var (sum, count) = (0.0, 0);
        for (var i = 0; i < times.Length; i++)
        {
            if (times[i] <= highest && (sample is null || sample == classes[i]))
            {
                sum += times[i];
                count++;
            }
        }

        return count == 0 ? 0 : sum / count;
    }
}
