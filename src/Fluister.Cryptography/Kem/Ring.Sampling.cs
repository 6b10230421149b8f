using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Fluister.Cryptography.Kem;

// Samples (FIPS 203, section 4.2.2).
internal static partial class Ring
{
    // For each choice among eight 16-bit numbers, the places of the chosen ones' bytes, first to last.
    private static readonly Vector128<byte>[] Choices = AllChoices();

    /// <summary>Takes what algorithm 7 accepts of a piece of its stream, from the coefficient <paramref name="filled"/> on.
    /// The stream is public: so are the time and the places in memory.</summary>
    /// <returns>How many coefficients are there now.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int SampleUniform(ReadOnlySpan<byte> stream, Span<short> polynomial, int filled)
    {
        // Twelve bytes are eight candidates, each of which the shuffle lays into 16 bits: at the bottom or, every second one, at the top.
        var lay = Vector128.Create((byte)0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 7, 8, 9, 10, 10, 11);
        ref var first = ref MemoryMarshal.GetReference(stream);
        ref var to = ref MemoryMarshal.GetReference(polynomial);
        for (; stream.Length >= 16 && filled <= polynomial.Length - 8; stream = stream[12..])
        {
            first = ref MemoryMarshal.GetReference(stream);
            var laid = Vector128.Shuffle(Vector128.LoadUnsafe(ref first), lay).AsInt16();
            var (even, odd) = (laid & Vector128.Create((short)0xFFF), laid >>> 4);
            var candidates = Vector128.ConditionalSelect(Vector128.Create(0xFFFF).AsInt16(), even, odd);
            var accepted = Vector128.LessThan(candidates, Vector128.Create(Q)).ExtractMostSignificantBits();
            Vector128.Shuffle(candidates.AsByte(), Choices[accepted]).AsInt16().StoreUnsafe(ref to, (nuint)filled);
            filled += BitOperations.PopCount(accepted);
        }

        for (; stream.Length >= 3 && filled < polynomial.Length; stream = stream[3..])
        {
            var lower = (short)(stream[0] | ((stream[1] & 0x0F) << 8));
            var upper = (short)((stream[1] >> 4) | (stream[2] << 4));
            if (lower < Q)
            {
                polynomial[filled++] = lower;
            }

            if (upper < Q && filled < polynomial.Length)
            {
                polynomial[filled++] = upper;
            }
        }

        return filled;
    }

    /// <summary>SamplePolyCBD_2 (algorithm 8) of 128 bytes: coefficients within -2..2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SampleBinomial(ReadOnlySpan<byte> bytes, Span<short> polynomial)
    {
        var vectors = Vectors(polynomial[..Degree]);
        for (var i = 0; i < vectors.Length; i++)
        {
            // Of each four bits, the sum of the lower two less that of the upper two, plus 3.
            var bits = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(8 * i)..]);
            var sums = (bits & 0x5555555555555555) + ((bits >> 1) & 0x5555555555555555);
            var differences = (sums & 0x3333333333333333) + 0x3333333333333333 - ((sums >> 2) & 0x3333333333333333);

            // The two of a byte to the two 16-bit halves of 32 bits.
            var words = Vector128.WidenLower(Vector128.CreateScalar(differences).AsByte());
            var wide = Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words));
            var apart = (wide | (wide << 12)) & Vector256.Create(0x000F000FU);
            vectors[i] = apart.AsInt16() - Vector256.Create((short)3);
        }
    }

    private static Vector128<byte>[] AllChoices()
    {
        var choices = new Vector128<byte>[256];
        Span<byte> places = stackalloc byte[16];
        for (var choice = 0; choice < choices.Length; choice++)
        {
            var at = 0;
            places.Clear();
            for (var i = 0; i < 8; i++)
            {
                if (((choice >> i) & 1) != 0)
                {
                    places[at++] = (byte)(2 * i);
                    places[at++] = (byte)((2 * i) + 1);
                }
            }

            choices[choice] = Vector128.Create<byte>(places);
        }

        return choices;
    }
}
