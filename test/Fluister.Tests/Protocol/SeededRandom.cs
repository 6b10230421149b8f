using Fluister.Cryptography;

namespace Fluister.Tests.Protocol;

/// <summary>Random bytes that a seed repeats; say the seed where a test fails.</summary>
internal sealed class SeededRandom(int seed) : RandomSource
{
    private readonly Random _random = new(seed);

    public override void Fill(Span<byte> bytes) => _random.NextBytes(bytes);

    public int Next(int bound) => _random.Next(bound);

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }

    public void Shuffle<T>(T[] values) => _random.Shuffle(values);

    public override string ToString() => $"seed {seed}";
}
