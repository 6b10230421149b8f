using Fluister.Cryptography;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.PreKeys;

/// <summary>A one-time pre-key: used for one session, then deleted.</summary>
public sealed record PreKey(uint Id, KeyPair Keys) : IDisposable
{
    /// <summary>What is published of it.</summary>
    public PublicPreKey Public => new(Id, Keys.Public);

    /// <summary>A fresh one.</summary>
    public static PreKey Generate(uint id, RandomSource random) => new(id, KeyPair.Generate(random));

    /// <summary>Reads a record (PreKeyRecordStructure: id 1, public key 2, private key 3).</summary>
    /// <exception cref="ProtocolException">Malformed, or a bad key.</exception>
    public static PreKey Read(ReadOnlySpan<byte> record)
    {
        var id = 0u;
        ReadOnlySpan<byte> publicKey = default, privateKey = default;
        var reader = new ProtoReader(record);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    id = reader.UInt32();
                    break;
                case 2:
                    publicKey = reader.Bytes();
                    break;
                case 3:
                    privateKey = reader.Bytes();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new PreKey(id, new KeyPair(PublicKey.Read(publicKey), new PrivateKey(privateKey)));
    }

    /// <summary>Writes a record; the caller clears it.</summary>
    public byte[] Write()
    {
        using var writer = new ProtoWriter(80);
        writer.NonZero(1, Id);
        writer.Bytes(2, Keys.Public.Serialized);
        writer.Bytes(3, Keys.Private.Reveal());
        return writer.ToArray();
    }

    /// <summary>Clears the private key.</summary>
    public void Dispose() => Keys.Dispose();
}
