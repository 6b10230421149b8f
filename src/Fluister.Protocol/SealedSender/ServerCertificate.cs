using Fluister.Cryptography;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.SealedSender;

/// <summary>A trust root's word that a key signs sender certificates for a server.</summary>
public sealed class ServerCertificate
{
    /// <summary>The id that is revoked everywhere, so that revocation can be tested (libsignal, sealed_sender.rs).</summary>
    internal const uint RevokedId = 0xdeadc357;

    // Of the signed part: far from the numbers that libsignal gives out. Clients of Signal's pass over it, and the signature covers it.
    private const uint TagField = 1000;

    private readonly byte[] _serialized;
    private readonly SignedBytes _signed;
    private readonly byte[] _tag;

    private ServerCertificate(byte[] serialized, SignedBytes signed, uint id, PublicKey key, byte[] tag)
    {
        (_serialized, _signed, _tag) = (serialized, signed, tag);
        (Id, Key) = (id, key);
    }

    /// <summary>Which certificate it is, of all those under the trust root.</summary>
    public uint Id { get; }

    /// <summary>The key that signs sender certificates.</summary>
    public PublicKey Key { get; }

    /// <summary>Whose accounts it may certify: what their ids begin with; empty where it does not say so.</summary>
    public ReadOnlySpan<byte> Tag => _tag;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Serialized => _serialized;

    /// <summary>Certifies a server's key.</summary>
    /// <param name="id">Which certificate it is, of all those under the trust root.</param>
    /// <param name="key">The key that signs sender certificates.</param>
    /// <param name="trustRoot">Who certifies.</param>
    /// <param name="random">For the signature.</param>
    /// <param name="tag">Whose accounts the key may certify; not said by default.</param>
    public static ServerCertificate Create(
        uint id, PublicKey key, PrivateKey trustRoot, RandomSource random, ReadOnlySpan<byte> tag = default)
    {
        using var writer = new ProtoWriter(48);
        writer.UInt64(1, id);
        writer.Bytes(2, key.Serialized);
        writer.NonEmpty(TagField, tag);
        var signed = SignedBytes.Sign(writer.Written, trustRoot, random);
        return new ServerCertificate(signed.Write(), signed, id, key, tag.ToArray());
    }

    /// <summary>Reads a certificate (ServerCertificate.Certificate: id 1, key 2; the tag is Fluister's); whether it holds is not known
    /// before it is validated.</summary>
    /// <exception cref="ProtocolException">Malformed, or a bad key.</exception>
    public static ServerCertificate Read(ReadOnlySpan<byte> bytes)
    {
        var signed = SignedBytes.Read(bytes);
        uint? id = null;
        ReadOnlySpan<byte> key = default;
        byte[] tag = [];
        var reader = new ProtoReader(signed.Certificate);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    id = reader.UInt32();
                    break;
                case 2:
                    key = reader.Bytes();
                    break;
                case TagField:
                    tag = reader.Bytes().ToArray();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return id is { } number && !key.IsEmpty
            ? new ServerCertificate(bytes.ToArray(), signed, number, PublicKey.Read(key), tag)
            : throw new ProtocolException(ProtocolError.Malformed, "A server certificate lacks its id or its key.");
    }

    /// <summary>Throws unless one of the trust roots stands behind it.</summary>
    /// <remarks>All roots are tried, so that the time does not say which one it was.</remarks>
    /// <exception cref="ProtocolException">Untrusted certificate: signed by none of them, or revoked.</exception>
    public void Validate(ReadOnlySpan<PublicKey> trustRoots)
    {
        var trusted = false;
        foreach (var root in trustRoots)
        {
            trusted |= _signed.Verify(root);
        }

        if (!trusted || Id == RevokedId)
        {
            throw new ProtocolException(
                ProtocolError.UntrustedCertificate, "A server certificate is revoked, or no trust root stands behind it.");
        }
    }
}
