using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Fluister.Protocol.SealedSender;

/// <summary>AES-256 in counter mode (NIST SP 800-38A, section 6.5), the counter from zero; .NET has none of its own.</summary>
internal static class AesCtr
{
    private const int BlockBytes = 16;
    private const int ChunkBytes = 4096;

    /// <summary>Encrypts, or decrypts, which is the same; a key serves for one message only.</summary>
    public static void Transform(ReadOnlySpan<byte> key, ReadOnlySpan<byte> input, Span<byte> output)
    {
        using var aes = Aes.Create();
        aes.SetKey(key);
        Span<byte> stream = stackalloc byte[ChunkBytes];
        var counter = 0u;
        while (!input.IsEmpty)
        {
            var length = Math.Min(input.Length, ChunkBytes);
            var blocks = stream[..((length + BlockBytes - 1) / BlockBytes * BlockBytes)];
            blocks.Clear();
            for (var i = 0; i < blocks.Length; i += BlockBytes)
            {
                BinaryPrimitives.WriteUInt32BigEndian(blocks[(i + BlockBytes - sizeof(uint))..], counter++);
            }

            aes.EncryptEcb(blocks, blocks, PaddingMode.None);
            Xor(input[..length], blocks, output);
            input = input[length..];
            output = output[length..];
        }

        CryptographicOperations.ZeroMemory(stream);
    }

    private static void Xor(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> result)
    {
        var i = 0;
        for (; i <= left.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            (new Vector<byte>(left[i..]) ^ new Vector<byte>(right[i..])).CopyTo(result[i..]);
        }

        for (; i < left.Length; i++)
        {
            result[i] = (byte)(left[i] ^ right[i]);
        }
    }
}
