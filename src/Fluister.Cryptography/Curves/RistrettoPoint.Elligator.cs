using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Fluister.Cryptography.Curves;

// Elligator: from field elements to group elements, and back.
public readonly partial struct RistrettoPoint
{
    /// <summary>The most field elements that one map sends to one element, of each field element and its negative the one
    /// that is not negative.</summary>
    public const int MaximumPreimages = 8;

    // RFC 9496, section 4.1. The root of a d - 1, with a = -1, is the one that is negative there.
    private static readonly Field25519 OneMinusDSquare = Field25519.One - EdwardsPoint.D.Square();
    private static readonly Field25519 DMinusOneSquare = (EdwardsPoint.D - Field25519.One).Square();
    private static readonly Field25519 SqrtAdMinusOne = -Root(-(EdwardsPoint.D + Field25519.One));

    // For the way back: 2/sqrt(a d - 1) and (d + 1)/(d - 1).
    private static readonly Field25519 TwoOverSqrtAdMinusOne = Field25519.From(2) * SqrtAdMinusOne.Invert();
    private static readonly Field25519 DPlusOneOverDMinusOne =
        (EdwardsPoint.D + Field25519.One) * (EdwardsPoint.D - Field25519.One).Invert();

    private static readonly (uint Exists, Field25519 Value)[] IdentityPreimages = MakeIdentityPreimages();

    /// <summary>Hash to group: from 64 uniform bytes (RFC 9496, section 4.3.4). The highest bit of each half is ignored.</summary>
    public static RistrettoPoint FromUniformBytes(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, 2 * Field25519.Bytes);
        return Map(Field25519.Decode(bytes[..32])) + Map(Field25519.Decode(bytes[32..]));
    }

    /// <summary>One Elligator map, from 32 bytes (RFC 9496, section 4.3.4, MAP): not uniform, but it can be inverted. The highest
    /// bit is ignored, the bytes are taken modulo p, and a field element and its negative give the same element; so the first
    /// of two encodings that differ carries 253 bits where bit 0 and the two highest are zero.</summary>
    public static RistrettoPoint FromSingleElligator(ReadOnlySpan<byte> bytes) => Map(Field25519.Decode(bytes));

    /// <summary>Inverts <see cref="FromSingleElligator"/> in fixed time: all the encodings that it sends here and that are not
    /// negative, that is even and below p.</summary>
    /// <param name="preimages">Eight times 32 bytes. Those that the result does not name are of no meaning.</param>
    /// <returns>A bit for each of the eight: 1 where it is a preimage. A preimage may be named twice.</returns>
    public byte WriteElligatorPreimages(Span<byte> preimages)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(preimages.Length, MaximumPreimages * Field25519.Bytes);

        // Four points of the Edwards curve are this element: (x, y), (-x, -y), (iy, ix) and (-iy, -ix).
        var (x, y, z) = (_point.X, _point.Y, _point.Z);
        Span<(uint Exists, Field25519 Value)> found = stackalloc (uint, Field25519)[MaximumPreimages];
        InvertPair(x, y, z, found[..4]);
        InvertPair(y * Field25519.SqrtMinusOne, x * Field25519.SqrtMinusOne, z, found[4..]);

        // The four of the neutral element have no x or no y to divide by.
        var isIdentity = x.IsZero | y.IsZero;
        uint mask = 0;
        for (var i = 0; i < MaximumPreimages; i++)
        {
            var (exists, value) = IdentityPreimages[i];
            Field25519.Select(isIdentity, value, found[i].Value).Encode(preimages.Slice(i * Field25519.Bytes, Field25519.Bytes));
            mask |= ((exists & isIdentity) | (found[i].Exists & (isIdentity ^ 1))) << i;
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(found));
        return (byte)mask;
    }

    private static RistrettoPoint Map(in Field25519 t)
    {
        var r = Field25519.SqrtMinusOne * t.Square();
        var u = (r + Field25519.One) * OneMinusDSquare;
        var v = -(Field25519.One + (r * EdwardsPoint.D)) * (r + EdwardsPoint.D);
        var square = Field25519.SqrtRatio(u, v, out var s);
        s = Field25519.Select(square, s, -(s * t).Absolute());
        var c = Field25519.Select(square, -Field25519.One, r);
        var n = (c * (r - Field25519.One) * DMinusOneSquare) - v;
        var ss = s.Square();
        var w0 = (s + s) * v;
        var w1 = n * SqrtAdMinusOne;
        var w2 = Field25519.One - ss;
        var w3 = Field25519.One + ss;
        return new RistrettoPoint(new EdwardsPoint { X = w0 * w3, Y = w2 * w1, Z = w1 * w3, T = w0 * w2 });
    }

    // Map goes over a quartic curve with coordinates (s, t'), where t' = N/v:
    //     y = (1 - s²)/(1 + s²),    x = 2 s/(t' sqrt(a d - 1)).
    // Back from (x, y) and from (-x, -y) at once: with g = 1/(x sqrt(1 - y²)) the first gives s = ±(1 - y) x g and
    // t' = 2 s/(x sqrt(a d - 1)), the second s = ±(1 + y) x g with the t' of -x.
    private static void InvertPair(
        in Field25519 x, in Field25519 y, in Field25519 z, Span<(uint Exists, Field25519 Value)> found)
    {
        var minus = z - y;
        var plus = z + y;
        _ = Field25519.SqrtRatio(Field25519.One, x.Square() * minus * plus, out var g);
        var factor = TwoOverSqrtAdMinusOne * g * z;
        var (s, t) = (minus * g * x, minus * factor);
        found[0] = InvertQuartic(s, t);
        found[1] = InvertQuartic(-s, -t);
        (s, t) = (plus * g * x, -(plus * factor));
        found[2] = InvertQuartic(s, t);
        found[3] = InvertQuartic(-s, -t);
    }

    // From a point of the quartic to the field element. Map chooses the sign of s by which of its two formulas it took. With
    // a = (t' + 1)(d + 1)/(d - 1) both are solved by r = (±s² + a)/(±s² - a), plus where s is not negative; and r = i t².
    private static (uint Exists, Field25519 Value) InvertQuartic(in Field25519 s, in Field25519 t)
    {
        var a = (t + Field25519.One) * DPlusOneOverDMinusOne;
        var signed = s.Square().NegateIf(s.IsNegative);
        var exists = Field25519.SqrtRatio(signed + a, Field25519.SqrtMinusOne * (signed - a), out var preimage);
        return (exists, preimage);
    }

    // 0 gives s = 0. Where v is zero, for r = -d and r = -1/d, s is zero too. The points with y = 0 have s = 1 or -1 and x = i
    // or -i.
    private static (uint Exists, Field25519 Value)[] MakeIdentityPreimages()
    {
        var t = TwoOverSqrtAdMinusOne * Field25519.SqrtMinusOne;
        return
        [
            (1, Field25519.Zero),
            (1, Root(Field25519.SqrtMinusOne * EdwardsPoint.D)),
            (1, Root(Field25519.SqrtMinusOne * EdwardsPoint.D.Invert())),
            InvertQuartic(Field25519.One, t),
            InvertQuartic(Field25519.One, -t),
            InvertQuartic(-Field25519.One, t),
            InvertQuartic(-Field25519.One, -t),
            (0, Field25519.Zero),
        ];
    }

    private static Field25519 Root(in Field25519 value)
    {
        var exists = Field25519.SqrtRatio(value, Field25519.One, out var root);
        Debug.Assert(exists == 1, "A square.");
        return root;
    }
}
