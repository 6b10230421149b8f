using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Fluister.Cryptography.Symmetric;

public sealed partial class AesGcmSiv
{
    // By the platform's AES, a run of blocks at a time, and multiplications that any processor does in fixed time.
    private struct PortableKeys : INonceKeys
    {
        private const int Derived = 6;
        private const int RunBytes = 1024;

        private Aes? _encryption;
        private PolyvalPortable _authentication;

        public void Derive(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
        {
            Span<byte> blocks = stackalloc byte[Derived * BlockBytes];
            Span<byte> keys = stackalloc byte[Derived * BlockBytes / 2];
            for (var i = 0; i < Derived; i++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(blocks[(BlockBytes * i)..], i);
                nonce.CopyTo(blocks[((BlockBytes * i) + 4)..]);
            }

            using (var master = Aes.Create())
            {
                master.SetKey(key);
                master.EncryptEcb(blocks, blocks, PaddingMode.None);
            }

            for (var i = 0; i < Derived; i++)
            {
                blocks.Slice(BlockBytes * i, BlockBytes / 2).CopyTo(keys[(BlockBytes / 2 * i)..]);
            }

            _authentication = new PolyvalPortable(keys[..BlockBytes]);
            _encryption = Aes.Create();
            _encryption.SetKey(keys[BlockBytes..]);
            CryptographicOperations.ZeroMemory(blocks);
            CryptographicOperations.ZeroMemory(keys);
        }

        public readonly void Hash(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> text, Span<byte> result)
        {
            Span<byte> lengths = stackalloc byte[BlockBytes];
            Lengths(associatedData.Length, text.Length, lengths);
            result.Clear();
            _authentication.Update(result, associatedData);
            _authentication.Update(result, text);
            _authentication.Update(result, lengths);
        }

        public readonly void EncryptBlock(Span<byte> block) => _encryption!.EncryptEcb(block, block, PaddingMode.None);

        public readonly void ApplyKeystream(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> from, Span<byte> to)
        {
            Span<byte> counters = stackalloc byte[RunBytes];
            Span<byte> first = stackalloc byte[BlockBytes];
            tag.CopyTo(first);
            first[^1] |= 0x80;
            var counter = BinaryPrimitives.ReadUInt32LittleEndian(first);
            while (!from.IsEmpty)
            {
                var taken = Math.Min(from.Length, RunBytes);
                var run = counters[..((taken + BlockBytes - 1) & ~(BlockBytes - 1))];
                for (var at = 0; at < run.Length; at += BlockBytes)
                {
                    first.CopyTo(run[at..]);
                    BinaryPrimitives.WriteUInt32LittleEndian(run[at..], unchecked(counter++));
                }

                _encryption!.EncryptEcb(run, run, PaddingMode.None);
                for (var i = 0; i < taken; i++)
                {
                    to[i] = (byte)(from[i] ^ run[i]);
                }

                from = from[taken..];
                to = to[taken..];
            }

            CryptographicOperations.ZeroMemory(counters);
        }

        public readonly void Clear()
        {
            _encryption?.Dispose();
            _authentication.Clear();
        }
    }
}
