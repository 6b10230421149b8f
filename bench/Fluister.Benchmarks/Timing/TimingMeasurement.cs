using System.Runtime.CompilerServices;

namespace Fluister.Benchmarks.Timing;

/// <summary>Measures one subject, batch by batch, the classes drawn at random for each run.</summary>
/// <param name="subject">What to measure.</param>
/// <param name="random">Draws classes and inputs.</param>
/// <param name="clock">Ticks of a clock that never goes back.</param>
internal sealed class TimingMeasurement(TimingSubject subject, Random random, Func<long> clock)
{
    private const int SmallestBatch = 250;
    private const int LargestBatch = 10_000;
    private const int LargestBatchBytes = 16 << 20;

    private byte[] _classes = [];
    private byte[] _inputs = [];
    private long[] _times = [];

    /// <summary>What is measured.</summary>
    public TimingSubject Subject => subject;

    /// <summary>What was found.</summary>
    public LeakageTest Test { get; } = new();

    /// <summary>The middle time of the last batch, in ticks.</summary>
    public long Median { get; private set; }

    /// <summary>Runs a batch that is not counted; then chooses the size of batches so that one takes about so many ticks.</summary>
    public void WarmUp(long ticksOfBatch)
    {
        Resize(SmallestBatch);
        Measure();
        var fits = ticksOfBatch / Math.Max(1, Median);
        var most = Math.Clamp(LargestBatchBytes / subject.InputBytes, SmallestBatch, LargestBatch);
        Resize((int)Math.Clamp(fits, SmallestBatch, most));
    }

    /// <summary>Runs a batch.</summary>
    public void Batch()
    {
        Measure();
        Test.Add(_classes, _times);
    }

    private void Resize(int batch)
    {
        (_classes, _times) = (new byte[batch], new long[batch]);
        _inputs = new byte[batch * subject.InputBytes];
    }

    private void Measure()
    {
        random.NextBytes(_classes);
        for (var i = 0; i < _classes.Length; i++)
        {
            _classes[i] &= 1;
            subject.Prepare(_classes[i], random, _inputs.AsSpan(i * subject.InputBytes, subject.InputBytes));
        }

        Time();
        var sorted = _times.Order().ToArray();
        Median = sorted[sorted.Length / 2];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Time()
    {
        for (var i = 0; i < _times.Length; i++)
        {
            subject.Load(_inputs.AsSpan(i * subject.InputBytes, subject.InputBytes));
            var start = clock();
            subject.Run();
            _times[i] = clock() - start;
        }
    }
}
