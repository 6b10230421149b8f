using System.Diagnostics;

namespace Fluister.Benchmarks.Server;

/// <summary>What a run brought: how many messages, in which time, and each one's time from its sending to its arrival.</summary>
internal sealed record Load(int Messages, double Seconds, IReadOnlyList<double> Milliseconds)
{
    /// <summary>Messages in a second.</summary>
    public double PerSecond => Messages / Seconds;

    /// <summary>The time that a share of messages did not exceed.</summary>
    public double Percentile(double share) => Milliseconds.Order().ElementAt((int)(share * (Milliseconds.Count - 1)));

    /// <summary>Milliseconds since a stamp.</summary>
    public static double Since(long stamp) => Stopwatch.GetElapsedTime(stamp).TotalMilliseconds;
}
