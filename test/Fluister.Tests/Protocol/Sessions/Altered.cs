using Fluister.Protocol.Encoding;
using Fluister.Protocol.Messages;

namespace Fluister.Tests.Protocol.Sessions;

/// <summary>Messages with a part changed, whose MAC does not fit any more.</summary>
internal static class Altered
{
    public static SignalMessage WithCounter(SignalMessage message, uint counter) =>
        SignalMessage.Parse(Make(message.Serialized[0], message.RatchetKey.Serialized, counter, message.Body, message.PostQuantum));

    public static SignalMessage WithRatchetKey(SignalMessage message, ReadOnlySpan<byte> key) =>
        SignalMessage.Parse(Make(message.Serialized[0], key, message.Counter, message.Body, message.PostQuantum));

    public static SignalMessage WithPostQuantum(SignalMessage message, ReadOnlySpan<byte> part) =>
        SignalMessage.Parse(Make(message.Serialized[0], message.RatchetKey.Serialized, message.Counter, message.Body, part));

    public static SignalMessage WithVersionByte(SignalMessage message, byte version) =>
        SignalMessage.Parse(Make(version, message.RatchetKey.Serialized, message.Counter, message.Body, message.PostQuantum));

    public static SignalMessage WithBitFlipped(SignalMessage message, int at)
    {
        var bytes = message.Serialized.ToArray();
        bytes[at] ^= 1;
        return SignalMessage.Parse(bytes);
    }

    public static byte[] Make(
        byte version, ReadOnlySpan<byte> ratchetKey, uint? counter, ReadOnlySpan<byte> body, ReadOnlySpan<byte> postQuantum)
    {
        using var writer = new ProtoWriter();
        writer.Raw([version]);
        writer.NonEmpty(1, ratchetKey);
        if (counter is { } number)
        {
            writer.UInt64(2, number);
        }

        writer.UInt64(3, 0);
        writer.NonEmpty(4, body);
        writer.NonEmpty(5, postQuantum);
        writer.Raw(new byte[SignalMessage.MacBytes]);
        return writer.ToArray();
    }
}
