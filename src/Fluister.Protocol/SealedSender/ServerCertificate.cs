using Fluister.Cryptography;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.SealedSender;

/// <summary>A trust root's word that a key signs sender certificates for a server.</summary>
public sealed class ServerCertificate
{
    /// <summary>The id that is revoked everywhere, so that revocation can be tested (libsignal, sealed_sender.rs).</summary>
    internal const uint RevokedId = 0xdeadc357;

    private readonly byte[] _serialized;
    private readonly SignedBytes _signed;

    private ServerCertificate(byte[] serialized, SignedBytes signed, uint id, PublicKey key)
    {
        (_serialized, _signed) = (serialized, signed);
        (Id, Key) = (id, key);
    }

    /// <summary>Which certificate it is, of all those under the trust root.</summary>
    public uint Id { get; }

    /// <summary>The key that signs sender certificates.</summary>
    public PublicKey Key { get; }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Serialized => _serialized;

    /// <summary>Certifies a server's key.</summary>
    public static ServerCertificate Create(uint id, PublicKey key, PrivateKey trustRoot, RandomSource random)
    {
        using var writer = new ProtoWriter(48);
        writer.UInt64(1, id);
        writer.Bytes(2, key.Serialized);
        var signed = SignedBytes.Sign(writer.Written, trustRoot, random);
        return new ServerCertificate(signed.Write(), signed, id, key);
    }

    /// <summary>Reads a certificate (ServerCertificate.Certificate: id 1, key 2); whether it holds is not known before it is
    /// validated.</summary>
    /// <exception cref="ProtocolException">Malformed, or a bad key.</exception>
    public static ServerCertificate Read(ReadOnlySpan<byte> bytes)
    {
        var signed = SignedBytes.Read(bytes);
        uint? id = null;
        ReadOnlySpan<byte> key = default;
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
                default:
                    reader.Skip();
                    break;
            }
        }

        return id is { } number && !key.IsEmpty
            ? new ServerCertificate(bytes.ToArray(), signed, number, PublicKey.Read(key))
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
