using Fluister.Protocol.Ratchets.Spqr.Erasure;

namespace Fluister.Tests.Protocol.Spqr;

public sealed class Gf16Tests
{
    /// <summary>The product by definition: all of it first, then the remainder by long division.</summary>
    internal static ushort SlowProduct(ushort a, ushort b)
    {
        long product = 0;
        for (var i = 0; i < 16; i++)
        {
            product ^= ((b >> i) & 1) * ((long)a << i);
        }

        for (var i = 30; i >= 16; i--)
        {
            product ^= ((product >> i) & 1) * (0x1100bL << (i - 16));
        }

        return (ushort)product;
    }

    [Fact]
    public void Products_are_those_of_the_slow_definition()
    {
        var random = new SeededRandom(1);
        for (var i = 0; i < 20_000; i++)
        {
            ushort a = (ushort)random.Next(65_536), b = (ushort)random.Next(65_536);
            Assert.Equal(SlowProduct(a, b), Gf16.Multiply(a, b));
        }

        Assert.Equal(0x100b, Gf16.Multiply(0x8000, 2));
        Assert.Equal(0, Gf16.Multiply(0xffff, 0));
        Assert.Equal(0xffff, Gf16.Multiply(0xffff, 1));
    }

    [Fact]
    public void Sixteen_products_at_once_are_those_of_one_by_one()
    {
        var random = new SeededRandom(2);
        for (var i = 0; i < 2_000; i++)
        {
            var values = Chunk.Load(random.Bytes(Chunk.Bytes));
            var factor = (ushort)random.Next(65_536);
            var products = Gf16.Multiply(values, factor);
            for (var lane = 0; lane < Chunk.Lanes; lane++)
            {
                Assert.Equal(SlowProduct(values[lane], factor), products[lane]);
            }
        }
    }

    [Fact]
    public void The_laws_of_a_field_hold()
    {
        var random = new SeededRandom(3);
        for (var i = 0; i < 5_000; i++)
        {
            ushort a = (ushort)random.Next(65_536), b = (ushort)random.Next(65_536), c = (ushort)random.Next(65_536);
            Assert.Equal(Gf16.Multiply(a, b), Gf16.Multiply(b, a));
            Assert.Equal(Gf16.Multiply(a, Gf16.Multiply(b, c)), Gf16.Multiply(Gf16.Multiply(a, b), c));
            Assert.Equal(Gf16.Multiply(a, (ushort)(b ^ c)), (ushort)(Gf16.Multiply(a, b) ^ Gf16.Multiply(a, c)));
        }
    }

    [Fact]
    public void Every_element_but_zero_has_an_inverse()
    {
        for (var a = 1; a < 65_536; a += 3)
        {
            Assert.Equal(1, Gf16.Multiply((ushort)a, Gf16.Invert((ushort)a)));
        }

        Assert.Equal(0, Gf16.Invert(0));
    }
}
