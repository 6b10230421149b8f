using Fluister.Cryptography.Credentials;

namespace Fluister.Protocol.ZkGroup.Receipts;

/// <summary>A server's answer: the receipt, encrypted to the client, and a proof that it was made with the server's public key.</summary>
public sealed class ReceiptCredentialResponse
{
    /// <summary>Bytes of the encoding.</summary>
    public const int Bytes = 153 + ReceiptIssuance.ProofBytes;

    internal ReceiptCredentialResponse(ulong expiration, ulong level, BlindedCredential blinded, byte[] proof) =>
        (Expiration, Level, Blinded, Proof) = (expiration, level, blinded, proof);

    /// <summary>When the receipt expires, in seconds since 1970.</summary>
    public ulong Expiration { get; }

    /// <summary>What it is good for.</summary>
    public ulong Level { get; }

    /// <summary>The receipt.</summary>
    internal BlindedCredential Blinded { get; }

    /// <summary>The proof.</summary>
    internal byte[] Proof { get; }

    /// <summary>Reads 409 bytes.</summary>
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static ReceiptCredentialResponse Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ZkReader(bytes);
        var (expiration, level) = (reader.Number(), reader.Number());
        var blinded = new BlindedCredential(reader.Scalar(), reader.Point(), reader.Point(), reader.Point());
        var proof = reader.Bytes().ToArray();
        reader.End();
        return new ReceiptCredentialResponse(expiration, level, blinded, proof);
    }

    /// <summary>Writes 409 bytes.</summary>
    public byte[] Write()
    {
        var writer = new ZkWriter(Bytes - ReceiptIssuance.ProofBytes + Proof.Length);
        writer.Number(Expiration);
        writer.Number(Level);
        writer.Scalar(Blinded.T);
        writer.Point(Blinded.U);
        writer.Point(Blinded.S1);
        writer.Point(Blinded.S2);
        writer.Bytes(Proof);
        return writer.Done();
    }
}
