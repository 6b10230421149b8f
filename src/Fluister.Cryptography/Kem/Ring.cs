using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace Fluister.Cryptography.Kem;

/// <summary>Arithmetic in Z_q[X]/(X^256 + 1), q = 3329, the ring of ML-KEM (FIPS 203, sections 2.4 and 4).</summary>
/// <remarks>A polynomial is 256 signed coefficients, worked on sixteen at a time. A coefficient stands for its class modulo q: which
/// of the class's numbers it is, each method says of what it takes and gives. "Small" is within -1664..1664, the one number that
/// <c>Reduce</c> gives. Products are Montgomery's (R = 2^16): a product carries the factor 1/R, which a later step takes away. No
/// branch, index or division depends on a coefficient, except where uniform coefficients are sampled, which are public.</remarks>
internal static partial class Ring
{
    /// <summary>Coefficients of a polynomial.</summary>
    public const int Degree = 256;

    /// <summary>The modulus.</summary>
    public const short Q = 3329;

    // Coefficients of a vector.
    private const int Width = 16;

    // Q^-1 modulo 2^16.
    private const short QInverse = -3327;

    // 2^32 modulo Q: by it, a Montgomery product multiplies by R.
    private const short MontgomerySquared = 1353;

    /// <summary>Adds, coefficient by coefficient.</summary>
    public static void Add(Span<short> sum, ReadOnlySpan<short> addend)
    {
        var to = Vectors(sum);
        var from = Vectors(addend);
        for (var i = 0; i < to.Length; i++)
        {
            to[i] += from[i];
        }
    }

    /// <summary>Subtracts, coefficient by coefficient.</summary>
    public static void Subtract(Span<short> difference, ReadOnlySpan<short> subtrahend)
    {
        var to = Vectors(difference);
        var from = Vectors(subtrahend);
        for (var i = 0; i < to.Length; i++)
        {
            to[i] -= from[i];
        }
    }

    /// <summary>Makes every coefficient small.</summary>
    public static void Reduce(Span<short> polynomial)
    {
        foreach (ref var vector in Vectors(polynomial))
        {
            vector = Small(vector);
        }
    }

    /// <summary>Multiplies by R, which takes away the factor that a product carries; gives coefficients within -3328..3328.</summary>
    public static void ToMontgomery(Span<short> polynomial)
    {
        var squared = Vector256.Create(MontgomerySquared);
        foreach (ref var vector in Vectors(polynomial))
        {
            vector = Multiply(vector, squared);
        }
    }

    /// <summary>Clears coefficients that nobody may find.</summary>
    public static void Clear(Span<short> secret) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(secret));

    /// <summary>The coefficients, sixteen at a time.</summary>
    public static Span<Vector256<short>> Vectors(Span<short> polynomial) => MemoryMarshal.Cast<short, Vector256<short>>(polynomial);

    private static ReadOnlySpan<Vector256<short>> Vectors(ReadOnlySpan<short> polynomial) =>
        MemoryMarshal.Cast<short, Vector256<short>>(polynomial);

    // Barrett's reduction of any 16-bit number: its quotient is the nearest, 20159 being 2^26 / q.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Small(Vector256<short> a)
    {
        var quotient = (HighProduct(a, Vector256.Create((short)20159)) + Vector256.Create((short)512)) >> 10;
        return a - (quotient * Q);
    }

    // Montgomery's product: a b / R, within -3328..3328, where |a b| < q 2^15. The low halves of the two products are equal.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Multiply(Vector256<short> a, Vector256<short> b) =>
        HighProduct(a, b) - HighProduct(a * b * QInverse, Vector256.Create(Q));

    // The same, by b whose product with q^-1 is known.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Multiply(Vector256<short> a, Vector256<short> b, Vector256<short> bOverQ) =>
        HighProduct(a, b) - HighProduct(a * bOverQ, Vector256.Create(Q));

    // The upper 16 bits of each product.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> HighProduct(Vector256<short> a, Vector256<short> b)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.MultiplyHigh(a, b);
        }

        var even = (LowHalf(a) * LowHalf(b)) >>> 16;
        var odd = (a.AsInt32() >> 16) * (b.AsInt32() >> 16) & Vector256.Create(unchecked((int)0xFFFF0000));
        return (even | odd).AsInt16();
    }

    // For each pair of neighbours, the sum of the two products.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> PairSums(Vector256<short> a, Vector256<short> b) =>
        Avx2.IsSupported
            ? Avx2.MultiplyAddAdjacent(a, b)
            : (LowHalf(a) * LowHalf(b)) + ((a.AsInt32() >> 16) * (b.AsInt32() >> 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> LowHalf(Vector256<short> a) => (a.AsInt32() << 16) >> 16;
}
