using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Fluister.Cryptography.Kem;

// The number-theoretic transform (FIPS 203, section 4.3). The layers of distance 128 to 16 work on pairs of vectors; those of
// distance 8, 4 and 2 within a vector, whose halves, quarters or eighths are doubled first.
internal static partial class Ring
{
    // R modulo q, small.
    private const short One = -1044;

    // R^2 / 128 modulo q: by it, a Montgomery product multiplies by R and divides by 128.
    private const short InverseScale = 1441;

    // 17^BitRev7(i) R (FIPS 203, appendix A), each small.
    private static readonly short[] Zetas = PowersOfZeta();

    // For the three layers within vectors, from distance 8 to 2, and each of the sixteen vectors: what its coefficients are
    // multiplied by, and that over q.
    private static readonly Vector256<short>[] Forward =
        InnerFactors((blocks, block) => (Zetas[blocks + block], (short)-Zetas[blocks + block]));

    private static readonly Vector256<short>[] Backward =
        InnerFactors((blocks, block) => (One, Zetas[(2 * blocks) - 1 - block]));

    // For each vector: the factors of algorithm 12 at the odd places.
    private static readonly Vector256<short>[] ProductZetas = ProductFactors();

    /// <summary>Algorithm 9, in place: takes coefficients within -3329..3329, gives small ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Ntt(Span<short> polynomial)
    {
        ref var vectors = ref MemoryMarshal.GetReference(Vectors(polynomial[..Degree]));
        var k = 1;
        for (var length = 128 / Width; length >= 1; length >>= 1)
        {
            for (var start = 0; start < Degree / Width; start += 2 * length)
            {
                var zeta = Zetas[k++];
                var (factor, factorOverQ) = (Vector256.Create(zeta), Vector256.Create((short)(zeta * QInverse)));
                for (var j = start; j < start + length; j++)
                {
                    ref var low = ref Unsafe.Add(ref vectors, j);
                    ref var high = ref Unsafe.Add(ref vectors, j + length);
                    var t = Multiply(high, factor, factorOverQ);
                    high = low - t;
                    low += t;
                }
            }
        }

        var factors = Forward.AsSpan();
        for (var i = 0; i < Degree / Width; i++)
        {
            var v = Unsafe.Add(ref vectors, i);
            v = LowEighths(v, 8) + Multiply(HighEighths(v, 8), factors[2 * i], factors[(2 * i) + 1]);
            v = LowEighths(v, 4) + Multiply(HighEighths(v, 4), factors[32 + (2 * i)], factors[33 + (2 * i)]);
            v = LowEighths(v, 2) + Multiply(HighEighths(v, 2), factors[64 + (2 * i)], factors[65 + (2 * i)]);
            Unsafe.Add(ref vectors, i) = Small(v);
        }
    }

    /// <summary>Algorithm 10, in place, and times R, so that it takes away the factor that <see cref="Multiply(ReadOnlySpan{short},
    /// ReadOnlySpan{short}, Span{short})"/> left: takes coefficients within -3328..3328, and gives such.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InverseNtt(Span<short> polynomial)
    {
        ref var vectors = ref MemoryMarshal.GetReference(Vectors(polynomial[..Degree]));
        var factors = Backward.AsSpan();
        for (var i = 0; i < Degree / Width; i++)
        {
            var v = Unsafe.Add(ref vectors, i);
            v = Multiply(HighEighths(v, 2) + Signed(LowEighths(v, 2), 2), factors[64 + (2 * i)], factors[65 + (2 * i)]);
            v = Multiply(HighEighths(v, 4) + Signed(LowEighths(v, 4), 4), factors[32 + (2 * i)], factors[33 + (2 * i)]);
            v = Multiply(HighEighths(v, 8) + Signed(LowEighths(v, 8), 8), factors[2 * i], factors[(2 * i) + 1]);
            Unsafe.Add(ref vectors, i) = v;
        }

        // A product of a 16-bit a with a small b is within |a b| / 2^16 + q / 2: after the layers above, within 1758. Four times
        // doubled, that is below 2^15.
        var k = 15;
        for (var length = 1; length <= 128 / Width; length <<= 1)
        {
            for (var start = 0; start < Degree / Width; start += 2 * length)
            {
                var zeta = Zetas[k--];
                var (factor, factorOverQ) = (Vector256.Create(zeta), Vector256.Create((short)(zeta * QInverse)));
                for (var j = start; j < start + length; j++)
                {
                    ref var low = ref Unsafe.Add(ref vectors, j);
                    ref var high = ref Unsafe.Add(ref vectors, j + length);
                    var t = low;
                    low = t + high;
                    high = Multiply(high - t, factor, factorOverQ);
                }
            }
        }

        var (scale, scaleOverQ) = (Vector256.Create(InverseScale), Vector256.Create(unchecked((short)(InverseScale * QInverse))));
        for (var i = 0; i < Degree / Width; i++)
        {
            ref var v = ref Unsafe.Add(ref vectors, i);
            v = Multiply(v, scale, scaleOverQ);
        }
    }

