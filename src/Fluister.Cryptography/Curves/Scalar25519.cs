using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Fluister.Cryptography.Curves;

/// <summary>An integer modulo the order of the prime group of Curve25519, 2^252 + 27742317777372353535851937790883648493.</summary>
/// <remarks>Always below the order. All arithmetic takes the same time whatever the values are.</remarks>
public readonly partial struct Scalar25519
{
    /// <summary>Bytes of an encoded scalar.</summary>
    public const int Bytes = 32;

    // The order, and the reciprocal that Barrett's reduction multiplies by: 2^512 divided by the order.
    private const int Words = 4;
    private static ReadOnlySpan<ulong> Order => [0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000, 0];
    private static ReadOnlySpan<ulong> Reciprocal =>
        [0xed9ce5a30a2c131b, 0x2106215d086329a7, 0xffffffffffffffeb, 0xffffffffffffffff, 0xf];

    private readonly ulong _0, _1, _2, _3;

    private Scalar25519(ulong w0, ulong w1, ulong w2, ulong w3) => (_0, _1, _2, _3) = (w0, w1, w2, w3);

    /// <summary>0.</summary>
    public static Scalar25519 Zero => default;

    /// <summary>1.</summary>
    public static Scalar25519 One => new(1, 0, 0, 0);

    /// <summary>A number.</summary>
    public static Scalar25519 From(ulong value) => new(value, 0, 0, 0);

    /// <summary>Reads 32 bytes, little endian; false where they are not below the order.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out Scalar25519 scalar)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Bytes);
        scalar = new Scalar25519(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));
        _ = Subtract(scalar, new Scalar25519(Order[0], Order[1], Order[2], Order[3]), out var borrow);
        scalar = Select(borrow, scalar, Zero);
        return borrow == 1;
    }

    /// <summary>Reduces 32 or 64 bytes, little endian.</summary>
    public static Scalar25519 Reduce(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is not (Bytes or 2 * Bytes))
        {
            throw new ArgumentOutOfRangeException(nameof(bytes), "32 or 64 bytes are reduced.");
        }

        Span<ulong> wide = stackalloc ulong[2 * Words];
        wide.Clear();
        for (var i = 0; i < bytes.Length / sizeof(ulong); i++)
        {
            wide[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * sizeof(ulong))..]);
        }

        return Reduce(wide);
    }

    /// <summary>Adds.</summary>
    public static Scalar25519 operator +(in Scalar25519 a, in Scalar25519 b)
    {
        ulong carry = 0;
        var sum = new Scalar25519(
            AddCarry(a._0, b._0, ref carry),
            AddCarry(a._1, b._1, ref carry),
            AddCarry(a._2, b._2, ref carry),
            AddCarry(a._3, b._3, ref carry));
        return SubtractOrder(sum);
    }

    /// <summary>Subtracts.</summary>
    public static Scalar25519 operator -(in Scalar25519 a, in Scalar25519 b)
    {
        var difference = Subtract(a, b, out var borrow);
        var mask = 0 - borrow;
        ulong carry = 0;
        return new Scalar25519(
            AddCarry(difference._0, Order[0] & mask, ref carry),
            AddCarry(difference._1, Order[1] & mask, ref carry),
            AddCarry(difference._2, Order[2] & mask, ref carry),
            AddCarry(difference._3, Order[3] & mask, ref carry));
    }

    /// <summary>Negates.</summary>
    public static Scalar25519 operator -(in Scalar25519 a) => Zero - a;

    /// <summary>Multiplies.</summary>
    public static Scalar25519 operator *(in Scalar25519 a, in Scalar25519 b)
    {
        Span<ulong> left = [a._0, a._1, a._2, a._3];
        Span<ulong> right = [b._0, b._1, b._2, b._3];
        Span<ulong> product = stackalloc ulong[2 * Words];
        Multiply(left, right, product);
        return Reduce(product);
    }

    /// <summary>Compares in fixed time.</summary>
    public static bool FixedTimeEquals(in Scalar25519 a, in Scalar25519 b) =>
        ((a._0 ^ b._0) | (a._1 ^ b._1) | (a._2 ^ b._2) | (a._3 ^ b._3)) == 0;

    /// <summary>Writes 32 bytes, below the order.</summary>
    public void Encode(Span<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, _0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], _1);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], _2);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], _3);
    }

    /// <summary>The inverse, by Fermat: the power of the order minus 2. The inverse of zero is given as zero.</summary>
    public Scalar25519 Invert()
    {
        // The exponent is public, so its bits may choose the way.
        var result = One;
        for (var bit = 252; bit >= 0; bit--)
        {
            result *= result;
            var word = Order[bit / 64] - (bit < 64 ? 2UL : 0);
            if (((word >> (bit % 64)) & 1) != 0)
            {
                result *= this;
            }
        }

        return result;
    }

    /// <summary>Clears a secret scalar where it stands. Copies that the compiler made on the stack are not reached.</summary>
    internal static void Clear(ref Scalar25519 scalar) =>
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(new Span<Scalar25519>(ref scalar)));

    private static Scalar25519 Select(ulong bit, in Scalar25519 whenOne, in Scalar25519 whenZero)
    {
        var mask = 0 - bit;
        return new Scalar25519(
            whenZero._0 ^ ((whenZero._0 ^ whenOne._0) & mask),
            whenZero._1 ^ ((whenZero._1 ^ whenOne._1) & mask),
            whenZero._2 ^ ((whenZero._2 ^ whenOne._2) & mask),
            whenZero._3 ^ ((whenZero._3 ^ whenOne._3) & mask));
    }

    private static Scalar25519 Subtract(in Scalar25519 a, in Scalar25519 b, out ulong borrow)
    {
        borrow = 0;
        return new Scalar25519(
            SubtractBorrow(a._0, b._0, ref borrow),
            SubtractBorrow(a._1, b._1, ref borrow),
            SubtractBorrow(a._2, b._2, ref borrow),
            SubtractBorrow(a._3, b._3, ref borrow));
    }

    // From below twice the order to below the order.
    private static Scalar25519 SubtractOrder(in Scalar25519 value)
    {
        var less = Subtract(value, new Scalar25519(Order[0], Order[1], Order[2], Order[3]), out var borrow);
        return Select(borrow, value, less);
    }

    // Barrett's reduction of eight words (Handbook of Applied Cryptography, algorithm 14.42, base 2^64, k = 4). What the
    // reciprocal lost by rounding, 0.23, and the words left out, 2^-60, make the quotient at most one too small, not two.
    private static Scalar25519 Reduce(ReadOnlySpan<ulong> wide)
    {
        Span<ulong> product = stackalloc ulong[2 * (Words + 1)];
        Multiply(wide[(Words - 1)..], Reciprocal, product);
        var quotient = product[(Words + 1)..];
        Span<ulong> back = stackalloc ulong[2 * (Words + 1)];
        Multiply(quotient, Order, back);

        // The rest is below twice the order: the words above cancel.
        ulong borrow = 0;
        var rest = new Scalar25519(
            SubtractBorrow(wide[0], back[0], ref borrow),
            SubtractBorrow(wide[1], back[1], ref borrow),
            SubtractBorrow(wide[2], back[2], ref borrow),
            SubtractBorrow(wide[3], back[3], ref borrow));
        return SubtractOrder(rest);
    }

    // Schoolbook: every pair of words, whatever they hold.
    private static void Multiply(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> product)
    {
        product.Clear();
        for (var i = 0; i < a.Length; i++)
        {
            ulong above = 0;
            for (var j = 0; j < b.Length; j++)
            {
                var high = Math.BigMul(a[i], b[j], out var low);
                ulong carry = 0;
                low = AddCarry(low, product[i + j], ref carry);
                high += carry;
                carry = 0;
                product[i + j] = AddCarry(low, above, ref carry);
                above = high + carry;
            }

            product[i + b.Length] = above;
        }
    }

    // Carries come from bits and not from comparisons, which a compiler might turn into branches.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddCarry(ulong a, ulong b, ref ulong carry)
    {
        var sum = a + b + carry;
        carry = ((a & b) | ((a | b) & ~sum)) >> 63;
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SubtractBorrow(ulong a, ulong b, ref ulong borrow)
    {
        var difference = a - b - borrow;
        borrow = ((~a & b) | ((~a | b) & difference)) >> 63;
        return difference;
    }
}
