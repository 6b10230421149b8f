using Fluister.Protocol.Encoding;

namespace Fluister.InteropTests.Libsignal.Pairings;

/// <summary>What a message shows of its post-quantum ratchet: field 5, of a message inside a pre-key message too.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Kind">What it carries, 0 (nothing) to 6.</param>
internal readonly record struct PostQuantumField(ulong Epoch, int Kind)
{
    /// <summary>Reads it out of a message of a session.</summary>
    public static PostQuantumField Read(WireMessage message)
    {
        var bytes = message.Bytes.AsSpan();
        if (message.Type == 3)
        {
            bytes = Field(bytes[1..], 4);
        }

        // Version, epoch, index, kind (SPQR, serialisation of version 1).
        var field = Field(bytes[1..^8], 5);
        var at = 1;
        var epoch = Varint(field, ref at);
        Varint(field, ref at);
        return new PostQuantumField(epoch, field[at]);
    }

    private static Span<byte> Field(ReadOnlySpan<byte> message, uint number)
    {
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == number)
            {
                return reader.Bytes().ToArray();
            }

            reader.Skip();
        }

        throw new InvalidOperationException($"The message has no field {number}.");
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            value |= (ulong)(bytes[at] & 0x7f) << shift;
            if (bytes[at++] < 0x80)
            {
                return value;
            }
        }
    }
}
