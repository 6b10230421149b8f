using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using AesNi = System.Runtime.Intrinsics.X86.Aes;
using Sse2 = System.Runtime.Intrinsics.X86.Sse2;

namespace Fluister.Cryptography.Symmetric;

public sealed partial class AesGcmSiv
{
    // By the processor's own AES rounds; a block at a time for keys, eight blocks in flight for text.
    private struct AcceleratedKeys : INonceKeys
    {
        private const int Rounds = 14;

        private RoundKeys _encryption;
        private Vector128<byte> _authentication;

        // Takes the master key expanded.
        public void Derive(ReadOnlySpan<byte> schedule, ReadOnlySpan<byte> nonce)
        {
            ref readonly var master = ref MemoryMarshal.AsRef<RoundKeys>(schedule);
            var words = MemoryMarshal.Cast<byte, uint>(nonce);
            var block = Vector128.Create(0u, words[0], words[1], words[2]);
            var step = Vector128.CreateScalar(1u);
            var (a, b, c) = (block, block + step, block + (step + step));
            var three = step + step + step;
            var (d, e, f) = (a + three, b + three, c + three);
            EncryptSix(in master, ref a, ref b, ref c, ref d, ref e, ref f);

            _authentication = Halves(a, b);
            Expand(Halves(c, d), Halves(e, f), ref _encryption);
        }

        public static bool IsSupported => AesNi.IsSupported && PolyvalAccelerated.IsSupported;

        // The round keys of a 32-byte key, as bytes.
        public static Secret Expand(ReadOnlySpan<byte> key)
        {
            var schedule = default(RoundKeys);
            Expand(Vector128.Create(key[..BlockBytes]), Vector128.Create(key[BlockBytes..]), ref schedule);
            var bytes = MemoryMarshal.AsBytes(new Span<RoundKeys>(ref schedule));
            var secret = new Secret(bytes);
            CryptographicOperations.ZeroMemory(bytes);
            return secret;
        }

        public readonly void Hash(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> text, Span<byte> result)
        {
            Span<byte> lengths = stackalloc byte[BlockBytes];
            Lengths(associatedData.Length, text.Length, lengths);
            var hash = new PolyvalAccelerated(_authentication, Math.Max(associatedData.Length, text.Length));
            var sum = hash.Update(default, associatedData);
            sum = hash.Update(sum, text);
            hash.Update(sum, lengths).CopyTo(result);
            hash.Clear();
        }

        public readonly void EncryptBlock(Span<byte> block) => Encrypt(in _encryption, Vector128.Create<byte>(block)).CopyTo(block);

        public readonly void ApplyKeystream(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> from, Span<byte> to)
        {
            var counter = (Vector128.Create(tag) | Vector128.Create(0, 0, 0, 0x8000_0000u).AsByte()).AsUInt32();
            var one = Vector128.CreateScalar(1u);
            while (from.Length >= 8 * BlockBytes)
            {
                EncryptEight(in _encryption, counter, from, to);
                counter += Vector128.CreateScalar(8u);
                from = from[(8 * BlockBytes)..];
                to = to[(8 * BlockBytes)..];
            }

            while (from.Length >= BlockBytes)
            {
                (Encrypt(in _encryption, counter.AsByte()) ^ Vector128.Create(from)).CopyTo(to);
                counter += one;
                from = from[BlockBytes..];
                to = to[BlockBytes..];
            }

            if (!from.IsEmpty)
            {
                Span<byte> last = stackalloc byte[BlockBytes];
                last.Clear();
                from.CopyTo(last);
                (Encrypt(in _encryption, counter.AsByte()) ^ Vector128.Create<byte>(last)).CopyTo(last);
                last[..from.Length].CopyTo(to);
                CryptographicOperations.ZeroMemory(last);
            }
        }

        public void Clear() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(new Span<AcceleratedKeys>(ref this)));

        private static Vector128<byte> Halves(Vector128<uint> low, Vector128<uint> high) =>
            Vector128.Create(low.AsUInt64().GetElement(0), high.AsUInt64().GetElement(0)).AsByte();

        private static Vector128<byte> Encrypt(in RoundKeys keys, Vector128<byte> block)
        {
            block ^= keys[0];
            for (var round = 1; round < Rounds; round++)
            {
                block = AesNi.Encrypt(block, keys[round]);
            }

            return AesNi.EncryptLast(block, keys[Rounds]);
        }

        private static void EncryptSix(
            in RoundKeys keys, ref Vector128<uint> a, ref Vector128<uint> b, ref Vector128<uint> c,
            ref Vector128<uint> d, ref Vector128<uint> e, ref Vector128<uint> f)
        {
            var key = keys[0];
            var (p, q, r) = (a.AsByte() ^ key, b.AsByte() ^ key, c.AsByte() ^ key);
            var (s, t, u) = (d.AsByte() ^ key, e.AsByte() ^ key, f.AsByte() ^ key);
            for (var round = 1; round < Rounds; round++)
            {
                key = keys[round];
                (p, q, r) = (AesNi.Encrypt(p, key), AesNi.Encrypt(q, key), AesNi.Encrypt(r, key));
                (s, t, u) = (AesNi.Encrypt(s, key), AesNi.Encrypt(t, key), AesNi.Encrypt(u, key));
            }

            key = keys[Rounds];
            (p, q, r) = (AesNi.EncryptLast(p, key), AesNi.EncryptLast(q, key), AesNi.EncryptLast(r, key));
            (s, t, u) = (AesNi.EncryptLast(s, key), AesNi.EncryptLast(t, key), AesNi.EncryptLast(u, key));
            (a, b, c) = (p.AsUInt32(), q.AsUInt32(), r.AsUInt32());
            (d, e, f) = (s.AsUInt32(), t.AsUInt32(), u.AsUInt32());
        }

