using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using X86 = System.Runtime.Intrinsics.X86;

namespace Fluister.SqlCipher;

/// <summary>AES-256-CBC decryption with the processor's own instructions, eight blocks in flight (FIPS 197, SP 800-38A).</summary>
internal sealed unsafe class AesDecryptor : IDisposable
{
    private const int Rounds = 14;
    private readonly Vector128<byte>[] _keys = GC.AllocateArray<Vector128<byte>>(Rounds + 1, pinned: true);

    internal AesDecryptor(ReadOnlySpan<byte> key)
    {
        // FIPS 197, section 5.2: two new round keys per step, the second without the rotation.
        Span<Vector128<byte>> forward = stackalloc Vector128<byte>[Rounds + 1];
        forward[0] = Vector128.Create(key[..16]);
        forward[1] = Vector128.Create(key[16..32]);
        Step(forward, 2, X86.Aes.KeygenAssist(forward[1], 0x01));
        Step(forward, 4, X86.Aes.KeygenAssist(forward[3], 0x02));
        Step(forward, 6, X86.Aes.KeygenAssist(forward[5], 0x04));
        Step(forward, 8, X86.Aes.KeygenAssist(forward[7], 0x08));
        Step(forward, 10, X86.Aes.KeygenAssist(forward[9], 0x10));
        Step(forward, 12, X86.Aes.KeygenAssist(forward[11], 0x20));
        forward[14] = Mix(forward[12], Vector128.Shuffle(X86.Aes.KeygenAssist(forward[13], 0x40).AsInt32(), Vector128.Create(3)).AsByte());

        // The equivalent inverse cipher (section 5.3.5) takes them backwards and mixed.
        _keys[0] = forward[Rounds];
        for (int i = 1; i < Rounds; i++)
        {
            _keys[i] = X86.Aes.InverseMixColumns(forward[Rounds - i]);
        }

        _keys[Rounds] = forward[0];
        forward.Clear();
    }

    internal static bool IsSupported => X86.Aes.IsSupported;

    /// <summary>Decrypts whole blocks; <paramref name="into"/> does not overlap <paramref name="source"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Decrypt(ReadOnlySpan<byte> source, ReadOnlySpan<byte> iv, Span<byte> into)
    {
        int blocks = source.Length / 16;
        ArgumentOutOfRangeException.ThrowIfLessThan(into.Length, blocks * 16);
        Vector128<byte> previous = Vector128.Create(iv[..16]);
        fixed (byte* from = source, to = into)
        fixed (Vector128<byte>* k = _keys)
        {
            var c = (Vector128<byte>*)from;
            var p = (Vector128<byte>*)to;
            int i = 0;
            for (; i + 8 <= blocks; i += 8)
            {
                Vector128<byte> key = k[0];
                Vector128<byte> a = c[i] ^ key, b = c[i + 1] ^ key, d = c[i + 2] ^ key, e = c[i + 3] ^ key;
                Vector128<byte> f = c[i + 4] ^ key, g = c[i + 5] ^ key, h = c[i + 6] ^ key, j = c[i + 7] ^ key;
                for (int r = 1; r < Rounds; r++)
                {
                    key = k[r];
                    a = X86.Aes.Decrypt(a, key);
                    b = X86.Aes.Decrypt(b, key);
                    d = X86.Aes.Decrypt(d, key);
                    e = X86.Aes.Decrypt(e, key);
                    f = X86.Aes.Decrypt(f, key);
                    g = X86.Aes.Decrypt(g, key);
                    h = X86.Aes.Decrypt(h, key);
                    j = X86.Aes.Decrypt(j, key);
                }

                key = k[Rounds];
                p[i] = X86.Aes.DecryptLast(a, key) ^ previous;
                p[i + 1] = X86.Aes.DecryptLast(b, key) ^ c[i];
                p[i + 2] = X86.Aes.DecryptLast(d, key) ^ c[i + 1];
                p[i + 3] = X86.Aes.DecryptLast(e, key) ^ c[i + 2];
                p[i + 4] = X86.Aes.DecryptLast(f, key) ^ c[i + 3];
                p[i + 5] = X86.Aes.DecryptLast(g, key) ^ c[i + 4];
                p[i + 6] = X86.Aes.DecryptLast(h, key) ^ c[i + 5];
                p[i + 7] = X86.Aes.DecryptLast(j, key) ^ c[i + 6];
                previous = c[i + 7];
            }

            for (; i < blocks; i++)
            {
                Vector128<byte> a = c[i] ^ k[0];
                for (int r = 1; r < Rounds; r++)
                {
                    a = X86.Aes.Decrypt(a, k[r]);
                }

                p[i] = X86.Aes.DecryptLast(a, k[Rounds]) ^ previous;
                previous = c[i];
            }
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_keys.AsSpan()));

    private static void Step(Span<Vector128<byte>> keys, int at, Vector128<byte> assist)
    {
        keys[at] = Mix(keys[at - 2], Vector128.Shuffle(assist.AsInt32(), Vector128.Create(3)).AsByte());
        Vector128<byte> plain = X86.Aes.KeygenAssist(keys[at], 0);
        keys[at + 1] = Mix(keys[at - 1], Vector128.Shuffle(plain.AsInt32(), Vector128.Create(2)).AsByte());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Mix(Vector128<byte> key, Vector128<byte> word)
    {
        key ^= X86.Sse2.ShiftLeftLogical128BitLane(key, 4);
        key ^= X86.Sse2.ShiftLeftLogical128BitLane(key, 8);
        return key ^ word;
    }
}
