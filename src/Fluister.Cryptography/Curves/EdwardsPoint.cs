using System.Runtime.CompilerServices;

namespace Fluister.Cryptography.Curves;

/// <summary>A point of the twisted Edwards curve -x² + y² = 1 + d x² y² over <see cref="Field25519"/> (RFC 8032, section 5.1), in
/// extended coordinates: x = X/Z, y = Y/Z, x y = T/Z. All four are tight.</summary>
/// <remarks>The formulas are complete: they hold for all points, also for doubling, for the neutral point and for points of
/// small order, so there is nothing to branch on (Hisil, Wong, Carter, Dawson: "Twisted Edwards Curves Revisited", section 3).</remarks>
internal partial struct EdwardsPoint
{
    /// <summary>Bytes of an encoded point.</summary>
    public const int Bytes = 32;

    /// <summary>The coordinates.</summary>
    public Field25519 X, Y, Z, T;

    /// <summary>The d of the curve's equation: -121665/121666.</summary>
    public static Field25519 D { get; } = -(Field25519.From(121665) * Field25519.From(121666).Invert());

    /// <summary>Twice d.</summary>
    public static Field25519 D2 { get; } = D + D;

    /// <summary>The neutral point (0, 1).</summary>
    public static EdwardsPoint Identity => new() { Y = Field25519.One, Z = Field25519.One };

    /// <summary>The generator of the prime group: y = 4/5, and x is even.</summary>
    public static EdwardsPoint Base { get; } = FromY(Field25519.From(4) * Field25519.From(5).Invert());

    /// <summary>Adds.</summary>
    public static EdwardsPoint operator +(EdwardsPoint a, in EdwardsPoint b)
    {
        Add(ref a, new Cached(b));
        return a;
    }

    /// <summary>Subtracts.</summary>
    public static EdwardsPoint operator -(EdwardsPoint a, in EdwardsPoint b)
    {
        Subtract(ref a, new Cached(b));
        return a;
    }

    /// <summary>Negates.</summary>
    public static EdwardsPoint operator -(in EdwardsPoint a) => new() { X = -a.X, Y = a.Y, Z = a.Z, T = -a.T };

    /// <summary>1 where the two are the same point.</summary>
    public static uint AreEqual(in EdwardsPoint a, in EdwardsPoint b) =>
        Field25519.AreEqual(a.X * b.Z, b.X * a.Z) & Field25519.AreEqual(a.Y * b.Z, b.Y * a.Z);

    /// <summary>The two points with a given y; <paramref name="point"/> is the one whose x is even.</summary>
    /// <returns>False where the curve has no point with that y.</returns>
    public static bool TryFromY(in Field25519 y, out EdwardsPoint point)
    {
        // x² = (y² - 1) / (d y² + 1), RFC 8032, section 5.1.3.
        var yy = y.Square();
        var found = Field25519.SqrtRatio(yy - Field25519.One, (D * yy) + Field25519.One, out var x);
        point = new EdwardsPoint { X = x, Y = y, Z = Field25519.One, T = x * y };
        return found == 1;
    }

    /// <summary>Decodes (RFC 8032, section 5.1.3); false where the bytes are not the one encoding of a point of the curve. For
    /// public points: ends early.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out EdwardsPoint point)
    {
        point = default;
        Span<byte> canonical = stackalloc byte[Bytes];
        var y = Field25519.Decode(bytes);
        y.Encode(canonical);
        var sign = (uint)bytes[Bytes - 1] >> 7;
        canonical[Bytes - 1] |= (byte)(sign << 7);
        if (!bytes.SequenceEqual(canonical) || !TryFromY(y, out point) || (point.X.IsZero & sign) != 0)
        {
            return false;
        }

        point.X = point.X.NegateIf(sign);
        point.T = point.T.NegateIf(sign);
        return true;
    }

    /// <summary>The point whose u on the Montgomery curve is given (y = (u - 1)/(u + 1), RFC 7748, section 4.1) and whose x has a
    /// sign; its Z is 1. A point with x = 0 has but one sign, and keeps it whatever is asked. For public points: ends early.</summary>
    /// <returns>False where the curve has no such point: for -1, and where u is of the twist.</returns>
    public static bool TryFromMontgomery(in Field25519 u, uint sign, out EdwardsPoint point)
    {
        var (above, below) = (u - Field25519.One, u + Field25519.One);
        if (u.IsZero != 0)
        {
            point = new EdwardsPoint { Y = -Field25519.One, Z = Field25519.One };
            return true;
        }

        // With y = a/b: x² = (a² - b²)/(d a² + b²) = n/m. One root g = 1/sqrt(n m b²) gives both x = n b g and 1/b = n m b g².
        var (aa, bb) = (above.Square(), below.Square());
        var n = aa - bb;
        var nm = n * ((D * aa) + bb);
        var found = Field25519.SqrtRatio(Field25519.One, nm * bb, out var g);
        var bg = below * g;
        var x = (n * bg).Absolute().NegateIf(sign);
        var y = above * (nm * bg * g);
        point = new EdwardsPoint { X = x, Y = y, Z = Field25519.One, T = x * y };
        return found == 1;
    }

    /// <summary>Doubles in place. T is left out, and is wrong, where <paramref name="withT"/> is false: doubling does not
    /// need it, adding does.</summary>
    [SkipLocalsInit]
    public static void Double(ref EdwardsPoint p, bool withT = true)
    {
        Field25519.Square(p.X, out var xx);
        Field25519.Square(p.Y, out var yy);
        Field25519.Square(p.Z, out var zz);
        Field25519.Add(p.X, p.Y, out var xy);
        Field25519.Square(xy, out xy);
        Field25519.Add(zz, zz, out zz);
        Field25519.Add(yy, xx, out var sum);
        Field25519.Subtract(yy, xx, out var difference);
        Field25519.SubtractWide(xy, sum, out xy);
        Field25519.SubtractWide(zz, difference, out zz);
        Complete(ref p, xy, sum, difference, zz, withT);
    }