        private static void EncryptEight(in RoundKeys keys, Vector128<uint> counter, ReadOnlySpan<byte> from, Span<byte> to)
        {
            var key = keys[0];
            var a = counter.AsByte() ^ key;
            var b = (counter + Vector128.CreateScalar(1u)).AsByte() ^ key;
            var c = (counter + Vector128.CreateScalar(2u)).AsByte() ^ key;
            var d = (counter + Vector128.CreateScalar(3u)).AsByte() ^ key;
            var e = (counter + Vector128.CreateScalar(4u)).AsByte() ^ key;
            var f = (counter + Vector128.CreateScalar(5u)).AsByte() ^ key;
            var g = (counter + Vector128.CreateScalar(6u)).AsByte() ^ key;
            var h = (counter + Vector128.CreateScalar(7u)).AsByte() ^ key;
            for (var round = 1; round < Rounds; round++)
            {
                key = keys[round];
                (a, b, c, d) = (AesNi.Encrypt(a, key), AesNi.Encrypt(b, key), AesNi.Encrypt(c, key), AesNi.Encrypt(d, key));
                (e, f, g, h) = (AesNi.Encrypt(e, key), AesNi.Encrypt(f, key), AesNi.Encrypt(g, key), AesNi.Encrypt(h, key));
            }

            key = keys[Rounds];
            ref readonly var source = ref MemoryMarshal.AsRef<EightBlocks>(from);
            ref var target = ref MemoryMarshal.AsRef<EightBlocks>(to);
            target[0] = source[0] ^ AesNi.EncryptLast(a, key);
            target[1] = source[1] ^ AesNi.EncryptLast(b, key);
            target[2] = source[2] ^ AesNi.EncryptLast(c, key);
            target[3] = source[3] ^ AesNi.EncryptLast(d, key);
            target[4] = source[4] ^ AesNi.EncryptLast(e, key);
            target[5] = source[5] ^ AesNi.EncryptLast(f, key);
            target[6] = source[6] ^ AesNi.EncryptLast(g, key);
            target[7] = source[7] ^ AesNi.EncryptLast(h, key);
        }

        // Key expansion for 256 bits (FIPS 197, section 5.2); the round constant is an immediate operand.
        private static void Expand(Vector128<byte> low, Vector128<byte> high, ref RoundKeys keys)
        {
            (keys[0], keys[1]) = (low, high);
            keys[2] = low = Even(low, AesNi.KeygenAssist(high, 0x01));
            keys[3] = high = Odd(high, AesNi.KeygenAssist(low, 0));
            keys[4] = low = Even(low, AesNi.KeygenAssist(high, 0x02));
            keys[5] = high = Odd(high, AesNi.KeygenAssist(low, 0));
            keys[6] = low = Even(low, AesNi.KeygenAssist(high, 0x04));
            keys[7] = high = Odd(high, AesNi.KeygenAssist(low, 0));
            keys[8] = low = Even(low, AesNi.KeygenAssist(high, 0x08));
            keys[9] = high = Odd(high, AesNi.KeygenAssist(low, 0));
            keys[10] = low = Even(low, AesNi.KeygenAssist(high, 0x10));
            keys[11] = high = Odd(high, AesNi.KeygenAssist(low, 0));
            keys[12] = low = Even(low, AesNi.KeygenAssist(high, 0x20));
            keys[13] = high = Odd(high, AesNi.KeygenAssist(low, 0));
            keys[14] = Even(low, AesNi.KeygenAssist(high, 0x40));
        }

        private static Vector128<byte> Even(Vector128<byte> key, Vector128<byte> assist) =>
            Sums(key) ^ Sse2.Shuffle(assist.AsUInt32(), 0xff).AsByte();

        private static Vector128<byte> Odd(Vector128<byte> key, Vector128<byte> assist) =>
            Sums(key) ^ Sse2.Shuffle(assist.AsUInt32(), 0xaa).AsByte();

        // Each word the sum of itself and the words before it.
        private static Vector128<byte> Sums(Vector128<byte> key)
        {
            key ^= Sse2.ShiftLeftLogical128BitLane(key, 4);
            return key ^ Sse2.ShiftLeftLogical128BitLane(key, 8);
        }

        [InlineArray(Rounds + 1)]
        private struct RoundKeys
        {
            private Vector128<byte> _first;
        }

        [InlineArray(8)]
        private struct EightBlocks
        {
            private Vector128<byte> _first;
        }
    }
}
