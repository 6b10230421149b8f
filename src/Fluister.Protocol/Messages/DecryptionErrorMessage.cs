using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Messages;

/// <summary>Tells a sender that a message could not be decrypted, and which, so that they can send it again.</summary>
public sealed class DecryptionErrorMessage
{
    private readonly byte[] _serialized;

    private DecryptionErrorMessage(byte[] serialized, PublicKey? ratchetKey, ulong timestamp, uint device)
    {
        (_serialized, RatchetKey) = (serialized, ratchetKey);
        (Timestamp, Device) = (timestamp, device);
    }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Serialized => _serialized;

    /// <summary>The ratchet key of the message, by which the sender sees whether the session is still the one that failed; none
    /// for a message of a sender key.</summary>
    public PublicKey? RatchetKey { get; }

    /// <summary>When the message was sent, in milliseconds since 1970: the name by which its sender knows it.</summary>
    public ulong Timestamp { get; }

    /// <summary>The device that sent the message; 0 where it is not said.</summary>
    public uint Device { get; }

    /// <summary>The report on a message that came.</summary>
    /// <param name="type">Of which kind the message was.</param>
    /// <param name="original">The message as it came.</param>
    /// <param name="timestamp">When it was sent, in milliseconds since 1970.</param>
    /// <param name="device">The device that sent it.</param>
    /// <exception cref="ProtocolException">Malformed, a bad key, or a wrong version: the message cannot even be read.</exception>
    /// <exception cref="ArgumentException">Plain text, which is not encrypted.</exception>
    public static DecryptionErrorMessage For(CiphertextMessageType type, ReadOnlySpan<byte> original, ulong timestamp, uint device)
    {
        var ratchetKey = type switch
        {
            CiphertextMessageType.Signal => SignalMessage.Parse(original).RatchetKey,
            CiphertextMessageType.PreKey => PreKeySignalMessage.Parse(original).Message.RatchetKey,
            CiphertextMessageType.SenderKey => null,
            _ => throw new ArgumentException("Plain text is not decrypted.", nameof(type)),
        };
        using var writer = new ProtoWriter(64);
        if (ratchetKey is not null)
        {
            writer.Bytes(1, ratchetKey.Serialized);
        }

        writer.UInt64(2, timestamp);
        writer.UInt64(3, device);
        return new DecryptionErrorMessage(writer.ToArray(), ratchetKey, timestamp, device);
    }

    /// <summary>Parses a report (DecryptionErrorMessage: ratchet key 1, timestamp 2, device 3).</summary>
    /// <exception cref="ProtocolException">Malformed, or a bad key.</exception>
    public static DecryptionErrorMessage Parse(ReadOnlySpan<byte> bytes)
    {
        var hasKey = false;
        ReadOnlySpan<byte> ratchetKey = default;
        ulong? timestamp = null;
        var device = 0u;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    ratchetKey = reader.Bytes();
                    hasKey = true;
                    break;
                case 2:
                    timestamp = reader.UInt64();
                    break;
                case 3:
                    device = reader.UInt32();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return timestamp is { } sent
            ? new DecryptionErrorMessage(bytes.ToArray(), hasKey ? PublicKey.Read(ratchetKey) : null, sent, device)
            : throw new ProtocolException(ProtocolError.Malformed, "A decryption error message must say when the message was sent.");
    }
}
