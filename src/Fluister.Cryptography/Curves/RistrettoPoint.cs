using System.Security.Cryptography;

namespace Fluister.Cryptography.Curves;

/// <summary>An element of the prime-order group ristretto255 (RFC 9496).</summary>
/// <remarks>An element is four points of the Edwards curve, and which of them is held here shows nowhere. All operations take
/// the same time whatever the elements are, but those named public and decoding, which ends early on bad bytes. The default
/// value is no element.</remarks>
public readonly partial struct RistrettoPoint
{
    /// <summary>Bytes of an encoded element.</summary>
    public const int Bytes = 32;

    // 1/sqrt(a - d), with a = -1 (RFC 9496, section 4.1: the root that is not negative).
    private static readonly Field25519 InverseSqrtAMinusD = InverseRoot(-(Field25519.One + EdwardsPoint.D));

    private readonly EdwardsPoint _point;

    internal RistrettoPoint(in EdwardsPoint point) => _point = point;

    /// <summary>The neutral element.</summary>
    public static RistrettoPoint Identity => new(EdwardsPoint.Identity);

    /// <summary>The generator.</summary>
    public static RistrettoPoint Base => new(EdwardsPoint.Base);

    /// <summary>One of the points that are this element.</summary>
    internal EdwardsPoint Edwards => _point;

    /// <summary>Decodes (RFC 9496, section 4.3.1); false where the bytes are not the one encoding of an element.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out RistrettoPoint point)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Bytes);
        point = Identity;
        Span<byte> canonical = stackalloc byte[Bytes];
        var s = Field25519.Decode(bytes);
        s.Encode(canonical);
        if (!CryptographicOperations.FixedTimeEquals(bytes, canonical) || s.IsNegative != 0)
        {
            return false;
        }

        var ss = s.Square();
        var u1 = Field25519.One - ss;
        var u2 = Field25519.One + ss;
        var u2Square = u2.Square();
        var v = -(EdwardsPoint.D * u1.Square()) - u2Square;
        var square = Field25519.SqrtRatio(Field25519.One, v * u2Square, out var root);
        var denX = root * u2;
        var denY = root * denX * v;
        var x = ((s + s) * denX).Absolute();
        var y = u1 * denY;
        var t = x * y;
        if ((square & (t.IsNegative ^ 1) & (y.IsZero ^ 1)) == 0)
        {
            return false;
        }

        point = new RistrettoPoint(new EdwardsPoint { X = x, Y = y, Z = Field25519.One, T = t });
        return true;
    }

    /// <summary>Multiplies the generator, by a table, in fixed time.</summary>
    public static RistrettoPoint MultiplyBase(in Scalar25519 scalar) => new(EdwardsPoint.MultiplyBase(scalar));

    /// <summary>A sum of products, in fixed time.</summary>
    /// <param name="scalars">The scalars.</param>
    /// <param name="points">As many elements.</param>
    public static RistrettoPoint MultiplySum(ReadOnlySpan<Scalar25519> scalars, ReadOnlySpan<RistrettoPoint> points) =>
        new(EdwardsPoint.MultiplySum(scalars, AsEdwards(points)));

    /// <summary>A sum of products of public values, in time that depends on them.</summary>
    /// <param name="scalars">The scalars.</param>
    /// <param name="points">As many elements.</param>
    public static RistrettoPoint MultiplySumPublic(ReadOnlySpan<Scalar25519> scalars, ReadOnlySpan<RistrettoPoint> points) =>
        new(EdwardsPoint.MultiplySumPublic(scalars, AsEdwards(points)));

    /// <summary>Adds.</summary>
    public static RistrettoPoint operator +(in RistrettoPoint a, in RistrettoPoint b) => new(a._point + b._point);

    /// <summary>Subtracts.</summary>
    public static RistrettoPoint operator -(in RistrettoPoint a, in RistrettoPoint b) => new(a._point - b._point);

    /// <summary>Negates.</summary>
    public static RistrettoPoint operator -(in RistrettoPoint a) => new(-a._point);

    /// <summary>Multiplies, in fixed time.</summary>
    public static RistrettoPoint operator *(in Scalar25519 scalar, in RistrettoPoint point) => new(scalar * point._point);

    /// <summary>Compares as group elements, in fixed time (RFC 9496, section 4.3.3).</summary>
    public static bool FixedTimeEquals(in RistrettoPoint a, in RistrettoPoint b)
    {
        var (p, q) = (a._point, b._point);
        return (Field25519.AreEqual(p.X * q.Y, p.Y * q.X) | Field25519.AreEqual(p.Y * q.Y, p.X * q.X)) != 0;
    }

    /// <summary>Encodes (RFC 9496, section 4.3.2).</summary>
    public void Encode(Span<byte> bytes)
    {
        var (x, y, z, t) = (_point.X, _point.Y, _point.Z, _point.T);
        var u1 = (z + y) * (z - y);
        var u2 = x * y;
        _ = Field25519.SqrtRatio(Field25519.One, u1 * u2.Square(), out var root);
        var den1 = root * u1;
        var den2 = root * u2;
        var inverseZ = den1 * den2 * t;

        // Of the four points the one with x y not negative and x not negative is encoded.
        var rotate = (t * inverseZ).IsNegative;
        var rotatedX = Field25519.Select(rotate, y * Field25519.SqrtMinusOne, x);
        var rotatedY = Field25519.Select(rotate, x * Field25519.SqrtMinusOne, y);
        var inverse = Field25519.Select(rotate, den1 * InverseSqrtAMinusD, den2);
        var s = inverse * (z - rotatedY.NegateIf((rotatedX * inverseZ).IsNegative));
        s.Absolute().Encode(bytes);
    }

    private static ReadOnlySpan<EdwardsPoint> AsEdwards(ReadOnlySpan<RistrettoPoint> points) =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<RistrettoPoint, EdwardsPoint>(points);

    private static Field25519 InverseRoot(in Field25519 value)
    {
        _ = Field25519.SqrtRatio(Field25519.One, value, out var root);
        return root;
    }
}
