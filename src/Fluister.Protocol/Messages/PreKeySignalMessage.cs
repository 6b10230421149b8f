using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Sessions;

namespace Fluister.Protocol.Messages;

/// <summary>A message with the handshake of its session before it (libsignal, wire.proto, PreKeySignalMessage).</summary>
/// <remarks>Sent until the first answer comes. Only the message inside carries a MAC.</remarks>
public sealed class PreKeySignalMessage : CiphertextMessage
{
    private readonly byte[] _serialized;

    private PreKeySignalMessage(byte[] serialized, PublicKey baseKey, SignalMessage message) =>
        (_serialized, BaseKey, Message) = (serialized, baseKey, message);

    /// <inheritdoc/>
    public override CiphertextMessageType Type => CiphertextMessageType.PreKey;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Serialized => _serialized;

    /// <summary>The version: 4 with a post-quantum part, 3 without.</summary>
    public int Version => _serialized[0] >> 4;

    /// <summary>The sender's registration id.</summary>
    public uint RegistrationId { get; private init; }

    /// <summary>The receiver's one-time pre-key that the handshake used, if any.</summary>
    public uint? OneTimeId { get; private init; }

    /// <summary>The receiver's signed pre-key that the handshake used.</summary>
    public uint SignedId { get; private init; }

    /// <summary>The receiver's KEM pre-key that the handshake used; none only in version 3.</summary>
    public uint? KemId { get; private init; }

    /// <summary>The sender's key of this one handshake, by which its session is known again.</summary>
    public PublicKey BaseKey { get; }

    /// <summary>The identity key that the sender claims.</summary>
    public IdentityKey Identity { get; private init; }

    /// <summary>The message inside.</summary>
    public SignalMessage Message { get; }

    /// <summary>The KEM ciphertext with its type byte; empty only in version 3.</summary>
    internal ReadOnlyMemory<byte> KemCiphertext { get; private init; }

    /// <summary>Parses a message; whether it is authentic, its session says.</summary>
    /// <exception cref="ProtocolException">Malformed, of another version, with a bad key, or without its post-quantum part.</exception>
    public static PreKeySignalMessage Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > Limits.MessageBytes)
        {
            throw Malformed("A pre-key message is too short or too long.");
        }

        var version = MessageVersion.Read(bytes[0]);
        uint? oneTimeId = null, signedId = null, kemId = null;
        var registrationId = 0u;
        ReadOnlySpan<byte> baseKey = default, identity = default, message = default, ciphertext = default;
        var hasCiphertext = false;
        var reader = new ProtoReader(bytes[1..]);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    oneTimeId = reader.UInt32();
                    break;
                case 2:
                    baseKey = reader.Bytes();
                    break;
                case 3:
                    identity = reader.Bytes();
                    break;
                case 4:
                    message = reader.Bytes();
                    break;
                case 5:
                    registrationId = reader.UInt32();
                    break;
                case 6:
                    signedId = reader.UInt32();
                    break;
                case 7:
                    kemId = reader.UInt32();
                    break;
                case 8:
                    ciphertext = reader.Bytes();
                    hasCiphertext = true;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (signedId is not { } signed || baseKey.IsEmpty || identity.IsEmpty || message.IsEmpty)
        {
            throw Malformed("A pre-key message must have a signed pre-key's id, a base key, an identity key and a message.");
        }

        if (kemId.HasValue != hasCiphertext || (kemId is null && version > MessageVersion.X3dh))
        {
            throw new ProtocolException(ProtocolError.PostQuantumMissing,
                "A pre-key message must have a KEM pre-key's id and a KEM ciphertext.");
        }

        return new PreKeySignalMessage(bytes.ToArray(), PublicKey.Read(baseKey), SignalMessage.Parse(message))
        {
            RegistrationId = registrationId,
            OneTimeId = oneTimeId,
            SignedId = signed,
            KemId = kemId,
            Identity = IdentityKey.Read(identity),
            KemCiphertext = ciphertext.ToArray(),
        };
    }

    /// <summary>Writes a message with its handshake.</summary>
    internal static PreKeySignalMessage Create(
        byte version, uint registrationId, IdentityKey identity, PendingHandshake pending, SignalMessage message)
    {
        var (baseKey, ciphertext) = pending.Message;
        using var writer = new ProtoWriter(128 + ciphertext.Length + message.Serialized.Length);
        writer.Raw([MessageVersion.Byte(version)]);
        if (pending.OneTimeId is { } oneTimeId)
        {
            writer.UInt64(1, oneTimeId);
        }

        writer.Bytes(2, baseKey.Serialized);
        writer.Bytes(3, identity.Serialized);
        writer.Bytes(4, message.Serialized);
        writer.UInt64(5, registrationId);
        writer.UInt64(6, pending.SignedId);
        if (pending.KemId is { } kemId)
        {
            writer.UInt64(7, kemId);
            writer.Bytes(8, ciphertext.Span);
        }

        return new PreKeySignalMessage(writer.ToArray(), baseKey, message)
        {
            RegistrationId = registrationId,
            OneTimeId = pending.OneTimeId,
            SignedId = pending.SignedId,
            KemId = pending.KemId,
            Identity = identity,
            KemCiphertext = ciphertext,
        };
    }

    private static ProtocolException Malformed(string message) => new(ProtocolError.Malformed, message);
}
