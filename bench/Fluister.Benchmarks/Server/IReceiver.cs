namespace Fluister.Benchmarks.Server;

/// <summary>Hears what comes over connections.</summary>
internal interface IReceiver
{
    /// <summary>A message has come; it is valid until this returns.</summary>
    void Received(LoadSocket socket, ReadOnlySpan<byte> message);

    /// <summary>What came together has been heard: what was answered may leave.</summary>
    void Flush();
}
