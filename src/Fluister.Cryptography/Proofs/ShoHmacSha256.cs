using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Fluister.Cryptography.Proofs;

/// <summary>The stateful hash object over HMAC-SHA256 (libsignal, poksho/shohmacsha256.rs): the one that Signal's proofs use.</summary>
public sealed class ShoHmacSha256 : Sho
{
    /// <summary>A fresh object that has absorbed its label.</summary>
    public ShoHmacSha256(ReadOnlySpan<byte> label) => AbsorbAndRatchet(label);

    private ShoHmacSha256(ShoHmacSha256 other)
        : base(other)
    {
    }

    /// <summary>A copy that goes its own way.</summary>
    /// <exception cref="InvalidOperationException">The input is not closed.</exception>
    public ShoHmacSha256 Copy() => new(this);

    private protected override void Close(ReadOnlySpan<byte> input)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Chain);
        hmac.AppendData(input);
        hmac.AppendData([0]);
        hmac.GetHashAndReset(Chain);
    }

    private protected override void Derive(ulong number, byte purpose, Span<byte> output)
    {
        Span<byte> message = stackalloc byte[9];
        BinaryPrimitives.WriteUInt64BigEndian(message, number);
        message[8] = purpose;
        HMACSHA256.HashData(Chain, message, output);
    }
}
