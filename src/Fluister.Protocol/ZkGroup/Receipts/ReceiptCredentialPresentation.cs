namespace Fluister.Protocol.ZkGroup.Receipts;

/// <summary>A receipt that is shown: its values, and a proof of having the server's word for them that does not tell when and for whom
/// it was given.</summary>
public sealed class ReceiptCredentialPresentation
{
    /// <summary>Bytes of the encoding.</summary>
    public const int Bytes = 201 + ReceiptPresentation.ProofBytes;

    /// <summary>Bytes of a serial.</summary>
    public const int SerialBytes = 16;

    private readonly byte[] _serial;

    internal ReceiptCredentialPresentation(
        ReceiptCommitments shown, byte[] proof, ulong expiration, ulong level, ReadOnlySpan<byte> serial) =>
        (Shown, Proof, Expiration, Level, _serial) = (shown, proof, expiration, level, serial.ToArray());

    /// <summary>When the receipt expires, in seconds since 1970.</summary>
    public ulong Expiration { get; }

    /// <summary>What it is good for.</summary>
    public ulong Level { get; }

    /// <summary>Its serial: whoever takes receipts takes each once.</summary>
    public ReadOnlyMemory<byte> Serial => _serial;

    /// <summary>What is shown of the credential.</summary>
    internal ReceiptCommitments Shown { get; }

    /// <summary>The proof.</summary>
    internal byte[] Proof { get; }

    /// <summary>Reads 329 bytes.</summary>
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static ReceiptCredentialPresentation Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ZkReader(bytes);
        var shown = new ReceiptCommitments(reader.Point(), reader.Point(), reader.Point(), reader.Point(), reader.Point());
        var (proof, expiration, level) = (reader.Bytes().ToArray(), reader.Number(), reader.Number());
        var presentation = new ReceiptCredentialPresentation(shown, proof, expiration, level, reader.Take(SerialBytes));
        reader.End();
        return presentation;
    }

    /// <summary>Writes 329 bytes.</summary>
    public byte[] Write()
    {
        var writer = new ZkWriter(Bytes - ReceiptPresentation.ProofBytes + Proof.Length);
        writer.Point(Shown.X0);
        writer.Point(Shown.X1);
        writer.Point(Shown.Y1);
        writer.Point(Shown.Y2);
        writer.Point(Shown.V);
        writer.Bytes(Proof);
        writer.Number(Expiration);
        writer.Number(Level);
        writer.Raw(_serial);
        return writer.Done();
    }
}
