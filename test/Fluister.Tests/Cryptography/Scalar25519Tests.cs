using System.Numerics;
using Fluister.Cryptography.Curves;

namespace Fluister.Tests.Cryptography;

public sealed class Scalar25519Tests
{
    private static readonly BigInteger Order =
        BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", null);

    // Numbers at which words, carries and the order turn, and random ones.
    private static List<BigInteger> Numbers(int bytes)
    {
        var numbers = new List<BigInteger>();
        var limit = BigInteger.Pow(256, bytes);
        foreach (var centre in new[] { 0, 64, 128, 192, 252, 253, 256, 320, 448, 512 }.Select(power => BigInteger.Pow(2, power))
            .Concat([Order, 2 * Order, 8 * Order, Order * Order, limit]))
        {
            for (var offset = -3; offset <= 3; offset++)
            {
                if (centre + offset >= 0 && centre + offset < limit)
                {
                    numbers.Add(centre + offset);
                }
            }
        }

        var random = new Random(252);
        var buffer = new byte[bytes];
        for (var i = 0; i < 40; i++)
        {
            random.NextBytes(buffer);
            numbers.Add(new BigInteger(buffer, isUnsigned: true));
        }

        return numbers;
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    public void Reduction_equals_that_of_whole_numbers(int length)
    {
        foreach (var number in Numbers(length))
        {
            Assert.Equal(number % Order, Value(Scalar25519.Reduce(Bytes(number, length))));
        }
    }

    [Fact]
    public void Arithmetic_equals_that_of_whole_numbers()
    {
        var numbers = Numbers(32).Select(number => number % Order).Distinct().ToList();
        foreach (var a in numbers)
        {
            var x = Of(a);
            Assert.Equal((Order - a) % Order, Value(-x));
            foreach (var b in numbers)
            {
                var y = Of(b);
                Assert.Equal((a + b) % Order, Value(x + y));
                Assert.Equal((a - b + Order) % Order, Value(x - y));
                Assert.Equal(a * b % Order, Value(x * y));
                Assert.Equal(a == b, Scalar25519.FixedTimeEquals(x, y));
            }
        }
    }

    [Fact]
    public void An_inverse_is_one()
    {
        foreach (var a in Numbers(32).Select(number => number % Order).Distinct())
        {
            Assert.Equal(BigInteger.ModPow(a, Order - 2, Order), Value(Of(a).Invert()));
        }
    }

    [Fact]
    public void Only_numbers_below_the_order_decode()
    {
        foreach (var number in Numbers(32))
        {
            Assert.Equal(number < Order, Scalar25519.TryDecode(Bytes(number, 32), out var scalar));
            Assert.Equal(number < Order ? number : 0, Value(scalar));
        }
    }

    [Fact]
    public void Digits_to_base_16_add_up()
    {
        var digits = new sbyte[Scalar25519.Radix16Digits];
        foreach (var number in Numbers(32).Select(number => number % Order))
        {
            Of(number).WriteRadix16(digits);
            var sum = BigInteger.Zero;
            for (var i = digits.Length - 1; i >= 0; i--)
            {
                Assert.InRange(digits[i], -8, 7);
                sum = (16 * sum) + digits[i];
            }

            Assert.Equal(number, sum);
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(8)]
    public void Sparse_digits_are_sparse_and_add_up(int width)
    {
        var digits = new sbyte[Scalar25519.SparseDigits];
        foreach (var number in Numbers(32).Select(number => number % Order))
        {
            Of(number).WriteSparse(digits, width);
            var (sum, last) = (BigInteger.Zero, digits.Length + width);
            for (var i = digits.Length - 1; i >= 0; i--)
            {
                sum = (2 * sum) + digits[i];
                if (digits[i] != 0)
                {
                    Assert.Equal(1, digits[i] & 1);
                    Assert.InRange(digits[i], -(1 << (width - 1)) + 1, (1 << (width - 1)) - 1);
                    Assert.True(last - i >= width, "Too close.");
                    last = i;
                }
            }

            Assert.Equal(number, sum);
        }
    }

    private static Scalar25519 Of(BigInteger number) =>
        Scalar25519.TryDecode(Bytes(number, 32), out var scalar) ? scalar : throw new ArgumentOutOfRangeException(nameof(number));

    private static byte[] Bytes(BigInteger number, int length)
    {
        var bytes = new byte[length];
        number.ToByteArray(isUnsigned: true).CopyTo(bytes, 0);
        return bytes;
    }

    private static BigInteger Value(in Scalar25519 scalar)
    {
        var bytes = new byte[Scalar25519.Bytes];
        scalar.Encode(bytes);
        return new BigInteger(bytes, isUnsigned: true);
    }
}
