using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Fluister.Cryptography.Curves;

/// <summary>An element of the field of integers modulo 2^255 - 19 (RFC 7748, section 4.1).</summary>
/// <remarks>
/// <para>Five limbs of 51 bits and some room. An element is <em>tight</em> where every limb is below 2^51 + 2^18: so are
/// all results of the operators, of <see cref="Multiply"/> and <see cref="Square(in Field25519, out Field25519)"/> and of
/// decoding. It is <em>loose</em> where every limb is below 2^54: that is what multiplying takes and what
/// <see cref="Add"/>, <see cref="Subtract"/> and <see cref="SubtractWide"/>, which do not carry, may leave behind.</para>
/// <para>No branch and no index depends on the value, and carries are taken from bits, not from comparisons: the time
/// tells nothing about the element. Elements live on the stack and in registers and are not cleared.</para>
/// </remarks>
internal partial struct Field25519
{
    /// <summary>Bytes of an encoded element.</summary>
    public const int Bytes = 32;

    private const int Bits = 51;
    private const ulong Mask = (1UL << Bits) - 1;

    private ulong _0, _1, _2, _3, _4;

    private Field25519(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4) => (_0, _1, _2, _3, _4) = (l0, l1, l2, l3, l4);

    /// <summary>0.</summary>
    public static Field25519 Zero => default;

    /// <summary>1.</summary>
    public static Field25519 One => new(1, 0, 0, 0, 0);

    /// <summary>1 where the canonical form is odd (RFC 9496, section 3.1: "negative"), 0 where it is even.</summary>
    public readonly uint IsNegative
    {
        get
        {
            Canonical(out var w0, out _, out _, out _);
            return (uint)w0 & 1;
        }
    }

