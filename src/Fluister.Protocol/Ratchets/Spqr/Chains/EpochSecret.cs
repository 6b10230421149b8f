using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Fluister.Protocol.Ratchets.Spqr.Chains;

/// <summary>What the braid agreed on in one epoch: the ML-KEM secret, bound to the epoch (ML-KEM Braid, section 2).</summary>
internal sealed class EpochSecret(ulong epoch, byte[] secret)
{
    public ulong Epoch { get; } = epoch;

    public ReadOnlySpan<byte> Secret => secret;

    /// <summary>From the secret that ML-KEM gave.</summary>
    public static EpochSecret Derive(ulong epoch, ReadOnlySpan<byte> shared)
    {
        var label = "Signal_PQCKA_V1_MLKEM768:SCKA Key"u8;
        Span<byte> info = stackalloc byte[label.Length + sizeof(ulong)];
        label.CopyTo(info);
        BinaryPrimitives.WriteUInt64BigEndian(info[label.Length..], epoch);
        var secret = new byte[SpqrChain.KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, secret, SpqrChain.NoSalt, info);
        return new(epoch, secret);
    }

    public void Clear() => CryptographicOperations.ZeroMemory(secret);
}