    /// <summary>Adds a cached point in place.</summary>
    [SkipLocalsInit]
    public static void Add(ref EdwardsPoint p, in Cached q, bool withT = true)
    {
        Field25519.Add(p.Y, p.X, out var a);
        Field25519.Subtract(p.Y, p.X, out var b);
        Field25519.Multiply(a, q.Sum, out a);
        Field25519.Multiply(b, q.Difference, out b);
        Field25519.Multiply(p.T, q.T2D, out var c);
        Field25519.Multiply(p.Z, q.Z2, out var d);
        Finish(ref p, a, b, c, d, withT);
    }

    /// <summary>Subtracts a cached point in place.</summary>
    [SkipLocalsInit]
    public static void Subtract(ref EdwardsPoint p, in Cached q, bool withT = true)
    {
        Field25519.Add(p.Y, p.X, out var a);
        Field25519.Subtract(p.Y, p.X, out var b);
        Field25519.Multiply(a, q.Difference, out a);
        Field25519.Multiply(b, q.Sum, out b);
        Field25519.Multiply(p.T, q.T2D, out var c);
        Field25519.Multiply(p.Z, q.Z2, out var d);
        FinishNegative(ref p, a, b, c, d, withT);
    }

    /// <summary>Adds a point of a table in place.</summary>
    [SkipLocalsInit]
    public static void Add(ref EdwardsPoint p, in Affine q, bool withT = true)
    {
        Field25519.Add(p.Y, p.X, out var a);
        Field25519.Subtract(p.Y, p.X, out var b);
        Field25519.Multiply(a, q.Sum, out a);
        Field25519.Multiply(b, q.Difference, out b);
        Field25519.Multiply(p.T, q.T2D, out var c);
        Field25519.Add(p.Z, p.Z, out var d);
        Finish(ref p, a, b, c, d, withT);
    }

    /// <summary>Subtracts a point of a table in place.</summary>
    [SkipLocalsInit]
    public static void Subtract(ref EdwardsPoint p, in Affine q, bool withT = true)
    {
        Field25519.Add(p.Y, p.X, out var a);
        Field25519.Subtract(p.Y, p.X, out var b);
        Field25519.Multiply(a, q.Difference, out a);
        Field25519.Multiply(b, q.Sum, out b);
        Field25519.Multiply(p.T, q.T2D, out var c);
        Field25519.Add(p.Z, p.Z, out var d);
        FinishNegative(ref p, a, b, c, d, withT);
    }

    /// <summary>Writes y, and the lowest bit of x in the highest bit (RFC 8032, section 5.1.2).</summary>
    public readonly void Encode(Span<byte> bytes) => Encode(Z.Invert(), bytes);

    /// <summary>Encodes two points by one inversion.</summary>
    public static void Encode(in EdwardsPoint a, Span<byte> bytesA, in EdwardsPoint b, Span<byte> bytesB)
    {
        var inverse = (a.Z * b.Z).Invert();
        a.Encode(b.Z * inverse, bytesA);
        b.Encode(a.Z * inverse, bytesB);
    }

    /// <summary>Encodes a point whose Z is 1.</summary>
    public readonly void EncodeAffine(Span<byte> bytes) => Encode(Field25519.One, bytes);

    /// <summary>The u of the same point on the Montgomery curve, (1 + y) / (1 - y); 0 for the neutral point (RFC 7748,
    /// section 4.1).</summary>
    public readonly Field25519 ToMontgomery() => (Z + Y) * (Z - Y).Invert();

    /// <summary>Whether the point is a multiple of the generator. For public points: takes time by their value.</summary>
    public readonly bool IsInPrimeGroup()
    {
        // The order itself is no scalar, but one less is -1, and must give the negative.
        var product = MultiplySumPublic([-Scalar25519.One], [this]);
        return AreEqual(product, -this) == 1;
    }

    private readonly void Encode(in Field25519 inverseZ, Span<byte> bytes)
    {
        (Y * inverseZ).Encode(bytes);
        bytes[Bytes - 1] |= (byte)((X * inverseZ).IsNegative << 7);
    }

    private static EdwardsPoint FromY(in Field25519 y) =>
        TryFromY(y, out var point) ? point : throw new ArgumentOutOfRangeException(nameof(y), "The curve has no such point.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(ref EdwardsPoint p, in Field25519 a, in Field25519 b, in Field25519 c, in Field25519 d, bool withT)
    {
        Field25519.Subtract(a, b, out var e);
        Field25519.Subtract(d, c, out var f);
        Field25519.Add(d, c, out var g);
        Field25519.Add(a, b, out var h);
        Complete(ref p, e, h, g, f, withT);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FinishNegative(ref EdwardsPoint p, in Field25519 a, in Field25519 b, in Field25519 c, in Field25519 d, bool withT)
    {
        Field25519.Subtract(a, b, out var e);
        Field25519.Add(d, c, out var f);
        Field25519.Subtract(d, c, out var g);
        Field25519.Add(a, b, out var h);
        Complete(ref p, e, h, g, f, withT);
    }

    // The four products that end every formula: x = E/G, y = H/F.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Complete(ref EdwardsPoint p, in Field25519 e, in Field25519 h, in Field25519 g, in Field25519 f, bool withT)
    {
        Field25519.Multiply(e, f, out p.X);
        Field25519.Multiply(h, g, out p.Y);
        Field25519.Multiply(g, f, out p.Z);
        if (withT)
        {
            Field25519.Multiply(e, h, out p.T);
        }
    }
}
