using Fluister.Protocol.Keys;

namespace Fluister.Protocol.PreKeys;

/// <summary>What the home server shows of a signed pre-key; the signature, 64 bytes, is of the key with its type byte.</summary>
public sealed record PublicSignedPreKey(uint Id, PublicKey Key, ReadOnlyMemory<byte> Signature)
{
    /// <summary>Whether the account signed it.</summary>
    public bool IsSignedBy(IdentityKey identity) => identity.Verify(Key.Serialized, Signature.Span);
}
