using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Fluister.Benchmarks.Server;

/// <summary>Offers messages at a rate, in turn to all pairs; on a thread of its own, since a timer's steps of a millisecond would be
/// seen in the figures.</summary>
internal static partial class Pacer
{
    // Within this the next ones leave together.
    private const long NanosecondsTogether = 100_000;

    /// <summary>Offers for a time.</summary>
    /// <returns>How many could not be offered within it, because the machine did not let this thread run.</returns>
    public static Task<int> RunAsync(IReadOnlyList<Chat> pairs, int perSecond, TimeSpan time) =>
        Task.Factory.StartNew(() => Run(pairs, perSecond, time), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    private static int Run(IReadOnlyList<Chat> pairs, int perSecond, TimeSpan time)
    {
        var (start, count) = (Stopwatch.GetTimestamp(), (int)(perSecond * time.TotalSeconds));
        for (var i = 0; i < count; i++)
        {
            var due = start + (long)(i * (double)Stopwatch.Frequency / perSecond);
            var wait = (long)((due - Stopwatch.GetTimestamp()) * 1e9 / Stopwatch.Frequency);
            if (wait > NanosecondsTogether)
            {
                var pause = new TimeSpec { Seconds = wait / 1_000_000_000, Nanoseconds = wait % 1_000_000_000 };
                _ = Sleep(ref pause, 0);
            }

            else if (Stopwatch.GetElapsedTime(start) > time)
            {
                return count - i;
            }

            pairs[i % pairs.Count].Offer(due);
        }

        return 0;
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int Sleep(ref TimeSpec time, nint left);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
