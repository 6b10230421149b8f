namespace Fluister.Protocol.Messages;

/// <summary>The version byte before messages of sessions: the message's version in the upper half, the newest known one in the
/// lower.</summary>
internal static class MessageVersion
{
    /// <summary>The version of handshake with a post-quantum part, PQXDH, and of all messages after it.</summary>
    public const byte Current = 4;

    /// <summary>The version without a post-quantum part, X3DH: read, so that old sessions can still be told apart, never begun.</summary>
    public const byte X3dh = 3;

    /// <summary>The version byte of a message.</summary>
    public static byte Byte(byte version) => (byte)((version << 4) | Current);

    /// <summary>Reads a version byte.</summary>
    /// <exception cref="ProtocolException">A version that is no longer or not yet known.</exception>
    public static byte Read(byte value)
    {
        var version = (byte)(value >> 4);
        return version switch
        {
            < X3dh => throw new ProtocolException(ProtocolError.LegacyVersion, "The message is of a version that is no longer read."),
            > Current => throw new ProtocolException(ProtocolError.UnknownVersion, "The message is of a version that is not known."),
            _ => version,
        };
    }
}
