namespace Fluister.Cryptography.Curves;

// Powers: inverses and square roots.
internal partial struct Field25519
{
    /// <summary>The square root of -1 that is not negative: 2^((p - 1) / 4) or its negative.</summary>
    public static Field25519 SqrtMinusOne { get; } = (From(2).PowerP58().Square() * From(2)).Absolute();

    /// <summary>The square; tight.</summary>
    public readonly Field25519 Square()
    {
        Square(this, out var square);
        return square;
    }

    /// <summary>The square of the square and so on, <paramref name="times"/> times; the count is public.</summary>
    public readonly Field25519 Square(int times)
    {
        var result = this;
        for (var i = 0; i < times; i++)
        {
            Square(result, out result);
        }

        return result;
    }

    /// <summary>The inverse, by Fermat: the power of p - 2 = 2^255 - 21. The inverse of zero is given as zero.</summary>
    public readonly Field25519 Invert()
    {
        var e250 = Power2To250Minus1(out var eleven);
        return e250.Square(5) * eleven;
    }

    /// <summary>The square root of <paramref name="u"/> / <paramref name="v"/> that is not negative (RFC 9496, section 4.2,
    /// SQRT_RATIO_M1).</summary>
    /// <returns>1 where the ratio is a square, or u is zero; 0 where it is not, and then <paramref name="root"/> is that of
    /// the square root of -1 times the ratio, or zero where v is zero.</returns>
    public static uint SqrtRatio(in Field25519 u, in Field25519 v, out Field25519 root)
    {
        var v3 = v.Square() * v;
        var v7 = v3.Square() * v;
        var r = u * v3 * (u * v7).PowerP58();
        var check = v * r.Square();
        var minus = -u;
        var correct = AreEqual(check, u);
        var flipped = AreEqual(check, minus);
        var flippedI = AreEqual(check, minus * SqrtMinusOne);
        root = Select(flipped | flippedI, r * SqrtMinusOne, r).Absolute();
        return correct | flipped;
    }

    // The power of (p - 5) / 8 = 2^252 - 3, from which square roots are made (RFC 8032, section 5.1.3).
    private readonly Field25519 PowerP58() => Power2To250Minus1(out _).Square(2) * this;

    // Each name says the exponent: eN is 2^N - 1.
    private readonly Field25519 Power2To250Minus1(out Field25519 eleven)
    {
        var two = Square();
        var nine = two.Square(2) * this;
        eleven = nine * two;
        var e5 = eleven.Square() * nine;
        var e10 = e5.Square(5) * e5;
        var e20 = e10.Square(10) * e10;
        var e40 = e20.Square(20) * e20;
        var e50 = e40.Square(10) * e10;
        var e100 = e50.Square(50) * e50;
        var e200 = e100.Square(100) * e100;
        return e200.Square(50) * e50;
    }
}
