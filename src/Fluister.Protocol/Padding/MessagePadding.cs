namespace Fluister.Protocol.Padding;

/// <summary>Padding of a message's content before it is encrypted, so that its length says little.</summary>
/// <remarks>
/// <para>Content, 0x80, zeros: to one byte less than a multiple of 80, which leaves the cipher's own padding its byte
/// (Signal-Android, PushTransportDetails; Signal-Desktop, OutgoingMessage).</para>
/// </remarks>
public static class MessagePadding
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = 80;

    private const byte Terminator = 0x80;

    /// <summary>Pads.</summary>
    public static byte[] Pad(ReadOnlySpan<byte> content)
    {
        // One byte for the terminator and one for the cipher, rounded up to whole blocks.
        var blocks = checked((content.Length + 2 + BlockBytes - 1) / BlockBytes);
        var padded = new byte[(blocks * BlockBytes) - 1];
        content.CopyTo(padded);
        padded[content.Length] = Terminator;
        return padded;
    }

    /// <summary>The content without its padding: a part of what is given. Any number of zeros is accepted.</summary>
    /// <exception cref="ProtocolException">Malformed: no terminator before the zeros.</exception>
    public static ReadOnlySpan<byte> Unpad(ReadOnlySpan<byte> padded)
    {
        var end = padded.LastIndexOfAnyExcept((byte)0);
        return end >= 0 && padded[end] == Terminator
            ? padded[..end]
            : throw new ProtocolException(ProtocolError.Malformed, "The padding of a message has no end.");
    }
}
