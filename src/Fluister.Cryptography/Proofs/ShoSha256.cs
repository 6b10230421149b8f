using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Fluister.Cryptography.Proofs;

/// <summary>The stateful hash object over SHA-256 with inner padding (libsignal, poksho/shosha256.rs).</summary>
public sealed class ShoSha256 : Sho
{
    private const int BlockBytes = 64;

    /// <summary>A fresh object that has absorbed its label.</summary>
    public ShoSha256(ReadOnlySpan<byte> label) => AbsorbAndRatchet(label);

    private ShoSha256(ShoSha256 other)
        : base(other)
    {
    }

    /// <summary>A copy that goes its own way.</summary>
    /// <exception cref="InvalidOperationException">The input is not closed.</exception>
    public ShoSha256 Copy() => new(this);

    // The first block says the purpose in its last byte: 0 input, 1 output, 2 the next chaining value.
    private protected override void Close(ReadOnlySpan<byte> input)
    {
        Span<byte> block = stackalloc byte[BlockBytes];
        block.Clear();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(block);
        hash.AppendData(Chain);
        hash.AppendData(input);
        hash.GetHashAndReset(Chain);
        SHA256.HashData(Chain, Chain);
    }

    private protected override void Derive(ulong number, byte purpose, Span<byte> output)
    {
        Span<byte> message = stackalloc byte[BlockBytes + HashBytes + 8];
        message.Clear();
        message[BlockBytes - 1] = purpose;
        Chain.CopyTo(message[BlockBytes..]);
        BinaryPrimitives.WriteUInt64BigEndian(message[(BlockBytes + HashBytes)..], number);
        SHA256.HashData(message, output);
        CryptographicOperations.ZeroMemory(message);
    }
}
