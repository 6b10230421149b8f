using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Fluister.Cryptography.Symmetric;

/// <summary>POLYVAL (RFC 8452, section 3) with ordinary multiplications: no tables, no branches.</summary>
internal readonly struct PolyvalPortable
{
    private const int BlockBytes = 16;
    private const ulong Every4th = 0x1111_1111_1111_1111;

    // The key's two halves and their sum, then the same with their bits in opposite order: on the heap, to be cleared there.
    private readonly ulong[] _key;

    /// <summary>Takes a key of 16 bytes.</summary>
    public PolyvalPortable(ReadOnlySpan<byte> key)
    {
        _key = GC.AllocateUninitializedArray<ulong>(6, pinned: true);
        _key[0] = BinaryPrimitives.ReadUInt64LittleEndian(key);
        _key[1] = BinaryPrimitives.ReadUInt64LittleEndian(key[8..]);
        _key[2] = _key[0] ^ _key[1];
        for (var i = 0; i < 3; i++)
        {
            _key[3 + i] = Reverse(_key[i]);
        }
    }

    /// <summary>Adds bytes, filled up to a whole block with zeros, to a sum of 16 bytes.</summary>
    public void Update(Span<byte> sum, ReadOnlySpan<byte> bytes)
    {
        var low = BinaryPrimitives.ReadUInt64LittleEndian(sum);
        var high = BinaryPrimitives.ReadUInt64LittleEndian(sum[8..]);
        for (; bytes.Length >= BlockBytes; bytes = bytes[BlockBytes..])
        {
            low ^= BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            high ^= BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
            Multiply(ref low, ref high);
        }

        if (!bytes.IsEmpty)
        {
            Span<byte> last = stackalloc byte[BlockBytes];
            last.Clear();
            bytes.CopyTo(last);
            low ^= BinaryPrimitives.ReadUInt64LittleEndian(last);
            high ^= BinaryPrimitives.ReadUInt64LittleEndian(last[8..]);
            Multiply(ref low, ref high);
            CryptographicOperations.ZeroMemory(last);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(sum, low);
        BinaryPrimitives.WriteUInt64LittleEndian(sum[8..], high);
    }

    /// <summary>Clears the key.</summary>
    public void Clear() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_key.AsSpan()));

    // Times the key, divided by x^128: the sum of low and high parts of Karatsuba's three products, then the reduction. The high
    // half of a product is the low half of the product of the factors with their bits in opposite order.
    private void Multiply(ref ulong low, ref ulong high)
    {
        var (mixed, reversedLow, reversedHigh) = (low ^ high, Reverse(low), Reverse(high));
        var z0 = LowProduct(low, _key[0]);
        var z2 = LowProduct(high, _key[1]);
        var z1 = LowProduct(mixed, _key[2]) ^ z0 ^ z2;
        var h0 = Reverse(LowProduct(reversedLow, _key[3])) >> 1;
        var h2 = Reverse(LowProduct(reversedHigh, _key[4])) >> 1;
        var h1 = (Reverse(LowProduct(reversedLow ^ reversedHigh, _key[5])) >> 1) ^ h0 ^ h2;

        var (w0, w1, w2, w3) = (z0, h0 ^ z1, z2 ^ h1, h2);
        w1 ^= (w0 << 63) ^ (w0 << 62) ^ (w0 << 57);
        w2 ^= w0 ^ (w0 >> 1) ^ (w0 >> 2) ^ (w0 >> 7);
        w2 ^= (w1 << 63) ^ (w1 << 62) ^ (w1 << 57);
        w3 ^= w1 ^ (w1 >> 1) ^ (w1 >> 2) ^ (w1 >> 7);
        (low, high) = (w2, w3);
    }

    // The low 64 bits of a carry-less product. Factors keep every fourth bit, so that up to 15 carries fit in the gaps and are
    // masked away; a sixteenth would leave the word (T. Pornin, BearSSL, "Constant-Time Mul" and ghash_ctmul64).
    private static ulong LowProduct(ulong a, ulong b)
    {
        var (a0, a1, a2, a3) = (a & Every4th, a & (Every4th << 1), a & (Every4th << 2), a & (Every4th << 3));
        var (b0, b1, b2, b3) = (b & Every4th, b & (Every4th << 1), b & (Every4th << 2), b & (Every4th << 3));
        var z0 = (a0 * b0) ^ (a1 * b3) ^ (a2 * b2) ^ (a3 * b1);
        var z1 = (a0 * b1) ^ (a1 * b0) ^ (a2 * b3) ^ (a3 * b2);
        var z2 = (a0 * b2) ^ (a1 * b1) ^ (a2 * b0) ^ (a3 * b3);
        var z3 = (a0 * b3) ^ (a1 * b2) ^ (a2 * b1) ^ (a3 * b0);
        return (z0 & Every4th) | (z1 & (Every4th << 1)) | (z2 & (Every4th << 2)) | (z3 & (Every4th << 3));
    }

    private static ulong Reverse(ulong x)
    {
        x = ((x >> 1) & 0x5555_5555_5555_5555) | ((x & 0x5555_5555_5555_5555) << 1);
        x = ((x >> 2) & 0x3333_3333_3333_3333) | ((x & 0x3333_3333_3333_3333) << 2);
        x = ((x >> 4) & 0x0f0f_0f0f_0f0f_0f0f) | ((x & 0x0f0f_0f0f_0f0f_0f0f) << 4);
        return BinaryPrimitives.ReverseEndianness(x);
    }
}
