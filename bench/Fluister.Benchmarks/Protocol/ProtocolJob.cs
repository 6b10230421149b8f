namespace Fluister.Benchmarks.Protocol;

/// <summary>One thing that both implementations do.</summary>
/// <param name="Name">Its name in test/libsignal/bench.mjs.</param>
/// <param name="Title">What it is, for the table.</param>
/// <param name="Count">Operations in a round.</param>
/// <param name="Wanted">The rate that is wanted, in rates of the official package; none where none was set.</param>
/// <param name="Prepare">Prepares for a number of operations and gives what is timed.</param>
internal sealed record ProtocolJob(string Name, string Title, int Count, double? Wanted, Func<int, bool, Action> Prepare);
