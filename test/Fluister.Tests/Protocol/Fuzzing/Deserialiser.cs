namespace Fluister.Tests.Protocol.Fuzzing;

/// <summary>Something that reads bytes from outside.</summary>
/// <param name="Name">What it reads.</param>
/// <param name="Read">Reads.</param>
/// <param name="Valid">Gives bytes that it takes.</param>
/// <param name="Header">Bytes before the fields.</param>
/// <param name="Trailer">Bytes behind the fields.</param>
internal sealed record Deserialiser(string Name, Action<byte[]> Read, Func<byte[][]> Valid, int Header = 0, int Trailer = 0)
{
    private byte[][]? _seeds;

    /// <summary>Bytes that it takes.</summary>
    public byte[][] Seeds => _seeds ??= Valid();
}
