using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Fluister.Cryptography.Hashes;

/// <summary>SHA3-256, SHA3-512, SHAKE128 and SHAKE256 (FIPS 202), which .NET has only where its OpenSSL does.</summary>
/// <remarks>Inputs may come in two pieces, which are hashed as if joined. The state is cleared after use. It is made of
/// 64-bit words whose first byte is the least significant, as memory has them on every processor that we know .NET to run on.</remarks>
internal static class Keccak
{
    /// <summary>Bytes that SHAKE128 takes or gives per permutation.</summary>
    public const int Shake128Rate = 168;

    /// <summary>Bytes that SHAKE256 takes or gives per permutation.</summary>
    public const int Shake256Rate = 136;

    /// <summary>The bits that SHAKE and its padding put after an input.</summary>
    public const byte ShakeSuffix = 0x1F;

    private const byte Sha3Suffix = 0x06;

    /// <summary>SHA3-256 of the two pieces: 32 bytes.</summary>
    public static void Sha3_256(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> digest) =>
        Sponge(Shake256Rate, Sha3Suffix, first, second, digest[..32]);

    /// <summary>SHA3-256: 32 bytes.</summary>
    public static void Sha3_256(ReadOnlySpan<byte> input, Span<byte> digest) => Sha3_256(input, [], digest);

    /// <summary>SHA3-512 of the two pieces: 64 bytes.</summary>
    public static void Sha3_512(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> digest) =>
        Sponge(72, Sha3Suffix, first, second, digest[..64]);

    /// <summary>SHAKE128 of the two pieces: as many bytes as the output is long.</summary>
    public static void Shake128(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> output) =>
        Sponge(Shake128Rate, ShakeSuffix, first, second, output);

    /// <summary>SHAKE256 of the two pieces: as many bytes as the output is long.</summary>
    public static void Shake256(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> output) =>
        Sponge(Shake256Rate, ShakeSuffix, first, second, output);

    private static void Sponge(int rate, byte suffix, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> output)
    {
        Span<KeccakLanes1> state = stackalloc KeccakLanes1[KeccakF1600.Lanes];
        state.Clear();
        var bytes = MemoryMarshal.AsBytes(state);
        var position = Absorb(state, bytes, rate, 0, first);
        position = Absorb(state, bytes, rate, position, second);
        bytes[position] ^= suffix;
        bytes[rate - 1] ^= 0x80;
        while (true)
        {
            KeccakF1600.Permute(state);
            var taken = Math.Min(rate, output.Length);
            bytes[..taken].CopyTo(output);
            output = output[taken..];
            if (output.IsEmpty)
            {
                break;
            }
        }

        CryptographicOperations.ZeroMemory(bytes);
    }

    private static int Absorb(Span<KeccakLanes1> state, Span<byte> bytes, int rate, int position, ReadOnlySpan<byte> input)
    {
        var lanes = MemoryMarshal.Cast<byte, ulong>(bytes);
        while (!input.IsEmpty)
        {
            if ((position & 7) == 0 && input.Length >= 8)
            {
                lanes[position >> 3] ^= BinaryPrimitives.ReadUInt64LittleEndian(input);
                input = input[8..];
                position += 8;
            }
            else
            {
                bytes[position++] ^= input[0];
                input = input[1..];
            }

            if (position == rate)
            {
                KeccakF1600.Permute(state);
                position = 0;
            }
        }

        return position;
    }
}
