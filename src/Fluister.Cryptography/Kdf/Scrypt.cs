using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Fluister.Cryptography.Kdf;

/// <summary>The password-based key derivation function scrypt (RFC 7914).</summary>
/// <remarks>Its memory accesses depend on the password by design of the function: do not run it beside someone
/// hostile on the same processor. The memory is outside the garbage collector's reach and cleared after use.</remarks>
public static class Scrypt
{
    private const int BlockBytes = 64;

    /// <summary>Memory that <see cref="DeriveKey"/> takes, in bytes.</summary>
    public static long Memory(int n, int r, int p) => checked(((128L * n) + (128L * p) + 256L) * r);

    /// <summary>Derives a key.</summary>
    /// <param name="password">Any bytes.</param>
    /// <param name="salt">Any bytes.</param>
    /// <param name="n">Cost: a power of two above 1.</param>
    /// <param name="r">Block size, in units of 128 bytes; 1 to 64.</param>
    /// <param name="p">Parallelism, here one after the other; 1 to 64.</param>
    /// <param name="maximumMemory">Bytes that may be taken.</param>
    /// <param name="key">Filled with the key.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside its range, or asks for more memory than allowed.</exception>
    public static unsafe void DeriveKey(
        ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int n, int r, int p, long maximumMemory, Span<byte> key)
    {
        if (n < 2 || !BitOperations.IsPow2(n))
        {
            throw new ArgumentOutOfRangeException(nameof(n), "The cost of scrypt is a power of two above 1.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(r, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(r, 64);
        ArgumentOutOfRangeException.ThrowIfLessThan(p, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(p, 64);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Memory(n, r, p), maximumMemory, nameof(n));

        var laneBytes = 128 * r;
        var lanes = new byte[laneBytes * p];
        var tableBytes = (nuint)laneBytes * (nuint)n;
        var table = (byte*)NativeMemory.AlignedAlloc(tableBytes + (2 * (nuint)laneBytes), BlockBytes);
        try
        {
            Rfc2898DeriveBytes.Pbkdf2(password, salt, lanes, 1, HashAlgorithmName.SHA256);
            var x = table + tableBytes;
            for (var i = 0; i < p; i++)
            {
                var lane = lanes.AsSpan(i * laneBytes, laneBytes);
                Load(lane, x);
                Mix(x, x + laneBytes, table, (uint)n, r);
                Store(x, lane);
            }

            Rfc2898DeriveBytes.Pbkdf2(password, lanes, key, 1, HashAlgorithmName.SHA256);
        }
        finally
        {
            NativeMemory.Clear(table, tableBytes + (2 * (nuint)laneBytes));
            NativeMemory.AlignedFree(table);
            CryptographicOperations.ZeroMemory(lanes);
        }
    }

    // Words of each block are kept by diagonals of Salsa20's matrix, so that a quarter round works on whole vectors.
    // Word 0, which alone chooses the next index, stays first.
    private static ReadOnlySpan<byte> Diagonals => [0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11];

    private static unsafe void Load(ReadOnlySpan<byte> lane, byte* x)
    {
        for (var i = 0; i < lane.Length / 4; i++)
        {
            var source = (i & ~15) + Diagonals[i & 15];
            ((uint*)x)[i] = BinaryPrimitives.ReadUInt32LittleEndian(lane[(4 * source)..]);
        }
    }

    private static unsafe void Store(byte* x, Span<byte> lane)
    {
        for (var i = 0; i < lane.Length / 4; i++)
        {
            var target = (i & ~15) + Diagonals[i & 15];
            BinaryPrimitives.WriteUInt32LittleEndian(lane[(4 * target)..], ((uint*)x)[i]);
        }
    }

    // scryptROMix, RFC 7914, section 5. The result is in x.
    private static unsafe void Mix(byte* x, byte* y, byte* table, uint n, int r)
    {
        var bytes = (nuint)(128 * r);
        for (uint i = 0; i < n; i++)
        {
            NativeMemory.Copy(x, table + (i * bytes), bytes);
            BlockMix(x, null, y, r);
            Swap(ref x, ref y);
        }

        for (uint i = 0; i < n; i++)
        {
            var j = *(uint*)(x + (BlockBytes * ((2 * r) - 1))) & (n - 1);
            BlockMix(x, table + (j * bytes), y, r);
            Swap(ref x, ref y);
        }
    }

    // After an even number of times, such as n, everything is where it was.
    private static unsafe void Swap(ref byte* x, ref byte* y)
    {
        var z = x;
        x = y;
        y = z;
    }

    // scryptBlockMix, RFC 7914, section 4, of x (xor v): even blocks to the first half of y, odd blocks to the second.
    private static unsafe void BlockMix(byte* x, byte* v, byte* y, int r)
    {
        var last = BlockBytes * ((2 * r) - 1);
        var s = Block.At(x + last);
        if (v is not null)
        {
            s.Xor(v + last);
        }

        for (var i = 0; i < 2 * r; i++)
        {
            s.Xor(x + (BlockBytes * i));
            if (v is not null)
            {
                s.Xor(v + (BlockBytes * i));
            }

            s.Salsa8();
            s.To(y + (BlockBytes * ((i >> 1) + ((i & 1) * r))));
        }
    }

    private unsafe struct Block
    {
        private Vector128<uint> _a, _b, _c, _d;

        public static Block At(byte* p) => new()
        {
            _a = Vector128.Load((uint*)p),
            _b = Vector128.Load((uint*)p + 4),
            _c = Vector128.Load((uint*)p + 8),
            _d = Vector128.Load((uint*)p + 12),
        };

        public void Xor(byte* p)
        {
            _a ^= Vector128.Load((uint*)p);
            _b ^= Vector128.Load((uint*)p + 4);
            _c ^= Vector128.Load((uint*)p + 8);
            _d ^= Vector128.Load((uint*)p + 12);
        }

        public readonly void To(byte* p)
        {
            _a.Store((uint*)p);
            _b.Store((uint*)p + 4);
            _c.Store((uint*)p + 8);
            _d.Store((uint*)p + 12);
        }

        // The Salsa20/8 core, RFC 7914, section 3: four times a column round and a row round, then the input added.
        public void Salsa8()
        {
            var (a, b, c, d) = (_a, _b, _c, _d);
            for (var i = 0; i < 4; i++)
            {
                b ^= Rotate(a + d, 7);
                c ^= Rotate(b + a, 9);
                d ^= Rotate(c + b, 13);
                a ^= Rotate(d + c, 18);

                b = Vector128.Shuffle(b, Vector128.Create(3u, 0, 1, 2));
                c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
                d = Vector128.Shuffle(d, Vector128.Create(1u, 2, 3, 0));

                d ^= Rotate(a + b, 7);
                c ^= Rotate(d + a, 9);
                b ^= Rotate(c + d, 13);
                a ^= Rotate(b + c, 18);

                b = Vector128.Shuffle(b, Vector128.Create(1u, 2, 3, 0));
                c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
                d = Vector128.Shuffle(d, Vector128.Create(3u, 0, 1, 2));
            }

            (_a, _b, _c, _d) = (_a + a, _b + b, _c + c, _d + d);
        }

        private static Vector128<uint> Rotate(Vector128<uint> value, int bits) => (value << bits) | (value >> (32 - bits));
    }
}
