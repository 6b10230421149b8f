using Fluister.Protocol.Encoding;

namespace Fluister.Protocol.Messages;

/// <summary>Content that goes unencrypted, because no session is left to encrypt it: only a <see cref="DecryptionErrorMessage"/>.</summary>
/// <remarks>The first byte says what it is, so that content which must be encrypted cannot be taken for it. Seal it nevertheless:
/// then the service does not see it.</remarks>
public sealed class PlaintextContent : CiphertextMessage
{
    private const byte Identifier = 0xc0;

    // Ends the content, before any padding (ISO/IEC 9797-1, method 2).
    private const byte PaddingBoundary = 0x80;

    // Field decryption_error_message of Content.
    private const int DecryptionErrorField = 8;

    private readonly byte[] _serialized;

    /// <summary>Wraps a report; it has the same length every time, and needs no padding.</summary>
    public PlaintextContent(DecryptionErrorMessage report)
    {
        using var writer = new ProtoWriter(96);
        writer.Raw([Identifier]);
        writer.Bytes(DecryptionErrorField, report.Serialized);
        writer.Raw([PaddingBoundary]);
        _serialized = writer.ToArray();
    }

    private PlaintextContent(byte[] serialized) => _serialized = serialized;

    /// <inheritdoc/>
    public override CiphertextMessageType Type => CiphertextMessageType.Plaintext;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Serialized => _serialized;

    /// <summary>The content, with its padding.</summary>
    public ReadOnlySpan<byte> Body => _serialized.AsSpan(1);

    /// <summary>Parses plain content, whatever it is.</summary>
    /// <exception cref="ProtocolException">Malformed, or an unknown version: the first byte is another.</exception>
    public static PlaintextContent Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > Limits.MessageBytes)
        {
            throw new ProtocolException(ProtocolError.Malformed, "Plain content is empty or too long.");
        }

        return bytes[0] == Identifier
            ? new PlaintextContent(bytes.ToArray())
            : throw new ProtocolException(ProtocolError.UnknownVersion, "Plain content must begin with the byte that says so.");
    }

    /// <summary>The report in it.</summary>
    /// <exception cref="ProtocolException">Malformed: it has no report, or a bad key.</exception>
    public DecryptionErrorMessage Report()
    {
        var body = Body.TrimEnd((byte)0);
        if (body is not [.. var content, PaddingBoundary])
        {
            throw new ProtocolException(ProtocolError.Malformed, "The end of plain content is not marked.");
        }

        DecryptionErrorMessage? report = null;
        var reader = new ProtoReader(content);
        while (reader.Next())
        {
            if (reader.Field == DecryptionErrorField)
            {
                report = DecryptionErrorMessage.Parse(reader.Bytes());
            }
            else
            {
                reader.Skip();
            }
        }

        return report ?? throw new ProtocolException(ProtocolError.Malformed, "Plain content must be a decryption error message.");
    }
}