    /// <summary>The inner product of two vectors of transformed polynomials (algorithm 11 and its sums), over R.</summary>
    /// <param name="a">Up to four polynomials within -4096..4095.</param>
    /// <param name="b">As many polynomials, small.</param>
    /// <param name="product">Filled with one polynomial, within -3328..3328.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(ReadOnlySpan<short> a, ReadOnlySpan<short> b, Span<short> product)
    {
        const int Step = Degree / Width;
        var left = Vectors(a);
        var right = Vectors(b);
        var to = Vectors(product);
        for (var i = 0; i < Step; i++)
        {
            var (even, odd) = (Vector256<int>.Zero, Vector256<int>.Zero);
            for (var j = i; j < left.Length; j += Step)
            {
                // Modulo X^2 - zeta: (a0 b0 + a1 b1 zeta) + (a0 b1 + a1 b0) X. Each of at most four sums is below 2 * 4096 * 1707.
                var (x, y) = (left[j], right[j]);
                even += PairSums(x, OddFrom(Multiply(y, ProductZetas[i]), y));
                odd += PairSums(x, Swap(y));
            }

            to[i] = ((Montgomery(even) >>> 16) | Montgomery(odd)).AsInt16();
        }
    }

    // Montgomery's reduction, left in the upper half; the lower is zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Montgomery(Vector256<int> a)
    {
        // The upper half of the modulus is zero: of the quotient, the lower half counts.
        var quotient = a.AsInt16() * QInverse;
        return a - PairSums(quotient, Vector256.Create((int)Q).AsInt16());
    }

    // b's even places, and a's odd ones.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> OddFrom(Vector256<short> a, Vector256<short> b) =>
        Vector256.ConditionalSelect(Vector256.Create(0xFFFF).AsInt16(), b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Swap(Vector256<short> a) => ((a.AsInt32() << 16) | (a.AsInt32() >>> 16)).AsInt16();

    // The lower one of each two groups of coefficients, twice.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> LowEighths(Vector256<short> v, int group) => group switch
    {
        8 => Vector256.Shuffle(v.AsInt64(), Vector256.Create(0L, 1, 0, 1)).AsInt16(),
        4 => Vector256.Shuffle(v.AsInt64(), Vector256.Create(0L, 0, 2, 2)).AsInt16(),
        _ => Vector256.Shuffle(v.AsInt32(), Vector256.Create(0, 0, 2, 2, 4, 4, 6, 6)).AsInt16(),
    };

    // The upper one, twice.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> HighEighths(Vector256<short> v, int group) => group switch
    {
        8 => Vector256.Shuffle(v.AsInt64(), Vector256.Create(2L, 3, 2, 3)).AsInt16(),
        4 => Vector256.Shuffle(v.AsInt64(), Vector256.Create(1L, 1, 3, 3)).AsInt16(),
        _ => Vector256.Shuffle(v.AsInt32(), Vector256.Create(1, 1, 3, 3, 5, 5, 7, 7)).AsInt16(),
    };

    // The upper one of each two groups negated.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Signed(Vector256<short> v, int group)
    {
        var sign = group switch
        {
            8 => Vector256.Create(0L, 0, -1, -1).AsInt16(),
            4 => Vector256.Create(0L, -1, 0, -1).AsInt16(),
            _ => Vector256.Create(0, -1, 0, -1, 0, -1, 0, -1).AsInt16(),
        };
        return (v ^ sign) - sign;
    }

    private static short[] PowersOfZeta()
    {
        var zetas = new short[128];
        for (var i = 0; i < zetas.Length; i++)
        {
            var exponent = 0;
            for (var bit = 0; bit < 7; bit++)
            {
                exponent |= ((i >> bit) & 1) << (6 - bit);
            }

            var power = 1 << 16;
            for (var j = 0; j < exponent; j++)
            {
                power = power % Q * 17;
            }

            power %= Q;
            zetas[i] = (short)(power > Q / 2 ? power - Q : power);
        }

        return zetas;
    }

    private static Vector256<short>[] InnerFactors(Func<int, int, (short Low, short High)> ofBlock)
    {
        var factors = new Vector256<short>[3 * 2 * Degree / Width];
        Span<short> coefficients = stackalloc short[Width];
        var at = 0;
        foreach (var group in (int[])[8, 4, 2])
        {
            for (var i = 0; i < Degree; i += Width)
            {
                for (var j = 0; j < Width; j++)
                {
                    var (low, high) = ofBlock(Degree / 2 / group, (i + j) / (2 * group));
                    coefficients[j] = (j & group) == 0 ? low : high;
                }

                var factor = Vector256.Create<short>(coefficients);
                factors[at++] = factor;
                factors[at++] = factor * QInverse;
            }
        }

        return factors;
    }

    private static Vector256<short>[] ProductFactors()
    {
        var factors = new Vector256<short>[Degree / Width];
        Span<short> coefficients = stackalloc short[Width];
        for (var i = 0; i < Degree; i += Width)
        {
            for (var j = 1; j < Width; j += 2)
            {
                var zeta = Zetas[64 + ((i + j) / 4)];
                coefficients[j] = (j & 2) == 0 ? zeta : (short)-zeta;
            }

            factors[i / Width] = Vector256.Create<short>(coefficients);
        }

        return factors;
    }
}
