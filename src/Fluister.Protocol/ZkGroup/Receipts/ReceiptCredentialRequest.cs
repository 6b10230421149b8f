using Fluister.Cryptography.Curves;

namespace Fluister.Protocol.ZkGroup.Receipts;

/// <summary>Asks a server for a receipt: the serial, encrypted to a key of the client's own.</summary>
/// <remarks>It proves nothing, since there is nothing about a serial that a server would want to know; who sends anything else gets a
/// receipt that is good for nothing.</remarks>
public sealed class ReceiptCredentialRequest
{
    /// <summary>Bytes of the encoding.</summary>
    public const int Bytes = 97;

    internal ReceiptCredentialRequest(in RistrettoPoint key, in RistrettoPoint d1, in RistrettoPoint d2) =>
        (Key, D1, D2) = (key, d1, d2);

    /// <summary>Y, the client's public key.</summary>
    internal RistrettoPoint Key { get; }

    /// <summary>The first half of the ciphertext.</summary>
    internal RistrettoPoint D1 { get; }

    /// <summary>The second half.</summary>
    internal RistrettoPoint D2 { get; }

    /// <summary>Reads 97 bytes.</summary>
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static ReceiptCredentialRequest Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ZkReader(bytes);
        var request = new ReceiptCredentialRequest(reader.Point(), reader.Point(), reader.Point());
        reader.End();
        return request;
    }

    /// <summary>Writes 97 bytes.</summary>
    public byte[] Write()
    {
        var writer = new ZkWriter(Bytes);
        writer.Point(Key);
        writer.Point(D1);
        writer.Point(D2);
        return writer.Done();
    }
}
