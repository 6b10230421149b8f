using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace Fluister.Protocol.Ratchets.Spqr.Erasure;

/// <summary>Reed-Solomon codes for messages of whole chunks: sixteen polynomials of degree below the number of chunks pass
/// through the message, whose chunks are their values at 0, 1, 2 and so on. Any chunks of that number give the message.</summary>
internal static class ErasureCode
{
    /// <summary>Most chunks that any message of the protocol has: the vector of an encapsulation key, 1,152 bytes.</summary>
    public const int MaximumChunks = 36;

    /// <summary>The polynomials through the given points, lowest coefficient first (Newton's interpolation).</summary>
    /// <param name="points">Chunks of different indices.</param>
    /// <param name="coefficients">As many as there are points.</param>
    public static void Interpolate(ReadOnlySpan<Chunk> points, Span<Vector256<ushort>> coefficients)
    {
        Debug.Assert(points.Length == coefficients.Length && points.Length <= MaximumChunks, "As many coefficients as points.");
        coefficients.Clear();

        // The product of (x - index) over the points that were taken; it vanishes at all of them.
        Span<ushort> vanishing = stackalloc ushort[MaximumChunks + 1];
        vanishing.Clear();
        vanishing[0] = 1;
        for (var i = 0; i < points.Length; i++)
        {
            var (x, y) = points[i];
            var scale = Gf16.Invert(Evaluate(vanishing[..(i + 1)], x));
            var missing = Gf16.Multiply(y ^ Evaluate(coefficients[..i], x), scale);
            for (var k = 0; k <= i; k++)
            {
                coefficients[k] ^= Gf16.Multiply(missing, vanishing[k]);
            }

            for (var k = i + 1; k > 0; k--)
            {
                vanishing[k] = (ushort)(vanishing[k - 1] ^ Gf16.Multiply(vanishing[k], x));
            }

            vanishing[0] = Gf16.Multiply(vanishing[0], x);
        }
    }

    /// <summary>The values of the polynomials at one place (Horner's scheme).</summary>
    public static Vector256<ushort> Evaluate(ReadOnlySpan<Vector256<ushort>> coefficients, ushort x)
    {
        var value = Vector256<ushort>.Zero;
        for (var k = coefficients.Length - 1; k >= 0; k--)
        {
            value = Gf16.Multiply(value, x) ^ coefficients[k];
        }

        return value;
    }

    private static ushort Evaluate(ReadOnlySpan<ushort> coefficients, ushort x)
    {
        ushort value = 0;
        for (var k = coefficients.Length - 1; k >= 0; k--)
        {
            value = (ushort)(Gf16.Multiply(value, x) ^ coefficients[k]);
        }

        return value;
    }
}
