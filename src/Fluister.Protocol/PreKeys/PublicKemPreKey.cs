using Fluister.Protocol.Keys;

namespace Fluister.Protocol.PreKeys;

/// <summary>What the home server shows of a KEM pre-key, one-time or last resort; the signature, 64 bytes, is of the key with its type
/// byte.</summary>
public sealed record PublicKemPreKey(uint Id, KemPublicKey Key, ReadOnlyMemory<byte> Signature)
{
    /// <summary>Whether the account signed it.</summary>
    public bool IsSignedBy(IdentityKey identity) => identity.Verify(Key.Serialized, Signature.Span);
}
