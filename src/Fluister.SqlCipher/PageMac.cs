using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace Fluister.SqlCipher;

/// <summary>HMAC-SHA512 of several pages at once, a page per lane of a vector (RFC 2104, FIPS 180-4).</summary>
/// <remarks>
/// SHA-512 works on one block after the other, so one message cannot fill a vector; several messages of the same length can. All pages but
/// the first have the same length: 4032 bytes of ciphertext and IV, and 4 bytes of page number.
/// Two lanes, as Arm64 has them, are left to the platform's own library, whose scalar code four lanes of AVX2 beat by half only.
/// </remarks>
internal abstract unsafe class PageMac : IDisposable
{
    protected const int Rounds = 80;
    protected const int BlockWords = 16;
    protected const int StateWords = 8;
    private const int BlockBytes = 128;

    /// <summary>Full blocks of a page before the last one, which carries its last 64 bytes, the page number and the padding.</summary>
    protected const int FullBlocks = PageCodec.MacOffset / BlockBytes;

    /// <summary>Length in bits of the inner message: the padded key, the page up to its MAC, the page number.</summary>
    protected const ulong InnerBits = (BlockBytes + PageCodec.MacOffset + sizeof(uint)) * 8;

    /// <summary>Length in bits of the outer message: the padded key and the inner digest.</summary>
    protected const ulong OuterBits = (BlockBytes + PageCodec.MacSize) * 8;

    private static readonly ulong[] Constants =
    [
        0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538,
        0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe,
        0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
        0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
        0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab,
        0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
        0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
        0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
        0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
        0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8, 0x1e376c085141ab53,
        0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373,
        0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
        0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c,
        0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
        0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
        0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
    ];

    private static readonly ulong[] Initial =
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    private readonly byte* _memory;
    private readonly int _size;

    private protected PageMac(ReadOnlySpan<byte> key, int lanes)
    {
        // Native and aligned, so that it neither moves nor straddles cache lines: constants, both key states, broadcast to every lane.
        _size = (Rounds + (2 * StateWords * lanes)) * sizeof(ulong);
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)_size, 64);
        K = (ulong*)_memory;
        InnerState = K + Rounds;
        OuterState = InnerState + (StateWords * lanes);
        Constants.CopyTo(new Span<ulong>(K, Rounds));
        Absorb(key, 0x36, InnerState, lanes);
        Absorb(key, 0x5C, OuterState, lanes);
    }

    protected ulong* K { get; }

    protected ulong* InnerState { get; }

    protected ulong* OuterState { get; }

    /// <summary>The widest form that this processor runs in at most this many lanes, or null.</summary>
    internal static PageMac? Create(ReadOnlySpan<byte> key, int maximumLanes) =>
        maximumLanes >= 8 && Avx512F.IsSupported && Avx512BW.IsSupported ? new PageMac8(key)
        : maximumLanes >= 4 && Avx2.IsSupported ? new PageMac4(key)
        : null;

    /// <summary>Writes the 64-byte MAC of each of up to eight pages; that of a page 1 is meaningless.</summary>
    internal abstract void Compute(byte* pages, ReadOnlySpan<uint> numbers, byte* macs);

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(new Span<byte>(_memory, _size));
        NativeMemory.AlignedFree(_memory);
        GC.SuppressFinalize(this);
    }

    /// <summary>The ninth word of the last block: the page number in little endian, and the bit that ends the message.</summary>
    protected static ulong NumberWord(uint number) => ((ulong)BinaryPrimitives.ReverseEndianness(number) << 32) | 0x80000000;

    /// <summary>One block of scalar SHA-512 over the padded key: done once per key, so clarity before speed.</summary>
    private static void Absorb(ReadOnlySpan<byte> key, byte pad, ulong* state, int lanes)
    {
        Span<byte> block = stackalloc byte[BlockBytes];
        block.Fill(pad);
        for (int i = 0; i < key.Length; i++)
        {
            block[i] ^= key[i];
        }

        Span<ulong> w = stackalloc ulong[Rounds];
        for (int t = 0; t < Rounds; t++)
        {
            w[t] = t < BlockWords
                ? BinaryPrimitives.ReadUInt64BigEndian(block[(t * 8)..])
                : Small(w[t - 2], 19, 61, 6) + w[t - 7] + Small(w[t - 15], 1, 8, 7) + w[t - 16];
        }

        Span<ulong> h = stackalloc ulong[StateWords];
        Initial.CopyTo(h);
        for (int t = 0; t < Rounds; t++)
        {
            ulong t1 = h[7] + Big(h[4], 14, 18, 41) + ((h[4] & h[5]) ^ (~h[4] & h[6])) + Constants[t] + w[t];
            ulong t2 = Big(h[0], 28, 34, 39) + ((h[0] & h[1]) ^ (h[0] & h[2]) ^ (h[1] & h[2]));
            h[..7].CopyTo(h[1..]);
            h[4] += t1;
            h[0] = t1 + t2;
        }

        for (int i = 0; i < StateWords; i++)
        {
            new Span<ulong>(state + (i * lanes), lanes).Fill(h[i] + Initial[i]);
        }

        CryptographicOperations.ZeroMemory(block);
        w.Clear();

        static ulong Big(ulong x, int a, int b, int c) =>
            ulong.RotateRight(x, a) ^ ulong.RotateRight(x, b) ^ ulong.RotateRight(x, c);
        static ulong Small(ulong x, int a, int b, int shift) => ulong.RotateRight(x, a) ^ ulong.RotateRight(x, b) ^ (x >> shift);
    }
}
