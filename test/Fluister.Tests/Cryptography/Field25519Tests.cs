using System.Numerics;
using System.Runtime.InteropServices;
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
    public void Loose_elements_multiply_to_tight_ones_at_every_extreme()
    {
        const ulong loose = (1UL << 54) - 1;
        const ulong tight = (1UL << 51) + (1UL << 18) - 1;
        ulong[] limbs = [0, 1, (1UL << 51) - 1, tight, loose];
        var random = new Random(51);
        for (var round = 0; round < 3000; round++)
        {
            // At first all limbs alike, then any mixture.
            var (a, b) = round < 25
                ? (Raw(Enumerable.Repeat(limbs[round / 5], 5)), Raw(Enumerable.Repeat(limbs[round % 5], 5)))
                : (Raw(Enumerable.Range(0, 5).Select(_ => Any())), Raw(Enumerable.Range(0, 5).Select(_ => Any())));
            Field25519.Multiply(a, b, out var product);
            AssertTight(RawValue(a) * RawValue(b), product);
            Field25519.Square(a, out var square);
            AssertTight(RawValue(a) * RawValue(a), square);
            Field25519.MultiplySmall(a, (1 << 18) - 1, out var small);
            AssertTight(RawValue(a) * ((1 << 18) - 1), small);
            Assert.Equal(RawValue(a) % P, Value(a));

            // A factor's place may take the product.
            var place = a;
            Field25519.Multiply(place, b, out place);
            Assert.Equal(Value(product), Value(place));
            place = b;
            Field25519.Multiply(a, place, out place);
            Assert.Equal(Value(product), Value(place));
            place = a;
            Field25519.Square(place, out place);
            Assert.Equal(Value(square), Value(place));
        }

        ulong Any() => random.Next(4) == 0 ? limbs[random.Next(limbs.Length)] : (ulong)random.NextInt64((long)loose + 1);
    }

    [Fact]
    public void Sums_and_differences_need_no_carry_within_their_bounds()
    {
        const ulong tight = (1UL << 51) + (1UL << 18) - 1;
        const ulong wide = (1UL << 53) - 76;
        var elements = ((ulong[])[0, 1, (1UL << 51) - 1, tight]).Select(limb => Raw(Enumerable.Repeat(limb, 5))).ToList();
        var wider = elements.Append(Raw(Enumerable.Repeat(wide, 5))).ToList();
        foreach (var a in wider)
        {
            foreach (var b in wider)
            {
                Field25519.SubtractWide(a, b, out var difference);
                Assert.Equal(Modulo(RawValue(a) - RawValue(b)), Value(difference));
                AssertTight(RawValue(a) - RawValue(b), a - b);
                AssertTight(RawValue(a) + RawValue(b), a + b);
            }

            foreach (var b in elements)
            {
                Field25519.Add(a, b, out var sum);
                Assert.Equal(Modulo(RawValue(a) + RawValue(b)), Value(sum));
                Field25519.Subtract(a, b, out var difference);
                Assert.Equal(Modulo(RawValue(a) - RawValue(b)), Value(difference));
            }
        }
    }

    [Fact]
    public void Signs_zeros_and_choices_are_told()
    {
        foreach (var number in Numbers())
        {
            var x = Of(number);
            Assert.Equal(number % P == 0 ? 1u : 0u, x.IsZero);
            Assert.Equal((number % P).IsEven ? 0u : 1u, x.IsNegative);
            Assert.True(Value(x.Absolute()).IsEven);
            Assert.Equal(Value(x), Value(x.NegateIf(0)));
            Assert.Equal(Value(-x), Value(x.NegateIf(1)));
            var place = x;
            Field25519.NegateIf(ref place, 1);
            Assert.Equal(Value(-x), Value(place));
            Assert.Equal(Value(x), Value(Field25519.Select(1, x, Field25519.One)));
            Assert.Equal(1, Value(Field25519.Select(0, x, Field25519.One)));
        }
    }

    [Fact]
    public void A_root_squares_to_its_ratio()
    {
        var i = Value(Field25519.SqrtMinusOne);
        Assert.Equal(P - 1, i * i % P);
        foreach (var number in Numbers().Where(number => number % P != 0))
        {
            var (u, v) = (number % P, (number + 12345) % P);
            var square = Field25519.SqrtRatio(Of(u), Of(v), out var root);
            var isSquare = BigInteger.ModPow(u * v, (P - 1) / 2, P) <= 1;
            Assert.Equal(isSquare ? 1u : 0u, square);
            Assert.True(Value(root).IsEven);
            Assert.Equal(isSquare || v == 0 ? (v == 0 ? 0 : u) : i * u % P, Value(root) * Value(root) % P * v % P);
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

    // Limbs as they are.
    private static Field25519 Raw(IEnumerable<ulong> limbs) => MemoryMarshal.Cast<ulong, Field25519>(limbs.ToArray())[0];

    private static BigInteger RawValue(in Field25519 element)
    {
        var value = BigInteger.Zero;
        foreach (var limb in Limbs(element).Reverse())
        {
            value = (value << 51) + limb;
        }

        return value;
    }

    private static ulong[] Limbs(Field25519 element) => MemoryMarshal.Cast<Field25519, ulong>(new Span<Field25519>(ref element)).ToArray();

    private static void AssertTight(BigInteger expected, in Field25519 element)
    {
        Assert.Equal(Modulo(expected), Value(element));
        Assert.All(Limbs(element), limb => Assert.InRange(limb, 0UL, (1UL << 51) + (1UL << 18) - 1));
    }

    private static BigInteger Modulo(BigInteger number) => ((number % P) + P) % P;

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
