using System.Buffers.Binary;
using System.Numerics;

namespace Fluister.NotForking.Upstreams;

/// <summary>SHA-224 (FIPS 180-4), which .NET does not have: SHA-256 from other initial values, without the last word.</summary>
internal sealed class Sha224
{
    private const int BlockSize = 64;

    private static readonly uint[] Round = [.. Primes().Take(64).Select(prime => Fraction(Math.Cbrt(prime), prime, 3))];
    private readonly uint[] _state = [0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4];

    /// <summary>The hash of all that a stream holds: 28 bytes.</summary>
    public static byte[] Hash(Stream content)
    {
        var sha = new Sha224();
        var buffer = new byte[BlockSize * 1024];
        long total = 0;
        int count;
        while ((count = content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) == buffer.Length)
        {
            total += count;
            sha.Blocks(buffer);
        }

        total += count;
        var last = new byte[(count + 9 + BlockSize - 1) / BlockSize * BlockSize];
        buffer.AsSpan(0, count).CopyTo(last);
        last[count] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(last.AsSpan(^8), total * 8);
        sha.Blocks(last);
        var hash = new byte[28];
        for (var word = 0; word < 7; word++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(word * 4), sha._state[word]);
        }

        return hash;
    }

    private static IEnumerable<int> Primes() =>
        Enumerable.Range(2, 400).Where(number => Enumerable.Range(2, number - 2).All(other => number % other != 0));

    /// <summary>The first 32 bits of a root's fraction, exactly: the double is only a first guess.</summary>
    private static uint Fraction(double root, int of, int power)
    {
        var wanted = (BigInteger)of << (32 * power);
        var guess = (BigInteger)(root * 4294967296d);
        while (BigInteger.Pow(guess, power) > wanted)
        {
            guess--;
        }

        while (BigInteger.Pow(guess + 1, power) <= wanted)
        {
            guess++;
        }

        return (uint)(guess & uint.MaxValue);
    }

    private void Blocks(ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length > 0; bytes = bytes[BlockSize..])
        {
            Block(bytes[..BlockSize]);
        }
    }

    private void Block(ReadOnlySpan<byte> block)
    {
        Span<uint> words = stackalloc uint[64];
        for (var t = 0; t < 64; t++)
        {
            words[t] = t < 16 ? BinaryPrimitives.ReadUInt32BigEndian(block[(t * 4)..]) : words[t - 16] + words[t - 7] +
                (Turn(words[t - 15], 7) ^ Turn(words[t - 15], 18) ^ (words[t - 15] >> 3)) +
                (Turn(words[t - 2], 17) ^ Turn(words[t - 2], 19) ^ (words[t - 2] >> 10));
        }

        var (a, b, c, d, e, f, g, h) = (_state[0], _state[1], _state[2], _state[3], _state[4], _state[5], _state[6], _state[7]);
        for (var t = 0; t < 64; t++)
        {
            var first = h + (Turn(e, 6) ^ Turn(e, 11) ^ Turn(e, 25)) + ((e & f) ^ (~e & g)) + Round[t] + words[t];
            var second = (Turn(a, 2) ^ Turn(a, 13) ^ Turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + first, c, b, a, first + second);
        }

        ReadOnlySpan<uint> sums = [a, b, c, d, e, f, g, h];
        for (var word = 0; word < 8; word++)
        {
            _state[word] += sums[word];
        }
    }

    private static uint Turn(uint word, int count) => BitOperations.RotateRight(word, count);
}
