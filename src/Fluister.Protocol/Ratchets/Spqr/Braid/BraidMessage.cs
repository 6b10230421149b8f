using Fluister.Protocol.Ratchets.Spqr.Erasure;

namespace Fluister.Protocol.Ratchets.Spqr.Braid;

/// <summary>What one party of the braid tells the other with one message.</summary>
/// <param name="Epoch">The epoch that the sender works at; the first is 1.</param>
/// <param name="Payload">What the chunk is of.</param>
/// <param name="Chunk">The chunk where the payload has one.</param>
internal readonly record struct BraidMessage(ulong Epoch, BraidPayload Payload, Chunk Chunk)
{
    private const byte Version = 1;
    private const int MaximumBytes = 1 + 10 + 5 + 1 + 3 + Chunk.Bytes;

    private bool HasChunk => Payload is not (BraidPayload.None or BraidPayload.Acknowledgement);

    /// <summary>Reads what stands in a message: version, epoch, index of the message's key, type and chunk.</summary>
    /// <remarks>Numbers that are longer than need be and bytes behind the end are allowed, as libsignal allows them.</remarks>
    /// <exception cref="ProtocolException">PostQuantumMissing, UnknownVersion or Malformed.</exception>
    public static BraidMessage Read(ReadOnlySpan<byte> bytes, out uint index)
    {
        // Version 0 is a message without this ratchet. libsignal refuses it by its "minimum version".
        if (bytes.IsEmpty || bytes[0] == 0)
        {
            throw new ProtocolException(ProtocolError.PostQuantumMissing, "The message has no part for the post-quantum ratchet.");
        }

        if (bytes[0] != Version)
        {
            throw new ProtocolException(ProtocolError.UnknownVersion, "The message is of an unknown version of the post-quantum ratchet.");
        }

        var rest = bytes[1..];
        var epoch = Varint(ref rest, ulong.MaxValue);
        index = (uint)Varint(ref rest, uint.MaxValue);
        if (epoch == 0 || rest.IsEmpty || rest[0] > (byte)BraidPayload.Ciphertext2)
        {
            throw Malformed();
        }

        var message = new BraidMessage(epoch, (BraidPayload)rest[0], default);
        if (!message.HasChunk)
        {
            return message;
        }

        rest = rest[1..];
        var place = (ushort)Varint(ref rest, ushort.MaxValue);
        return rest.Length >= Chunk.Bytes ? message with { Chunk = new(place, Chunk.Load(rest)) } : throw Malformed();
    }

    /// <summary>Writes what <see cref="Read"/> reads, 4 to 52 bytes.</summary>
    public byte[] Write(uint index)
    {
        Span<byte> bytes = stackalloc byte[MaximumBytes];
        bytes[0] = Version;
        var length = 1;
        Varint(bytes, ref length, Epoch);
        Varint(bytes, ref length, index);
        bytes[length++] = (byte)Payload;
        if (HasChunk)
        {
            Varint(bytes, ref length, Chunk.Index);
            Chunk.Store(Chunk.Values, bytes[length..]);
            length += Chunk.Bytes;
        }

        return bytes[..length].ToArray();
    }

    private static ulong Varint(ref ReadOnlySpan<byte> rest, ulong maximum)
    {
        var value = 0UL;
        for (var i = 0; i < 10 && i < rest.Length; i++)
        {
            value |= (ulong)(rest[i] & 0x7f) << (7 * i);
            if (rest[i] < 0x80)
            {
                rest = rest[(i + 1)..];
                return value <= maximum ? value : throw Malformed();
            }
        }

        throw Malformed();
    }

    private static void Varint(Span<byte> bytes, ref int length, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            bytes[length++] = (byte)(value | 0x80);
        }

        bytes[length++] = (byte)value;
    }

    private static ProtocolException Malformed() => SpqrRefusal.Malformed("a message");
}
