using System.Numerics;
using Fluister.Cryptography.Curves;

namespace Fluister.Tests.Cryptography;

public sealed class Field25519Tests
{
    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;

    // Numbers at which carries and reductions turn, and random ones.
    private static IEnumerable<BigInteger> Numbers()
    {
        foreach (var power in new[] { 0, 50, 51, 52, 102, 153, 204, 254, 255 })
        {
            foreach (var offset in new[] { -20, -19, -18, -1, 0, 1, 19 })
            {
                var number = BigInteger.Pow(2, power) + offset;
                if (number.Sign >= 0 && number < BigInteger.Pow(2, 255))
                {
                    yield return number;
                }
            }
        }

        var random = new Random(20260101);
        var bytes = new byte[32];
        for (var i = 0; i < 40; i++)
        {
            random.NextBytes(bytes);
            yield return new BigInteger(bytes, isUnsigned: true) % BigInteger.Pow(2, 255);
        }
    }

    [Fact]
    public void Arithmetic_equals_that_of_whole_numbers()
    {
        var numbers = Numbers().ToList();
        foreach (var a in numbers)
        {
            var x = Of(a);
            Assert.Equal(a % P, Value(x));
            Assert.Equal(a * a % P, Value(x.Square()));
            Assert.Equal((P - (a % P)) % P, Value(-x));
            Assert.Equal(BigInteger.ModPow(a, P - 2, P), Value(x.Invert()));
            foreach (var b in numbers)
            {
                var y = Of(b);
                Assert.Equal((a + b) % P, Value(x + y));
                Assert.Equal(((((a - b) % P) + P) % P), Value(x - y));
                Assert.Equal(a * b % P, Value(x * y));
                Assert.Equal((a - b) % P == 0, Field25519.FixedTimeEquals(x, y));
            }
        }
    }

    [Fact]
    public void Long_chains_stay_reduced()
    {
        var (x, value) = (Of(P - 1), P - 1);
        for (var i = 0; i < 5000; i++)
        {
            x = ((x + x) - (x * x)) + x;
            value = ((((value + value) - (value * value)) + value) % P + P) % P;
        }

        Assert.Equal(value, Value(x));
    }

    [Fact]
    public void A_swap_swaps_only_on_one()
    {
        var (a, b) = (Of(5), Of(P - 7));
        Field25519.Swap(ref a, ref b, 0);
        Assert.Equal((5, P - 7), (Value(a), Value(b)));
        Field25519.Swap(ref a, ref b, 1);
        Assert.Equal((P - 7, 5), (Value(a), Value(b)));
    }

    private static Field25519 Of(BigInteger number)
    {
        var bytes = new byte[32];
        number.ToByteArray(isUnsigned: true).CopyTo(bytes, 0);
        return Field25519.Decode(bytes);
    }

    private static BigInteger Value(in Field25519 element)
    {
        var bytes = new byte[32];
        element.Encode(bytes);
        return new BigInteger(bytes, isUnsigned: true);
    }
}
