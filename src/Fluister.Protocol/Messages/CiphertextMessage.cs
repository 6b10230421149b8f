namespace Fluister.Protocol.Messages;

/// <summary>What goes to a device, or came from one, inside of an envelope.</summary>
public abstract class CiphertextMessage
{
    /// <summary>The kind of message, which the envelope states.</summary>
    public abstract CiphertextMessageType Type { get; }

    /// <summary>The bytes on the wire.</summary>
    public abstract ReadOnlySpan<byte> Serialized { get; }
}
