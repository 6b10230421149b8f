using System.Numerics;
using Fluister.Cryptography.Curves;

namespace Fluister.Tests.Cryptography;

public sealed class EdwardsPointTests
{
    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger D = BigInteger.Parse(
        "37095705934669439343138083508754565189542113879843219016388785533085940283555", null);

    // A point of order 8, whose y is a root that RFC 7748 names among the points of small order.
    private static EdwardsPoint Torsion
    {
        get
        {
            Assert.True(EdwardsPoint.TryDecode(
                Convert.FromHexString("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), out var point));
            return point;
        }
    }

    [Fact]
    public void Addition_equals_the_affine_law()
    {
        var points = Points().Select(point => (Point: point, Affine: Affine(point))).ToList();
        foreach (var (p, a) in points)
        {
            var doubled = p;
            EdwardsPoint.Double(ref doubled);
            AssertPoint(Sum(a, a), doubled);
            AssertPoint((P - a.X, a.Y), -p);
            foreach (var (q, b) in points)
            {
                AssertPoint(Sum(a, b), p + q);
                AssertPoint(Sum(a, (P - b.X, b.Y)), p - q);
                Assert.Equal(a == b ? 1u : 0u, EdwardsPoint.AreEqual(p, q));
            }
        }
    }

    [Fact]
    public void A_table_gives_every_multiple_at_every_digit()
    {
        var multiples = new EdwardsPoint.Cached[EdwardsPoint.WindowSize];
        var affine = new EdwardsPoint[EdwardsPoint.WindowSize];
        EdwardsPoint.WriteMultiples(EdwardsPoint.Base, multiples, EdwardsPoint.Base);
        EdwardsPoint.WriteMultiples(EdwardsPoint.Base, affine, EdwardsPoint.Base);
        var table = EdwardsPoint.Affine.From(affine);
        var start = Torsion + EdwardsPoint.Base;
        for (var digit = -8; digit <= 8; digit++)
        {
            EdwardsPoint.Lookup(multiples, digit, out EdwardsPoint.Cached cached);
            EdwardsPoint.Lookup(table, digit, out EdwardsPoint.Affine entry);
            var (one, other) = (start, start);
            EdwardsPoint.Add(ref one, cached);
            EdwardsPoint.Add(ref other, entry);
            var expected = Times(digit, EdwardsPoint.Base, start);
            Assert.Equal(1u, EdwardsPoint.AreEqual(expected, one));
            Assert.Equal(1u, EdwardsPoint.AreEqual(expected, other));
        }
    }

    [Fact]
    public void Every_way_to_multiply_gives_the_same_point()
    {
        var random = new Random(8032);
        var bytes = new byte[32];
        List<Scalar25519> scalars =
            [Scalar25519.Zero, Scalar25519.One, -Scalar25519.One, Scalar25519.From(8), Scalar25519.From(ulong.MaxValue)];
        for (var i = 0; i < 10; i++)
        {
            random.NextBytes(bytes);
            scalars.Add(Scalar25519.Reduce(bytes));
        }

        var table = new EdwardsTable(EdwardsPoint.Base + Torsion);
        foreach (var scalar in scalars)
        {
            var expected = DoubleAndAdd(scalar, EdwardsPoint.Base);
            Assert.Equal(1u, EdwardsPoint.AreEqual(expected, EdwardsPoint.MultiplyBase(scalar)));
            Assert.Equal(1u, EdwardsPoint.AreEqual(expected, scalar * EdwardsPoint.Base));
            Assert.Equal(1u, EdwardsPoint.AreEqual(expected, EdwardsPoint.MultiplySumPublic([scalar], [EdwardsPoint.Base])));
            Assert.Equal(1u, EdwardsPoint.AreEqual(expected, EdwardsPoint.MultiplySumPublic([], [], scalar)));

            // A point with a part of small order shows that all of the scalar is used.
            expected = DoubleAndAdd(scalar, EdwardsPoint.Base + Torsion);
            Assert.Equal(1u, EdwardsPoint.AreEqual(expected, table.Multiply(scalar)));
            Assert.Equal(1u, EdwardsPoint.AreEqual(expected, scalar * (EdwardsPoint.Base + Torsion)));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void A_sum_of_products_is_one(int count)
    {
        var random = new Random(count);
        var bytes = new byte[32];
        var (scalars, points) = (new Scalar25519[count], new EdwardsPoint[count]);
        var expected = EdwardsPoint.Identity;
        for (var i = 0; i < count; i++)
        {
            random.NextBytes(bytes);
            scalars[i] = Scalar25519.Reduce(bytes);
            random.NextBytes(bytes);
            points[i] = EdwardsPoint.MultiplyBase(Scalar25519.Reduce(bytes)) + Torsion;
            expected += DoubleAndAdd(scalars[i], points[i]);
        }

        Assert.Equal(1u, EdwardsPoint.AreEqual(expected, EdwardsPoint.MultiplySum(scalars, points)));
        Assert.Equal(1u, EdwardsPoint.AreEqual(expected, EdwardsPoint.MultiplySumPublic(scalars, points)));
        var withBase = expected + EdwardsPoint.MultiplyBase(Scalar25519.From(77));
        Assert.Equal(1u, EdwardsPoint.AreEqual(withBase, EdwardsPoint.MultiplySumPublic(scalars, points, Scalar25519.From(77))));
    }

    [Fact]
    public void Encodings_are_read_again()
    {
        var bytes = new byte[32];
        foreach (var point in Points())
        {
            point.Encode(bytes);
            Assert.True(EdwardsPoint.TryDecode(bytes, out var decoded));
            Assert.Equal(1u, EdwardsPoint.AreEqual(point, decoded));
            AssertPoint(Affine(point), decoded);
        }
    }

    [Fact]
    public void The_prime_group_is_told_from_the_rest()
    {
        var point = EdwardsPoint.MultiplyBase(Scalar25519.From(123456789));
        Assert.True(point.IsInPrimeGroup());
        Assert.True(EdwardsPoint.Identity.IsInPrimeGroup());
        var torsion = Torsion;
        for (var i = 1; i < 8; i++)
        {
            Assert.False((point + torsion).IsInPrimeGroup());
            torsion += Torsion;
        }

        Assert.Equal(1u, EdwardsPoint.AreEqual(EdwardsPoint.Identity, torsion));
    }

    private static List<EdwardsPoint> Points()
    {
        List<EdwardsPoint> points = [EdwardsPoint.Identity];
        var torsion = Torsion;
        for (var i = 1; i < 8; i++)
        {
            points.Add(torsion);
            points.Add(torsion + EdwardsPoint.MultiplyBase(Scalar25519.From((ulong)i * 1_000_003)));
            torsion += Torsion;
        }

        points.Add(EdwardsPoint.Base);
        points.Add(EdwardsPoint.MultiplyBase(-Scalar25519.One));
        return points;
    }

    private static EdwardsPoint Times(int factor, in EdwardsPoint point, EdwardsPoint start)
    {
        for (var i = 0; i < Math.Abs(factor); i++)
        {
            start = factor > 0 ? start + point : start - point;
        }

        return start;
    }

    private static EdwardsPoint DoubleAndAdd(in Scalar25519 scalar, in EdwardsPoint point)
    {
        var bytes = new byte[32];
        scalar.Encode(bytes);
        var result = EdwardsPoint.Identity;
        for (var bit = 255; bit >= 0; bit--)
        {
            result += result;
            if (((bytes[bit / 8] >> (bit % 8)) & 1) == 1)
            {
                result += point;
            }
        }

        return result;
    }

    // The law of RFC 8032, section 5.1.4, on affine points in whole numbers.
    private static (BigInteger X, BigInteger Y) Sum((BigInteger X, BigInteger Y) p, (BigInteger X, BigInteger Y) q)
    {
        var product = D * p.X % P * q.X % P * p.Y % P * q.Y % P;
        var inverse = Inverse((1 + P - product) * (1 + product));
        var x = ((p.X * q.Y) + (q.X * p.Y)) * (1 + P - product) * inverse;
        var y = ((p.Y * q.Y) + (p.X * q.X)) * (1 + product) * inverse;
        return (x % P, y % P);
    }

    private static BigInteger Inverse(BigInteger number) => BigInteger.ModPow(number % P, P - 2, P);

    private static (BigInteger X, BigInteger Y) Affine(in EdwardsPoint point)
    {
        var inverse = Inverse(Value(point.Z));
        return (Value(point.X) * inverse % P, Value(point.Y) * inverse % P);
    }

    // Also that T belongs to the point.
    private static void AssertPoint((BigInteger X, BigInteger Y) expected, in EdwardsPoint point)
    {
        var (x, y, z, t) = (Value(point.X), Value(point.Y), Value(point.Z), Value(point.T));
        Assert.NotEqual(0, z);
        Assert.Equal((expected.X * z % P, expected.Y * z % P), (x, y));
        Assert.Equal(x * y % P, t * z % P);
    }

    private static BigInteger Value(in Field25519 element)
    {
        var bytes = new byte[Field25519.Bytes];
        element.Encode(bytes);
        return new BigInteger(bytes, isUnsigned: true);
    }
}
