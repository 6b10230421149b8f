using Fluister.Cryptography;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.SealedSender;

/// <summary>A certificate's outer form: what is signed (1), exactly as it came, and the signature (2).</summary>
internal readonly record struct SignedBytes(byte[] Certificate, byte[] Signature)
{
    /// <summary>Signs.</summary>
    public static SignedBytes Sign(ReadOnlySpan<byte> certificate, PrivateKey signer, RandomSource random) =>
        new(certificate.ToArray(), signer.Sign(certificate, random));

    /// <summary>Reads the outer form.</summary>
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static SignedBytes Read(ReadOnlySpan<byte> bytes)
    {
        byte[]? certificate = null;
        byte[]? signature = null;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    certificate = reader.Bytes().ToArray();
                    break;
                case 2:
                    signature = reader.Bytes().ToArray();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return certificate is not null && signature is not null
            ? new SignedBytes(certificate, signature)
            : throw new ProtocolException(ProtocolError.Malformed, "A certificate lacks its content or its signature.");
    }

    /// <summary>Whether the owner of a key signed it.</summary>
    public bool Verify(PublicKey signer) => signer.Verify(Certificate, Signature);

    /// <summary>Writes the outer form.</summary>
    public byte[] Write()
    {
        using var writer = new ProtoWriter(Certificate.Length + Signature.Length + 8);
        writer.Bytes(1, Certificate);
        writer.Bytes(2, Signature);
        return writer.ToArray();
    }
}
