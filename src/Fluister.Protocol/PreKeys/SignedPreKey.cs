using Fluister.Cryptography;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.PreKeys;

/// <summary>A pre-key that is used for many sessions until it is replaced, signed by the account's identity key.</summary>
public sealed record SignedPreKey(uint Id, KeyPair Keys, ReadOnlyMemory<byte> Signature, DateTimeOffset Created) : IDisposable
{
    /// <summary>What is published of it.</summary>
    public PublicSignedPreKey Public => new(Id, Keys.Public, Signature);

    /// <summary>A fresh one.</summary>
    public static SignedPreKey Generate(uint id, IdentityKeyPair identity, DateTimeOffset now, RandomSource random)
    {
        var keys = KeyPair.Generate(random);
        return new SignedPreKey(id, keys, identity.Private.Sign(keys.Public.Serialized, random), now);
    }

    /// <summary>Reads a record (SignedPreKeyRecordStructure: id 1, public key 2, private key 3, signature 4, milliseconds 5).</summary>
    /// <exception cref="ProtocolException">Malformed, or a bad key.</exception>
    public static SignedPreKey Read(ReadOnlySpan<byte> record)
    {
        var read = SignedPreKeyStructure.Read(record);
        var keys = new KeyPair(PublicKey.Read(read.PublicKey), new PrivateKey(read.PrivateKey));
        return new SignedPreKey(read.Id, keys, read.Signature.ToArray(), read.Created);
    }

    /// <summary>Writes a record; the caller clears it.</summary>
    public byte[] Write() => new SignedPreKeyStructure
    {
        Id = Id,
        PublicKey = Keys.Public.Serialized,
        PrivateKey = Keys.Private.Reveal(),
        Signature = Signature.Span,
        Created = Created,
    }.Write();

    /// <summary>Clears the private key.</summary>
    public void Dispose() => Keys.Dispose();
}
