namespace Fluister.Benchmarks.Server;

/// <summary>What a round brought.</summary>
/// <param name="Messages">Answered, arrived and acknowledged; copies, where it went to a group.</param>
/// <param name="Unsent">Due, but not even sent at the end: an overload.</param>
/// <param name="Seconds">To the last message's end.</param>
/// <param name="P50">Milliseconds from sending (or from when it was due) to arrival: the median, where that is measured.</param>
/// <param name="P99">What 99 of 100 do not exceed.</param>
/// <param name="Most">The longest.</param>
/// <param name="ServerCpu">Seconds of the processor that the server has taken, with its children.</param>
/// <param name="ClientCpu">Seconds that the client has taken.</param>
internal sealed record Load(
    int Messages, int Unsent, double Seconds, double? P50, double? P99, double? Most, double ServerCpu, double ClientCpu)
{
    /// <summary>Messages in a second.</summary>
    public double PerSecond => Messages / Seconds;

    /// <summary>Microseconds of the server's processor time for each message.</summary>
    public double CpuPerMessage => ServerCpu * 1e6 / Messages;
}
