using Fluister.Cryptography;
using Fluister.Protocol.Encoding;

namespace Fluister.Protocol.Keys;

/// <summary>An account's identity key with its private key.</summary>
public sealed record IdentityKeyPair(IdentityKey Public, PrivateKey Private) : IDisposable
{
    /// <summary>A fresh pair.</summary>
    public static IdentityKeyPair Generate(RandomSource random)
    {
        var pair = KeyPair.Generate(random);
        return new IdentityKeyPair(new IdentityKey(pair.Public), pair.Private);
    }

    /// <summary>Reads a record (IdentityKeyPairStructure: public key 1, private key 2).</summary>
    /// <exception cref="ProtocolException">Malformed, or a bad key.</exception>
    public static IdentityKeyPair Read(ReadOnlySpan<byte> record)
    {
        // Where a field comes twice the last one counts, and an earlier one is not looked at.
        ReadOnlySpan<byte> publicKey = default, privateKey = default;
        var reader = new ProtoReader(record);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    publicKey = reader.Bytes();
                    break;
                case 2:
                    privateKey = reader.Bytes();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new IdentityKeyPair(IdentityKey.Read(publicKey), new PrivateKey(privateKey));
    }

    /// <summary>Writes a record; the caller clears it.</summary>
    public byte[] Write()
    {
        using var writer = new ProtoWriter(80);
        writer.Bytes(1, Public.Serialized);
        writer.Bytes(2, Private.Reveal());
        return writer.ToArray();
    }

    /// <summary>Clears the private key.</summary>
    public void Dispose() => Private.Dispose();
}
