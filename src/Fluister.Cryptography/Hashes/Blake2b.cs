using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Fluister.Cryptography.Hashes;

/// <summary>BLAKE2b (RFC 7693), with or without a key, in fixed time for inputs of one length.</summary>
internal sealed class Blake2b : IDisposable
{
    /// <summary>Greatest number of bytes of a hash, and of a key.</summary>
    public const int MaximumBytes = 64;

    private const int BlockBytes = 128;
    private const int Rounds = 12;

    private readonly ulong[] _state = GC.AllocateUninitializedArray<ulong>(8, pinned: true);
    private readonly byte[] _block = GC.AllocateArray<byte>(BlockBytes, pinned: true);
    private readonly int _hashBytes;
    private int _filled;
    private ulong _compressed;

    /// <summary>Begins a hash of 1 to 64 bytes, with a key of 0 to 64 bytes.</summary>
    public Blake2b(int hashBytes, ReadOnlySpan<byte> key = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hashBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hashBytes, MaximumBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, MaximumBytes, nameof(key));
        _hashBytes = hashBytes;
        InitialState.CopyTo(_state);
        _state[0] ^= 0x0101_0000u ^ ((ulong)key.Length << 8) ^ (uint)hashBytes;
        if (!key.IsEmpty)
        {
            key.CopyTo(_block);
            _filled = BlockBytes;
        }
    }

    // Those of SHA-512, RFC 7693, section 2.6.
    private static ReadOnlySpan<ulong> InitialState =>
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    // The order of the words of a block in each round, section 2.7; rounds 10 and 11 are as 0 and 1.
    private static ReadOnlySpan<byte> Schedule =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
    ];

    /// <summary>Hashes at once.</summary>
    public static void Hash(ReadOnlySpan<byte> bytes, Span<byte> hash, ReadOnlySpan<byte> key = default)
    {
        using var blake = new Blake2b(hash.Length, key);
        blake.Append(bytes);
        blake.Finish(hash);
    }

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            // A full block waits until it is known not to be the last.
            if (_filled == BlockBytes)
            {
                _compressed += BlockBytes;
                Compress(last: false);
                _filled = 0;
            }

            var taken = Math.Min(BlockBytes - _filled, bytes.Length);
            bytes[..taken].CopyTo(_block.AsSpan(_filled));
            _filled += taken;
            bytes = bytes[taken..];
        }
    }

    /// <summary>Adds a number of four bytes, the lowest first.</summary>
    public void Append(int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        Append(bytes);
    }

    /// <summary>Writes the hash, once.</summary>
    public void Finish(Span<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, _hashBytes, nameof(hash));
        _block.AsSpan(_filled).Clear();
        _compressed += (uint)_filled;
        Compress(last: true);
        Span<byte> whole = stackalloc byte[MaximumBytes];
        for (var i = 0; i < 8; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(whole[(8 * i)..], _state[i]);
        }

        whole[.._hashBytes].CopyTo(hash);
        CryptographicOperations.ZeroMemory(whole);
    }

    /// <summary>Clears what was hashed.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_state.AsSpan()));
        CryptographicOperations.ZeroMemory(_block);
    }

    // The function F, section 3.2. Blocks of a 64-bit length: the upper half of the 128-bit counter stays zero.
    private void Compress(bool last)
    {
        Span<ulong> v = stackalloc ulong[16];
        Span<ulong> m = stackalloc ulong[16];
        for (var i = 0; i < 16; i++)
        {
            m[i] = BinaryPrimitives.ReadUInt64LittleEndian(_block.AsSpan(8 * i));
        }

        _state.CopyTo(v);
        InitialState.CopyTo(v[8..]);
        v[12] ^= _compressed;
        v[14] ^= last ? ulong.MaxValue : 0;
        for (var round = 0; round < Rounds; round++)
        {
            var s = Schedule.Slice(16 * (round % 10), 16);
            Mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);
            Mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);
            Mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);
            Mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);
            Mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);
            Mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);
            Mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);
            Mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);
        }

        for (var i = 0; i < 8; i++)
        {
            _state[i] ^= v[i] ^ v[i + 8];
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(v));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(m));
    }

    // The function G, section 3.1.
    private static void Mix(Span<ulong> v, int a, int b, int c, int d, ulong x, ulong y)
    {
        v[a] += v[b] + x;
        v[d] = BitOperations.RotateRight(v[d] ^ v[a], 32);
        v[c] += v[d];
        v[b] = BitOperations.RotateRight(v[b] ^ v[c], 24);
        v[a] += v[b] + y;
        v[d] = BitOperations.RotateRight(v[d] ^ v[a], 16);
        v[c] += v[d];
        v[b] = BitOperations.RotateRight(v[b] ^ v[c], 63);
    }
}
