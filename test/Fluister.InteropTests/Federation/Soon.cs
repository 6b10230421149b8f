using System.Diagnostics;

namespace Fluister.InteropTests.Federation;

/// <summary>What one server hears of another a moment later.</summary>
internal static class Soon
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Asks until something is so.</summary>
    public static void Is(Func<bool> so, string what = "It")
    {
        for (var began = Stopwatch.GetTimestamp(); !so(); Thread.Sleep(20))
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"{what} did not become so.");
        }
    }
}
