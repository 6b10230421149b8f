using System.Buffers.Binary;
using System.Diagnostics;

namespace Fluister.Cryptography.Curves;

/// <summary>An element of the field of integers modulo 2^255 - 19 (RFC 7748, section 4.1).</summary>
/// <remarks>
/// <para>Five limbs of 51 bits. Between operations every limb is at most 2^51 + 2^18, which leaves room for one
/// addition, for the bias of a subtraction and for the sums of a multiplication without a carry in between.</para>
/// <para>No branch and no index depends on the value, and carries are taken from bits, not from comparisons: the time
/// tells nothing about the element. Elements live on the stack and in registers and are not cleared.</para>
/// </remarks>
public readonly struct Field25519
{
    /// <summary>Bytes of an encoded element.</summary>
    public const int Bytes = 32;

    private const int Bits = 51;
    private const ulong Mask = (1UL << Bits) - 1;

    private readonly ulong _0, _1, _2, _3, _4;

    private Field25519(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4) => (_0, _1, _2, _3, _4) = (l0, l1, l2, l3, l4);

    /// <summary>0.</summary>
    public static Field25519 Zero => default;

    /// <summary>1.</summary>
    public static Field25519 One => new(1, 0, 0, 0, 0);

    /// <summary>A small number.</summary>
    public static Field25519 From(uint value) => new(value, 0, 0, 0, 0);

    /// <summary>Reads 32 bytes, little endian. The highest bit is ignored and values of p or more are taken modulo p.</summary>
    public static Field25519 Decode(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Bytes);
        var w0 = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var w1 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        var w2 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        var w3 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
        return new Field25519(
            w0 & Mask,
            ((w0 >> 51) | (w1 << 13)) & Mask,
            ((w1 >> 38) | (w2 << 26)) & Mask,
            ((w2 >> 25) | (w3 << 39)) & Mask,
            (w3 >> 12) & Mask);
    }

    /// <summary>Writes the one canonical form: 32 bytes, little endian, below p.</summary>
    public void Encode(Span<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Bytes);
        var reduced = Carry(_0, _1, _2, _3, _4);
        var (l0, l1, l2, l3, l4) = (reduced._0, reduced._1, reduced._2, reduced._3, reduced._4);

        // The value is below 2p. It is p or more exactly where adding 19 carries out of bit 255.
        var over = (l0 + 19) >> Bits;
        over = (l1 + over) >> Bits;
        over = (l2 + over) >> Bits;
        over = (l3 + over) >> Bits;
        over = (l4 + over) >> Bits;
        l0 += 19 * over;
        l1 += l0 >> Bits;
        l2 += l1 >> Bits;
        l3 += l2 >> Bits;
        l4 += l3 >> Bits;
        (l0, l1, l2, l3, l4) = (l0 & Mask, l1 & Mask, l2 & Mask, l3 & Mask, l4 & Mask);

        BinaryPrimitives.WriteUInt64LittleEndian(bytes, l0 | (l1 << 51));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], (l1 >> 13) | (l2 << 38));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], (l2 >> 26) | (l3 << 25));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], (l3 >> 39) | (l4 << 12));
    }

    /// <summary>Adds.</summary>
    public static Field25519 operator +(in Field25519 a, in Field25519 b)
        => Carry(a._0 + b._0, a._1 + b._1, a._2 + b._2, a._3 + b._3, a._4 + b._4);

    /// <summary>Subtracts.</summary>
    public static Field25519 operator -(in Field25519 a, in Field25519 b)
    {
        // 2p limb by limb keeps every difference positive.
        const ulong low = (Mask - 18) * 2;
        const ulong other = Mask * 2;
        return Carry(a._0 + low - b._0, a._1 + other - b._1, a._2 + other - b._2, a._3 + other - b._3, a._4 + other - b._4);
    }

    /// <summary>Negates.</summary>
    public static Field25519 operator -(in Field25519 a) => Zero - a;

    /// <summary>Multiplies.</summary>
    public static Field25519 operator *(in Field25519 a, in Field25519 b)
    {
        // A product of limbs i and j with i + j >= 5 stands at 2^255 and more, and 2^255 = 19 (mod p).
        var (b1, b2, b3, b4) = (b._1 * 19, b._2 * 19, b._3 * 19, b._4 * 19);
        Sum r0 = default, r1 = default, r2 = default, r3 = default, r4 = default;
        r0.Add(a._0, b._0);
        r0.Add(a._1, b4);
        r0.Add(a._2, b3);
        r0.Add(a._3, b2);
        r0.Add(a._4, b1);
        r1.Add(a._0, b._1);
        r1.Add(a._1, b._0);
        r1.Add(a._2, b4);
        r1.Add(a._3, b3);
        r1.Add(a._4, b2);
        r2.Add(a._0, b._2);
        r2.Add(a._1, b._1);
        r2.Add(a._2, b._0);
        r2.Add(a._3, b4);
        r2.Add(a._4, b3);
        r3.Add(a._0, b._3);
        r3.Add(a._1, b._2);
        r3.Add(a._2, b._1);
        r3.Add(a._3, b._0);
        r3.Add(a._4, b4);
        r4.Add(a._0, b._4);
        r4.Add(a._1, b._3);
        r4.Add(a._2, b._2);
        r4.Add(a._3, b._1);
        r4.Add(a._4, b._0);
        return Reduce(r0, r1, r2, r3, r4);
    }

    /// <summary>The square.</summary>
    public Field25519 Square()
    {
        var (d0, d1) = (_0 * 2, _1 * 2);
        var (n3, n4) = (_3 * 19, _4 * 19);
        Sum r0 = default, r1 = default, r2 = default, r3 = default, r4 = default;
        r0.Add(_0, _0);
        r0.Add(d1, n4);
        r0.Add(_2 * 2, n3);
        r1.Add(d0, _1);
        r1.Add(_2 * 2, n4);
        r1.Add(_3, n3);
        r2.Add(d0, _2);
        r2.Add(_1, _1);
        r2.Add(_3 * 2, n4);
        r3.Add(d0, _3);
        r3.Add(d1, _2);
        r3.Add(_4, n4);
        r4.Add(d0, _4);
        r4.Add(d1, _3);
        r4.Add(_2, _2);
        return Reduce(r0, r1, r2, r3, r4);
    }

    /// <summary>The square of the square and so on, <paramref name="times"/> times; the count is public.</summary>
    public Field25519 Square(int times)
    {
        var result = this;
        for (var i = 0; i < times; i++)
        {
            result = result.Square();
        }

        return result;
    }

    /// <summary>The inverse, by Fermat: the power of p - 2 = 2^255 - 21. The inverse of zero is given as zero.</summary>
    public Field25519 Invert()
    {
        // Each name says the exponent: eN is 2^N - 1.
        var two = Square();
        var nine = two.Square(2) * this;
        var eleven = nine * two;
        var e5 = eleven.Square() * nine;
        var e10 = e5.Square(5) * e5;
        var e20 = e10.Square(10) * e10;
        var e40 = e20.Square(20) * e20;
        var e50 = e40.Square(10) * e10;
        var e100 = e50.Square(50) * e50;
        var e200 = e100.Square(100) * e100;
        var e250 = e200.Square(50) * e50;
        return e250.Square(5) * eleven;
    }

    /// <summary>Exchanges the two where <paramref name="bit"/> is 1, leaves them where it is 0, in the same time.</summary>
    public static void Swap(ref Field25519 a, ref Field25519 b, uint bit)
    {
        Debug.Assert(bit <= 1, "A bit.");
        var mask = 0 - (ulong)bit;
        var (d0, d1, d2) = ((a._0 ^ b._0) & mask, (a._1 ^ b._1) & mask, (a._2 ^ b._2) & mask);
        var (d3, d4) = ((a._3 ^ b._3) & mask, (a._4 ^ b._4) & mask);
        a = new Field25519(a._0 ^ d0, a._1 ^ d1, a._2 ^ d2, a._3 ^ d3, a._4 ^ d4);
        b = new Field25519(b._0 ^ d0, b._1 ^ d1, b._2 ^ d2, b._3 ^ d3, b._4 ^ d4);
    }

    /// <summary>Compares as field elements, in the same time whatever they are.</summary>
    public static bool FixedTimeEquals(in Field25519 a, in Field25519 b)
    {
        Span<byte> left = stackalloc byte[Bytes];
        Span<byte> right = stackalloc byte[Bytes];
        a.Encode(left);
        b.Encode(right);
        return System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(left, right);
    }

    // One parallel carry: from limbs of up to 64 bits to the invariant of this type.
    private static Field25519 Carry(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4) => new(
        (l0 & Mask) + (19 * (l4 >> Bits)),
        (l1 & Mask) + (l0 >> Bits),
        (l2 & Mask) + (l1 >> Bits),
        (l3 & Mask) + (l2 >> Bits),
        (l4 & Mask) + (l3 >> Bits));

    private static Field25519 Reduce(Sum r0, Sum r1, Sum r2, Sum r3, Sum r4)
    {
        r1.Add(r0.High51);
        r2.Add(r1.High51);
        r3.Add(r2.High51);
        r4.Add(r3.High51);
        var l0 = (r0.Low & Mask) + (19 * r4.High51);
        return new Field25519(
            l0 & Mask,
            (r1.Low & Mask) + (l0 >> Bits),
            r2.Low & Mask,
            r3.Low & Mask,
            r4.Low & Mask);
    }

    // A sum of products, below 2^115, so that High51 fits 64 bits.
    private struct Sum
    {
        public ulong Low;
        private ulong _high;

        public readonly ulong High51 => (_high << (64 - Bits)) | (Low >> Bits);

        public void Add(ulong a, ulong b)
        {
            var high = Math.BigMul(a, b, out var low);
            Add(low);
            _high += high;
        }

        public void Add(ulong value)
        {
            var sum = Low + value;
            _high += ((Low & value) | ((Low | value) & ~sum)) >> 63;
            Low = sum;
        }
    }
}
