using Fluister.Cryptography.Kem;

namespace Fluister.Tests.Cryptography.Kem;

/// <summary>The ring's arithmetic, against arithmetic as the standard writes it.</summary>
public sealed class RingTests
{
    private const int Q = 3329;

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(11)]
    public void Compression_without_division_rounds_as_division_does(int d)
    {
        var (polynomial, bytes) = (new short[256], new byte[32 * d]);
        for (var x = -Q; x < Q; x++)
        {
            polynomial.AsSpan().Fill((short)x);
            Ring.Compress(polynomial, d, bytes);
            Assert.Equal((x, Compressed(x, d)), (x, (bytes[0] | (bytes[1] << 8)) & ((1 << d) - 1)));
        }
    }

    [Fact]
    public void A_message_takes_the_nearer_of_its_two_values()
    {
        var (polynomial, message) = (new short[256], new byte[32]);
        for (var x = -Q; x < Q; x++)
        {
            polynomial.AsSpan().Fill((short)x);
            Ring.EncodeMessage(polynomial, message);
            Assert.All(message, bits => Assert.Equal(-Compressed(x, 1) & 0xFF, bits));
        }

        new Random(32).NextBytes(message);
        Ring.DecodeMessage(message, polynomial);
        Assert.All(Enumerable.Range(0, 256), i => Assert.Equal(((message[i / 8] >> (i % 8)) & 1) * 1665, polynomial[i]));
        var again = new byte[32];
        Ring.EncodeMessage(polynomial, again);
        Assert.Equal(message, again);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(11)]
    public void Compressed_and_packed_coefficients_lie_where_the_standard_has_them(int d)
    {
        var random = new Random(d);
        var polynomial = Polynomial(random, -3328, 3328);
        var bytes = new byte[32 * d];
        Ring.Compress(polynomial, d, bytes);
        var back = new short[256];
        Ring.Decompress(bytes, d, back);
        for (var i = 0; i < 256; i++)
        {
            var expected = (uint)Compressed(polynomial[i], d);
            uint found = 0;
            for (var bit = 0; bit < d; bit++)
            {
                found |= (uint)((bytes[((i * d) + bit) / 8] >> (((i * d) + bit) % 8)) & 1) << bit;
            }

            Assert.Equal(expected, found);
            Assert.Equal(((2 * Q * expected) + (1U << d)) / (2U << d), (uint)back[i]);
        }
    }

    [Fact]
    public void Coefficients_of_twelve_bits_lie_where_the_standard_has_them()
    {
        var polynomial = Polynomial(new Random(12), -3328, 3328);
        var bytes = new byte[384];
        Ring.Encode(polynomial, bytes);
        var back = new short[256];
        Ring.Decode(bytes, back);
        for (var i = 0; i < 256; i++)
        {
            var found = 0;
            for (var bit = 0; bit < 12; bit++)
            {
                found |= ((bytes[((i * 12) + bit) / 8] >> (((i * 12) + bit) % 8)) & 1) << bit;
            }

            Assert.Equal((polynomial[i] + Q) % Q, found);
            Assert.Equal(found, back[i]);
        }
    }

    [Fact]
    public void The_transform_is_the_evaluation_that_the_standard_defines()
    {
        var polynomial = Polynomial(new Random(17), -1664, 1664);
        var transformed = polynomial.ToArray();
        Ring.Ntt(transformed);
        for (var i = 0; i < 128; i++)
        {
            // FIPS 203, 4.3: modulo X^2 - 17^(2 BitRev7(i) + 1).
            var root = Power(17, (2 * Reverse(i)) + 1);
            long even = 0, odd = 0, power = 1;
            for (var j = 0; j < 256; j += 2)
            {
                even = (even + (polynomial[j] * power)) % Q;
                odd = (odd + (polynomial[j + 1] * power)) % Q;
                power = power * root % Q;
            }

            Assert.Equal((even + Q) % Q, (transformed[2 * i] + Q) % Q);
            Assert.Equal((odd + Q) % Q, (transformed[(2 * i) + 1] + Q) % Q);
        }
    }

    [Fact]
    public void A_product_through_the_transform_is_the_product_of_polynomials()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var random = new Random(seed);
            var (a, b) = (Polynomial(random, -1664, 1664), Polynomial(random, -1664, 1664));
            if (seed == 1)
            {
                a.AsSpan().Fill(-1664);
                b.AsSpan().Fill(1664);
            }

            var product = new long[256];
            for (var i = 0; i < 256; i++)
            {
                for (var j = 0; j < 256; j++)
                {
                    product[(i + j) % 256] += i + j < 256 ? a[i] * b[j] : -(a[i] * b[j]);
                }
            }

            Ring.Ntt(a);
            Ring.Ntt(b);
            var sum = new short[256];
            Ring.Multiply(a, b, sum);
            Ring.InverseNtt(sum);
            for (var i = 0; i < 256; i++)
            {
                Assert.True(((product[i] % Q) + Q) % Q == (sum[i] + Q) % Q, $"seed {seed}, coefficient {i}");
            }
        }
    }

    [Fact]
    public void The_inverse_transform_of_the_largest_coefficients_does_not_overflow()
    {
        for (var seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var product = seed switch
            {
                1 => Polynomial(random, 3328, 3328),
                2 => Polynomial(random, -3328, -3328),
                _ => [.. Polynomial(random, 0, 1).Select(sign => (short)((2 * sign * 3328) - 3328))],
            };
            var small = product.ToArray();
            Ring.Reduce(small);
            Ring.InverseNtt(product);
            Ring.Ntt(product);
            for (var i = 0; i < 256; i++)
            {
                // The inverse carries the factor R.
                Assert.Equal(0, (product[i] - (small[i] * 65536L)) % Q);
            }
        }
    }

    [Fact]
    public void Sums_of_the_largest_products_do_not_overflow()
    {
        foreach (var (x, y) in new[] { (4095, 1664), (4095, -1664), (-4096, 1664), (-4096, -1664) })
        {
            var (a, b) = (new short[1024], new short[1024]);
            a.AsSpan().Fill((short)x);
            b.AsSpan().Fill((short)y);
            var (once, four) = (new short[256], new short[256]);
            Ring.Multiply(a.AsSpan(0, 256), b.AsSpan(0, 256), once);
            Ring.Multiply(a, b, four);
            Assert.All(Enumerable.Range(0, 256), i => Assert.Equal(0, ((4 * once[i]) - four[i]) % Q));
            Assert.All(four, coefficient => Assert.InRange(coefficient, -3328, 3328));
        }
    }

    [Fact]
    public void Every_16_bit_number_is_made_small()
    {
        var numbers = Enumerable.Range(short.MinValue, 65536).Select(number => (short)number).ToArray();
        var small = numbers.ToArray();
        Ring.Reduce(small);
        for (var i = 0; i < numbers.Length; i++)
        {
            Assert.InRange(small[i], -1664, 1664);
            Assert.Equal(0, (numbers[i] - small[i]) % Q);
        }
    }

    // FIPS 203, 4.2.1: the nearest integer to 2^d x / q, halves up, modulo 2^d.
    private static int Compressed(int x, int d)
    {
        x = (x + Q) % Q;
        return ((2 * (x << d)) + Q) / (2 * Q) % (1 << d);
    }

    private static short[] Polynomial(Random random, int from, int to)
    {
        var polynomial = new short[256];
        for (var i = 0; i < polynomial.Length; i++)
        {
            polynomial[i] = (short)random.Next(from, to + 1);
        }

        return polynomial;
    }

    private static int Reverse(int i)
    {
        var reversed = 0;
        for (var bit = 0; bit < 7; bit++)
        {
            reversed |= ((i >> bit) & 1) << (6 - bit);
        }

        return reversed;
    }

    private static long Power(long x, int exponent)
    {
        long power = 1;
        for (var i = 0; i < exponent; i++)
        {
            power = power * x % Q;
        }

        return power;
    }
}