    /// <summary>1 for zero, 0 for everything else.</summary>
    public readonly uint IsZero
    {
        get
        {
            Canonical(out var w0, out var w1, out var w2, out var w3);
            var any = w0 | w1 | w2 | w3;
            return (uint)((any | (0 - any)) >> 63) ^ 1;
        }
    }

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
    public readonly void Encode(Span<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Bytes);
        Canonical(out var w0, out var w1, out var w2, out var w3);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, w0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], w1);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], w2);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], w3);
    }

    /// <summary>Adds; the result is tight.</summary>
    public static Field25519 operator +(in Field25519 a, in Field25519 b)
    {
        Add(a, b, out var sum);
        return sum.Carry();
    }

    /// <summary>Subtracts; the result is tight.</summary>
    public static Field25519 operator -(in Field25519 a, in Field25519 b)
    {
        SubtractWide(a, b, out var difference);
        return difference.Carry();
    }

    /// <summary>Negates; the result is tight.</summary>
    public static Field25519 operator -(in Field25519 a) => Zero - a;

    /// <summary>Multiplies; the result is tight.</summary>
    public static Field25519 operator *(in Field25519 a, in Field25519 b)
    {
        Multiply(a, b, out var product);
        return product;
    }

    /// <summary>Adds limb by limb.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(in Field25519 a, in Field25519 b, out Field25519 sum)
    {
        sum._0 = a._0 + b._0;
        sum._1 = a._1 + b._1;
        sum._2 = a._2 + b._2;
        sum._3 = a._3 + b._3;
        sum._4 = a._4 + b._4;
    }

    /// <summary>Subtracts a tight element limb by limb. Adds 2p, so the result is up to 2^52 above <paramref name="a"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Subtract(in Field25519 a, in Field25519 b, out Field25519 difference)
    {
        const ulong low = (Mask - 18) * 2;
        const ulong other = Mask * 2;
        Debug.Assert(b._0 <= low && b._1 <= other && b._2 <= other && b._3 <= other && b._4 <= other, "Tight.");
        difference._0 = a._0 + low - b._0;
        difference._1 = a._1 + other - b._1;
        difference._2 = a._2 + other - b._2;
        difference._3 = a._3 + other - b._3;
        difference._4 = a._4 + other - b._4;
    }

    /// <summary>Subtracts an element with limbs below 2^53 - 76. Adds 4p, so the result is up to 2^53 above
    /// <paramref name="a"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SubtractWide(in Field25519 a, in Field25519 b, out Field25519 difference)
    {
        const ulong low = (Mask - 18) * 4;
        const ulong other = Mask * 4;
        Debug.Assert(b._0 <= low && b._1 <= other && b._2 <= other && b._3 <= other && b._4 <= other, "Below 2^53 - 76.");
        difference._0 = a._0 + low - b._0;
        difference._1 = a._1 + other - b._1;
        difference._2 = a._2 + other - b._2;
        difference._3 = a._3 + other - b._3;
        difference._4 = a._4 + other - b._4;
    }

    /// <summary>Multiplies loose elements; the product is tight and may stand where a factor stood.</summary>
    /// <remarks>
    /// <para>One factor is shifted by 10 bits and the other by 3, so that the upper word of a product of limbs is just what stands
    /// above its bit 51 and belongs to the next limb. Column by column the two words are summed apart, and no sum of 128 bits
    /// with its carries is needed. Below 2^54 a limb keeps the largest sum, five upper words times 19, within 64 bits.</para>
    /// <para>The two words come from two multiplications: one that gives both gives the lower through memory, and that takes
    /// longer (.NET 10).</para>
    /// </remarks>
    [SkipLocalsInit]
    public static void Multiply(in Field25519 a, in Field25519 b, out Field25519 product)
    {
        AssertLoose(a);
        AssertLoose(b);
        var (a0, a1, a2, a3, a4) = (a._0 << 10, a._1 << 10, a._2 << 10, a._3 << 10, a._4 << 10);
        var (b0, b1, b2, b3, b4) = (b._0 << 3, b._1 << 3, b._2 << 3, b._3 << 3, b._4 << 3);

        // A product of limbs i and j with i + j >= 5 stands at 2^255 and more, and 2^255 = 19 (mod p).
        var (n1, n2, n3, n4) = (b1 * 19, b2 * 19, b3 * 19, b4 * 19);

        var l0 = Low(a0, b0) + Low(a1, n4) + Low(a2, n3) + Low(a3, n2) + Low(a4, n1);
        var h0 = High(a0, b0) + High(a1, n4) + High(a2, n3) + High(a3, n2) + High(a4, n1);
        var l1 = Low(a0, b1) + Low(a1, b0) + Low(a2, n4) + Low(a3, n3) + Low(a4, n2) + h0;
        var h1 = High(a0, b1) + High(a1, b0) + High(a2, n4) + High(a3, n3) + High(a4, n2);
        var l2 = Low(a0, b2) + Low(a1, b1) + Low(a2, b0) + Low(a3, n4) + Low(a4, n3) + h1;
        var h2 = High(a0, b2) + High(a1, b1) + High(a2, b0) + High(a3, n4) + High(a4, n3);
        var l3 = Low(a0, b3) + Low(a1, b2) + Low(a2, b1) + Low(a3, b0) + Low(a4, n4) + h2;
        var h3 = High(a0, b3) + High(a1, b2) + High(a2, b1) + High(a3, b0) + High(a4, n4);
        var l4 = Low(a0, b4) + Low(a1, b3) + Low(a2, b2) + Low(a3, b1) + Low(a4, b0) + h3;
        var h4 = High(a0, b4) + High(a1, b3) + High(a2, b2) + High(a3, b1) + High(a4, b0);
        Carry(l0 + (19 * h4), l1, l2, l3, l4, out product);
    }

    /// <summary>The square of a loose element; tight.</summary>
    [SkipLocalsInit]
    public static void Square(in Field25519 a, out Field25519 square)
    {
        AssertLoose(a);
        var (a0, a1, a2, a3, a4) = (a._0 << 10, a._1 << 10, a._2 << 10, a._3 << 10, a._4 << 10);
        var (b0, b1, b2, b3, b4) = (a._0 << 3, a._1 << 3, a._2 << 3, a._3 << 3, a._4 << 3);

        // Products of two different limbs occur twice.
        var (d0, d1, d2, d3) = (b0 * 2, b1 * 2, b2 * 2, b3 * 2);
        var (n3, n4) = (b3 * 19, b4 * 19);
        var (d1n, d2n, d3n) = (d1 * 19, d2 * 19, d3 * 19);

        var l0 = Low(a0, b0) + Low(a4, d1n) + Low(a3, d2n);
        var h0 = High(a0, b0) + High(a4, d1n) + High(a3, d2n);
        var l1 = Low(a1, d0) + Low(a4, d2n) + Low(a3, n3) + h0;
        var h1 = High(a1, d0) + High(a4, d2n) + High(a3, n3);
        var l2 = Low(a2, d0) + Low(a1, b1) + Low(a4, d3n) + h1;
        var h2 = High(a2, d0) + High(a1, b1) + High(a4, d3n);
        var l3 = Low(a3, d0) + Low(a2, d1) + Low(a4, n4) + h2;
        var h3 = High(a3, d0) + High(a2, d1) + High(a4, n4);
        var l4 = Low(a4, d0) + Low(a3, d1) + Low(a2, b2) + h3;
        var h4 = High(a4, d0) + High(a3, d1) + High(a2, b2);
        Carry(l0 + (19 * h4), l1, l2, l3, l4, out square);
    }

    /// <summary>Multiplies a loose element by a number below 2^18; the product is tight.</summary>
    [SkipLocalsInit]
    public static void MultiplySmall(in Field25519 a, uint number, out Field25519 product)
    {
        Debug.Assert(number < 1 << 18, "Small.");
        AssertLoose(a);
        var b = (ulong)number << 13;
        Carry(
            Low(a._0, b) + (19 * High(a._4, b)),
            Low(a._1, b) + High(a._0, b),
            Low(a._2, b) + High(a._1, b),
            Low(a._3, b) + High(a._2, b),
            Low(a._4, b) + High(a._3, b),
            out product);
    }

    /// <summary>Exchanges the two where <paramref name="bit"/> is 1, leaves them where it is 0, in the same time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Swap(ref Field25519 a, ref Field25519 b, uint bit)
    {
        Debug.Assert(bit <= 1, "A bit.");
        var mask = 0 - (ulong)bit;
        var (d0, d1, d2) = ((a._0 ^ b._0) & mask, (a._1 ^ b._1) & mask, (a._2 ^ b._2) & mask);
        var (d3, d4) = ((a._3 ^ b._3) & mask, (a._4 ^ b._4) & mask);
        (a._0, a._1, a._2, a._3, a._4) = (a._0 ^ d0, a._1 ^ d1, a._2 ^ d2, a._3 ^ d3, a._4 ^ d4);
        (b._0, b._1, b._2, b._3, b._4) = (b._0 ^ d0, b._1 ^ d1, b._2 ^ d2, b._3 ^ d3, b._4 ^ d4);
    }

    /// <summary>One of two, by a bit, in the same time.</summary>
    public static Field25519 Select(uint bit, in Field25519 whenOne, in Field25519 whenZero)
    {
        Debug.Assert(bit <= 1, "A bit.");
        var mask = 0 - (ulong)bit;
        return new Field25519(
            whenZero._0 ^ ((whenZero._0 ^ whenOne._0) & mask),
            whenZero._1 ^ ((whenZero._1 ^ whenOne._1) & mask),
            whenZero._2 ^ ((whenZero._2 ^ whenOne._2) & mask),
            whenZero._3 ^ ((whenZero._3 ^ whenOne._3) & mask),
            whenZero._4 ^ ((whenZero._4 ^ whenOne._4) & mask));
    }

    /// <summary>Negates a tight element in place where <paramref name="bit"/> is 1. It is loose then, up to 2^52.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void NegateIf(ref Field25519 a, uint bit)
    {
        Subtract(Zero, a, out var negative);
        a = Select(bit, negative, a);
    }

    /// <summary>The negative where <paramref name="bit"/> is 1, the element itself where it is 0.</summary>
    public readonly Field25519 NegateIf(uint bit) => Select(bit, -this, this);

    /// <summary>The one of the element and its negative that is not <see cref="IsNegative"/>.</summary>
    public readonly Field25519 Absolute() => NegateIf(IsNegative);

    /// <summary>1 where the two are the same element, 0 where they are not, in the same time.</summary>
    public static uint AreEqual(in Field25519 a, in Field25519 b) => (a - b).IsZero;

    /// <summary>Compares as field elements, in the same time whatever they are.</summary>
    public static bool FixedTimeEquals(in Field25519 a, in Field25519 b) => AreEqual(a, b) != 0;

    [Conditional("DEBUG")]
    private static void AssertLoose(in Field25519 a) => Debug.Assert((a._0 | a._1 | a._2 | a._3 | a._4) >> 54 == 0, "Loose.");

    // Of a product that is shifted by 13 bits: what stands below bit 51, and what stands above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Low(ulong a, ulong b) => (a * b) >> 13;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong High(ulong a, ulong b) => Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(a, b) : Math.BigMul(a, b, out _);

    // One parallel carry: from limbs of up to 64 bits to a tight element.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Carry(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4, out Field25519 result)
    {
        result._0 = (l0 & Mask) + (19 * (l4 >> Bits));
        result._1 = (l1 & Mask) + (l0 >> Bits);
        result._2 = (l2 & Mask) + (l1 >> Bits);
        result._3 = (l3 & Mask) + (l2 >> Bits);
        result._4 = (l4 & Mask) + (l3 >> Bits);
    }

    private readonly Field25519 Carry()
    {
        Carry(_0, _1, _2, _3, _4, out var result);
        return result;
    }

    private readonly void Canonical(out ulong w0, out ulong w1, out ulong w2, out ulong w3)
    {
        Carry(_0, _1, _2, _3, _4, out var reduced);
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
        w0 = l0 | (l1 << 51);
        w1 = (l1 >> 13) | (l2 << 38);
        w2 = (l2 >> 26) | (l3 << 25);
        w3 = (l3 >> 39) | (l4 << 12);
    }
}
