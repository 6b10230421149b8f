using Fluister.Protocol.Encoding;
using Fluister.Protocol.Messages;

namespace Fluister.Protocol.SealedSender;

/// <summary>What is inside the seal: who sends, and an encrypted message (libsignal: UnidentifiedSenderMessageContent).</summary>
public sealed class SealedContent
{
    private readonly byte[] _serialized;

    // Where the message and the group's id lie in the serialized form.
    private readonly Range _message;
    private readonly Range _groupId;

    /// <summary>Puts a message with its sender, for sealing.</summary>
    /// <param name="sender">The certificate of the device that sends.</param>
    /// <param name="message">The message, already encrypted by its session or sender key.</param>
    /// <param name="hint">What a recipient should do who cannot decrypt it.</param>
    /// <param name="groupId">The group that it belongs to, so that a failure is shown there; empty outside groups.</param>
    public SealedContent(
        SenderCertificate sender, CiphertextMessage message, ContentHint hint = ContentHint.Default, ReadOnlySpan<byte> groupId = default)
    {
        (Type, Sender, Hint) = (message.Type, sender, hint);
        using var writer = new ProtoWriter(message.Serialized.Length + sender.Serialized.Length + groupId.Length + 32);
        writer.UInt64(1, WireType(Type));
        writer.Bytes(2, sender.Serialized);
        writer.Bytes(3, message.Serialized);
        _message = (writer.Written.Length - message.Serialized.Length)..writer.Written.Length;
        writer.NonZero(4, (ulong)hint);
        writer.NonEmpty(5, groupId);
        _groupId = (writer.Written.Length - groupId.Length)..writer.Written.Length;
        _serialized = writer.ToArray();
    }

    private SealedContent(
        byte[] serialized, CiphertextMessageType type, SenderCertificate sender, Range message, ContentHint hint, Range groupId)
    {
        (_serialized, _message, _groupId) = (serialized, message, groupId);
        (Type, Sender, Hint) = (type, sender, hint);
    }

    /// <summary>Of which kind the message is.</summary>
    public CiphertextMessageType Type { get; }

    /// <summary>The certificate of the device that sends.</summary>
    public SenderCertificate Sender { get; }

    /// <summary>The message as it came, not yet read: a report on a failure needs it even where it cannot be read.</summary>
    public ReadOnlySpan<byte> MessageBytes => _serialized.AsSpan(_message);

    /// <summary>What to do when the message cannot be decrypted.</summary>
    public ContentHint Hint { get; }

    /// <summary>The group that it belongs to; empty where none is stated.</summary>
    public ReadOnlySpan<byte> GroupId => _serialized.AsSpan(_groupId);

    /// <summary>The bytes that are sealed.</summary>
    internal ReadOnlySpan<byte> Serialized => _serialized;

    /// <summary>The message, read.</summary>
    /// <exception cref="ProtocolException">Malformed, a bad key, or a wrong version.</exception>
    public CiphertextMessage ReadMessage() => Type switch
    {
        CiphertextMessageType.Signal => SignalMessage.Parse(MessageBytes),
        CiphertextMessageType.PreKey => PreKeySignalMessage.Parse(MessageBytes),
        CiphertextMessageType.SenderKey => SenderKeyMessage.Parse(MessageBytes),
        _ => PlaintextContent.Parse(MessageBytes),
    };

    /// <summary>Reads what was inside a seal (UnidentifiedSenderMessage.Message: type 1, certificate 2, message 3, hint 4, group
    /// 5).</summary>
    /// <param name="bytes">Kept as they are; the caller lets go of them.</param>
    /// <exception cref="ProtocolException">Malformed, or a bad key.</exception>
    internal static SealedContent Read(byte[] bytes)
    {
        CiphertextMessageType? type = null;
        ReadOnlySpan<byte> sender = default;
        Range? message = null;
        Range groupId = default;
        var hint = ContentHint.Default;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    type = FromWireType(reader.UInt32());
                    break;
                case 2:
                    sender = reader.Bytes();
                    break;
                case 3:
                    message = Place(bytes, reader.Bytes());
                    break;
                case 4:
                    hint = (ContentHint)reader.UInt32();
                    break;
                case 5:
                    groupId = Place(bytes, reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return type is { } kind && message is { } place
            ? new SealedContent(bytes, kind, SenderCertificate.Read(sender), place, hint, groupId)
            : throw new ProtocolException(ProtocolError.Malformed, "A sealed message lacks its kind, its certificate or its content.");
    }

    // Where a part lies in the whole; the part is a slice of it.
    private static Range Place(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> part)
    {
        whole.Overlaps(part, out var offset);
        return part.IsEmpty ? default : offset..(offset + part.Length);
    }

    // Inside a seal a pre-key message has another number than outside.
    private static uint WireType(CiphertextMessageType type) => type == CiphertextMessageType.PreKey ? 1 : (uint)type;

    private static CiphertextMessageType? FromWireType(uint type) => type switch
    {
        1 => CiphertextMessageType.PreKey,
        2 => CiphertextMessageType.Signal,
        7 => CiphertextMessageType.SenderKey,
        8 => CiphertextMessageType.Plaintext,
        _ => null,
    };
}
