using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Fluister.Cryptography.Hashes;

namespace Fluister.Cryptography.Kem;

// The matrix and the noise: many short hashes, as many at once as the processor's vectors hold. All begin with a seed of 32
// bytes, so that a state's first four lanes are the seed and the fifth is what tells the hashes apart.
internal static partial class KPke
{
    private const int NoiseBytes = 128;
    private const int SeedLanes = SeedBytes / 8;

    // Five blocks of SHAKE128 are the 280 rounds after which FIPS 203, appendix B, lets one give up: less than once in 2^261.
    private const int MatrixBlocks = 5;

    // A of algorithm 13, or its transpose as algorithm 14 uses it, row by row.
    private static void SampleMatrix(int rank, ReadOnlySpan<byte> rho, bool transposed, Span<short> matrix)
    {
        Span<ushort> places = stackalloc ushort[rank * rank];
        for (var i = 0; i < places.Length; i++)
        {
            var (row, column) = (i / rank, i % rank);
            places[i] = (ushort)(transposed ? row | (column << 8) : column | (row << 8));
        }

        while (!places.IsEmpty)
        {
            var done = SampleUniform(rho, places, matrix);
            places = places[done..];
            matrix = matrix[(done * Ring.Degree)..];
        }
    }

    // PRF_2 (4.3) of 0, 1, 2 and so on, and the noise that it makes.
    private static void SampleNoise(ReadOnlySpan<byte> seed, Span<short> polynomials)
    {
        byte nonce = 0;
        while (!polynomials.IsEmpty)
        {
            var done = SampleBinomial(seed, nonce, polynomials);
            nonce += (byte)done;
            polynomials = polynomials[(done * Ring.Degree)..];
        }
    }

    private static int SampleUniform(ReadOnlySpan<byte> rho, ReadOnlySpan<ushort> places, Span<short> matrix) => Lanes(places.Length) switch
    {
        8 => SampleUniform<KeccakLanes8>(rho, places, matrix),
        4 => SampleUniform<KeccakLanes4>(rho, places, matrix),
        _ => SampleUniform<KeccakLanes1>(rho, places, matrix),
    };

    private static int SampleBinomial(ReadOnlySpan<byte> seed, byte nonce, Span<short> polynomials) =>
        Lanes(polynomials.Length / Ring.Degree) switch
        {
            8 => SampleBinomial<KeccakLanes8>(seed, nonce, polynomials),
            4 => SampleBinomial<KeccakLanes4>(seed, nonce, polynomials),
            _ => SampleBinomial<KeccakLanes1>(seed, nonce, polynomials),
        };

    // Eight or four at once where the processor has such vectors and there are more than a few to do.
    private static int Lanes(int wanted) =>
        Vector512.IsHardwareAccelerated && wanted > 4 ? 8 :
        Vector256.IsHardwareAccelerated && wanted > 1 ? 4 : 1;

    [SkipLocalsInit]
    private static int SampleUniform<TLanes>(ReadOnlySpan<byte> rho, ReadOnlySpan<ushort> places, Span<short> matrix)
        where TLanes : unmanaged, IKeccakLanes<TLanes>
    {
        Span<TLanes> state = stackalloc TLanes[KeccakF1600.Lanes];
        var words = MemoryMarshal.Cast<TLanes, ulong>(state);
        Begin(state, rho, Keccak.Shake128Rate);
        var count = Math.Min(TLanes.Count, places.Length);
        for (var i = 0; i < count; i++)
        {
            words[(SeedLanes * TLanes.Count) + i] = places[i] | ((ulong)Keccak.ShakeSuffix << 16);
        }

        Span<byte> block = stackalloc byte[Keccak.Shake128Rate];
        Span<int> filled = stackalloc int[count];
        filled.Clear();
        var missing = count;
        for (var blocks = 0; missing > 0 && blocks < MatrixBlocks; blocks++)
        {
            missing = count;
            KeccakF1600.Permute(state);
            for (var i = 0; i < count; i++)
            {
                Squeeze<TLanes>(words[i..], block);
                filled[i] = Ring.SampleUniform(block, matrix.Slice(i * Ring.Degree, Ring.Degree), filled[i]);
                missing -= filled[i] / Ring.Degree;
            }
        }

        for (var i = 0; i < count; i++)
        {
            matrix.Slice(i * Ring.Degree, Ring.Degree)[filled[i]..].Clear();
        }

        return count;
    }

    [SkipLocalsInit]
    private static int SampleBinomial<TLanes>(ReadOnlySpan<byte> seed, byte nonce, Span<short> polynomials)
        where TLanes : unmanaged, IKeccakLanes<TLanes>
    {
        Span<TLanes> state = stackalloc TLanes[KeccakF1600.Lanes];
        var words = MemoryMarshal.Cast<TLanes, ulong>(state);
        Begin(state, seed, Keccak.Shake256Rate);
        var count = Math.Min(TLanes.Count, polynomials.Length / Ring.Degree);
        for (var i = 0; i < count; i++)
        {
            words[(SeedLanes * TLanes.Count) + i] = (ulong)(nonce + i) | ((ulong)Keccak.ShakeSuffix << 8);
        }

        KeccakF1600.Permute(state);
        Span<byte> bytes = stackalloc byte[NoiseBytes];
        for (var i = 0; i < count; i++)
        {
            Squeeze<TLanes>(words[i..], bytes);
            Ring.SampleBinomial(bytes, polynomials.Slice(i * Ring.Degree, Ring.Degree));
        }

        CryptographicOperations.ZeroMemory(bytes);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words));
        return count;
    }

    // States that hold the seed and the last bit of the padding.
    private static void Begin<TLanes>(Span<TLanes> state, ReadOnlySpan<byte> seed, int rate)
        where TLanes : unmanaged, IKeccakLanes<TLanes>
    {
        state.Clear();
        for (var i = 0; i < SeedLanes; i++)
        {
            state[i] = TLanes.All(BinaryPrimitives.ReadUInt64LittleEndian(seed[(8 * i)..]));
        }

        state[(rate / 8) - 1] = TLanes.All(1UL << 63);
    }

    // The bytes of one state of several.
    private static void Squeeze<TLanes>(ReadOnlySpan<ulong> words, Span<byte> bytes)
        where TLanes : unmanaged, IKeccakLanes<TLanes>
    {
        for (var i = 0; i < bytes.Length / 8; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(8 * i)..], words[i * TLanes.Count]);
        }
    }
}
