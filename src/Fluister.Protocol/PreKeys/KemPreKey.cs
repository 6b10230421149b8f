using Fluister.Cryptography;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.PreKeys;

/// <summary>A post-quantum pre-key, signed by the account's identity key: one-time, or the last resort that is used when those are
/// gone.</summary>
public sealed record KemPreKey(uint Id, KemKeyPair Keys, ReadOnlyMemory<byte> Signature, DateTimeOffset Created) : IDisposable
{
    /// <summary>What is published of it.</summary>
    public PublicKemPreKey Public => new(Id, Keys.Public, Signature);

    /// <summary>A fresh one.</summary>
    public static KemPreKey Generate(uint id, IdentityKeyPair identity, DateTimeOffset now, RandomSource random)
    {
        var keys = KemKeyPair.Generate(random);
        return new KemPreKey(id, keys, identity.Private.Sign(keys.Public.Serialized, random), now);
    }

    /// <summary>Reads a record (SignedPreKeyRecordStructure: id 1, public key 2, private key 3, signature 4, milliseconds 5).</summary>
    /// <exception cref="ProtocolException">Malformed, or a bad key.</exception>
    public static KemPreKey Read(ReadOnlySpan<byte> record)
    {
        var read = SignedPreKeyStructure.Read(record);
        return new KemPreKey(read.Id, KemKeyPair.Read(read.PublicKey, read.PrivateKey), read.Signature.ToArray(), read.Created);
    }

    /// <summary>Writes a record; the caller clears it.</summary>
    public byte[] Write() => new SignedPreKeyStructure
    {
        Id = Id,
        PublicKey = Keys.Public.Serialized,
        PrivateKey = Keys.Reveal(),
        Signature = Signature.Span,
        Created = Created,
    }.Write();

    /// <summary>Clears the private key.</summary>
    public void Dispose() => Keys.Dispose();
}
