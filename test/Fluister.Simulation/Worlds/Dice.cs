using Fluister.Cryptography;

namespace Fluister.Simulation.Worlds;

/// <summary>Choices that a seed repeats; not good for keys of anybody who exists. One that is forked goes on independently of how often
/// the other is thrown. Safe for several threads, whose order it does not make.</summary>
internal sealed class Dice : RandomSource
{
    private readonly Lock _lock = new();
    private readonly ulong _seed;
    private ulong _state;

    /// <summary>Dice that fall as a seed tells them.</summary>
    public Dice(ulong seed) => _seed = _state = Mix(seed);

    /// <summary>Other dice, of this seed and a name.</summary>
    public Dice Fork(string name)
    {
        var mixed = _seed;
        foreach (var letter in name)
        {
            mixed = Mix(mixed ^ letter);
        }

        return new Dice(mixed);
    }

    /// <summary>At least 0 and less than the bound.</summary>
    public int Next(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>At least the one and less than the other.</summary>
    public int Next(int from, int bound) => from + Next(bound - from);

    /// <summary>True so many times of a hundred.</summary>
    public bool Chance(double percent) => Next() % 10_000 < (ulong)(percent * 100);

    /// <summary>One of several.</summary>
    public T Pick<T>(IReadOnlyList<T> from) => from[Next(from.Count)];

    /// <summary>A time of up to so much, most of them short.</summary>
    public TimeSpan Delay(TimeSpan most) => most * Math.Pow(Next(1000) / 1000d, 3);

    /// <inheritdoc/>
    public override void Fill(Span<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(Next() >> 56);
        }
    }

    // SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
    private ulong Next()
    {
        lock (_lock)
        {
            return Mix(_state += 0x9e3779b97f4a7c15);
        }
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}
