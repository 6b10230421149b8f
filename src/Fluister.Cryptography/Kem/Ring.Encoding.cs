using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Fluister.Cryptography.Kem;

// Bytes and compression (FIPS 203, section 4.2.1). Compression divides by multiplying: a division would take a time that tells
// of the secret (the KyberSlash attacks).
internal static partial class Ring
{
    // 2^30 / q.
    private const int Reciprocal = 322542;

    /// <summary>Bytes of a polynomial at 12 bits per coefficient.</summary>
    public const int Bytes = 384;

    /// <summary>ByteEncode_12 (algorithm 5) of coefficients within -3329..3328.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Encode(ReadOnlySpan<short> polynomial, Span<byte> bytes)
    {
        bytes = bytes[..Bytes];
        foreach (var vector in Vectors(polynomial))
        {
            Pack(Positive(vector), 12, bytes);
            bytes = bytes[(2 * 12)..];
        }
    }

    /// <summary>ByteDecode_12 (algorithm 6) without its reduction: coefficients within 0..4095.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decode(ReadOnlySpan<byte> bytes, Span<short> polynomial)
    {
        for (var i = 0; i < Degree; i += 4)
        {
            var four = BinaryPrimitives.ReadUInt32LittleEndian(bytes) | ((ulong)BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]) << 32);
            polynomial[i] = (short)(four & 0xFFF);
            polynomial[i + 1] = (short)((four >> 12) & 0xFFF);
            polynomial[i + 2] = (short)((four >> 24) & 0xFFF);
            polynomial[i + 3] = (short)(four >> 36);
            bytes = bytes[6..];
        }
    }

    /// <summary>Whether no coefficient of encoded polynomials is beyond the modulus (FIPS 203, section 7.2). Of public bytes.</summary>
    public static bool IsCanonical(ReadOnlySpan<byte> bytes)
    {
        Span<short> polynomial = stackalloc short[Degree];
        for (; !bytes.IsEmpty; bytes = bytes[Bytes..])
        {
            Decode(bytes, polynomial);
            foreach (var vector in Vectors((ReadOnlySpan<short>)polynomial))
            {
                if (Vector256.GreaterThanAny(vector, Vector256.Create((short)(Q - 1))))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>ByteEncode_d of Compress_d, for d = 4, 5, 10 and 11, of coefficients within -3329..3328: 32 d bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compress(ReadOnlySpan<short> polynomial, int d, Span<byte> bytes)
    {
        foreach (var vector in Vectors(polynomial))
        {
            Pack(Compress(vector, d), d, bytes);
            bytes = bytes[(2 * d)..];
        }
    }

    /// <summary>Decompress_d of ByteDecode_d, for the same d: coefficients within 0..3328.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decompress(ReadOnlySpan<byte> bytes, int d, Span<short> polynomial)
    {
        var mask = (1U << d) - 1;
        var half = 1U << (d - 1);
        for (var i = 0; i < Degree; i += 8)
        {
            // Eight coefficients are d bytes.
            var (low, high) = d < 8 ? (Bits(bytes, 0, d), 0UL) : (Bits(bytes, 0, 8), Bits(bytes, 8, d));
            for (var j = 0; j < 8; j++)
            {
                polynomial[i + j] = (short)((((uint)low & mask) * (uint)Q + half) >> d);
                low = (low >> d) | (high << (64 - d));
                high >>= d;
            }

            bytes = bytes[d..];
        }
    }

    /// <summary>Decompress_1 of the 256 bits of a message: coefficients 0 and 1665.</summary>
    public static void DecodeMessage(ReadOnlySpan<byte> message, Span<short> polynomial)
    {
        var bits = Vector256.Create(
            0x0008_0004_0002_0001UL, 0x0080_0040_0020_0010UL, 0x0800_0400_0200_0100UL, 0x8000_4000_2000_1000UL);
        foreach (ref var vector in Vectors(polynomial))
        {
            var chosen = Vector256.Create(BinaryPrimitives.ReadInt16LittleEndian(message)) & bits.AsInt16();
            vector = Vector256.Equals(chosen, bits.AsInt16()) & Vector256.Create((short)((Q + 1) / 2));
            message = message[2..];
        }
    }

    /// <summary>The message: Compress_1 of coefficients within -3329..3328.</summary>
    public static void EncodeMessage(ReadOnlySpan<short> polynomial, Span<byte> message)
    {
        foreach (var vector in Vectors(polynomial))
        {
            var bits = Vector256.Equals(Compress(vector, 1), Vector256<short>.One).ExtractMostSignificantBits();
            BinaryPrimitives.WriteUInt16LittleEndian(message, (ushort)bits);
            message = message[2..];
        }
    }

    /// <summary>Two bytes per coefficient, the least significant first, as in memory.</summary>
    public static void Write(ReadOnlySpan<short> polynomials, Span<byte> bytes) => MemoryMarshal.AsBytes(polynomials).CopyTo(bytes);

    /// <summary>Reads what <see cref="Write"/> wrote: any numbers of 16 bits.</summary>
    public static void Read(ReadOnlySpan<byte> bytes, Span<short> polynomials)
    {
        var to = MemoryMarshal.AsBytes(polynomials);
        bytes[..to.Length].CopyTo(to);
    }

    // round(2^d x / q) modulo 2^d. The dividend is 2^d x + (q - 1) / 2; the nearest to x 2^d / q, off by one at most, comes from a
    // product with 2^30 / q, and the remainder says which way. Both halves of the sixteen are done at 32 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Compress(Vector256<short> a, int d)
    {
        var (low, high) = Vector256.Widen(Positive(a));
        return Vector256.Narrow(Compress(low, d), Compress(high, d));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Compress(Vector256<int> x, int d)
    {
        var dividend = (x << d) + Vector256.Create((Q - 1) / 2);
        var quotient = ((x * Reciprocal) + Vector256.Create(1 << (29 - d))) >> (30 - d);
        var remainder = dividend - (quotient * Q);
        quotient = quotient + (remainder >> 31) - ((Vector256.Create(Q - 1) - remainder) >> 31);
        return quotient & Vector256.Create((1 << d) - 1);
    }

    // Sixteen coefficients of d bits each, 4 to 12: 2 d bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pack(Vector256<short> a, int d, Span<byte> bytes)
    {
        // Neighbours joined by multiplying the second with 2^d, and pairs of them by shifting: four words of 4 d bits.
        var pairs = PairSums(a, Vector256.Create(1 | (1 << (d + 16))).AsInt16()).AsUInt64();
        var fours = (pairs & Vector256.Create((ulong)uint.MaxValue)) | ((pairs >> 32) << (2 * d));
        PackEight(fours.GetElement(0), fours.GetElement(1), d, bytes);
        PackEight(fours.GetElement(2), fours.GetElement(3), d, bytes[d..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PackEight(ulong low, ulong high, int d, Span<byte> bytes)
    {
        var joined = low | (high << (4 * d));
        if (d < 8)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)joined);
            if (d == 5)
            {
                bytes[4] = (byte)(joined >> 32);
            }

            return;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(bytes, joined);
        var rest = high >> (64 - (4 * d));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], (ushort)rest);
        if (d > 10)
        {
            bytes[10] = (byte)(rest >> 16);
        }

        if (d > 11)
        {
            bytes[11] = (byte)(rest >> 24);
        }
    }

    // The bytes from one place to another, at most eight, as a number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(ReadOnlySpan<byte> bytes, int from, int to)
    {
        if (to - from == 8)
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(bytes[from..]);
        }

        ulong bits = 0;
        for (var i = to - 1; i >= from; i--)
        {
            bits = (bits << 8) | bytes[i];
        }

        return bits;
    }

    // The one number within 0..3328 of the class of a within -3329..3328.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Positive(Vector256<short> a) => a + ((a >> 15) & Vector256.Create(Q));
}
