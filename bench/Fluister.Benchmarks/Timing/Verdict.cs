namespace Fluister.Benchmarks.Timing;

/// <summary>What a leakage test says.</summary>
internal enum Verdict
{
    /// <summary>No difference seen by so many measurements; smaller ones may exist.</summary>
    Quiet,

    /// <summary>To be measured again, longer, on a calmer machine.</summary>
    Suspicious,

    /// <summary>The classes differ in time.</summary>
    Leak,
}
