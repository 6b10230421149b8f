using Fluister.Protocol.Addresses;
using Fluister.Protocol.SealedSender;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Server.Messages;

/// <summary>Writes the envelopes of messages, with the fields' numbers of envelope.proto: one is made for each message and device, so
/// nothing is made on the way.</summary>
internal ref struct EnvelopeWriter
{
    // All fields but the content, of the greatest lengths that they have.
    private const int MostHead = 160;
    private const int VarintType = 0;
    private const int BytesType = 2;

    private readonly Span<byte> _head;
    private int _length;

    private EnvelopeWriter(Span<byte> head) => _head = head;

    /// <summary>An envelope's bytes; one without content has no such field.</summary>
    public static byte[] Write(in EnvelopeHead head, ReadOnlySpan<byte> content)
    {
        var writer = new EnvelopeWriter(stackalloc byte[MostHead]);
        Span<byte> id = stackalloc byte[ServiceId.FixedWidthBytes];
        writer.Number(Envelope.TypeFieldNumber, (ulong)head.Type);
        writer.Number(Envelope.ClientTimestampFieldNumber, head.ClientTimestamp);
        writer.Number(Envelope.ServerTimestampFieldNumber, head.ServerTimestamp);
        writer.Number(Envelope.UrgentFieldNumber, head.IsUrgent ? 1UL : 0);
        if (head.IsStory)
        {
            writer.Number(Envelope.StoryFieldNumber, 1);
        }

        if (!head.ReportSpamToken.IsEmpty)
        {
            writer.Bytes(Envelope.ReportSpamTokenFieldNumber, head.ReportSpamToken);
        }

        if (head.Source is { } source)
        {
            writer.Number(Envelope.SourceDeviceFieldNumber, (ulong)head.SourceDevice);
            writer.Bytes(Envelope.SourceServiceIdFieldNumber, Binary(source, id));
        }

        writer.Bytes(Envelope.DestinationServiceIdFieldNumber, Binary(head.Destination, id));
        head.Guid.TryWriteBytes(id, bigEndian: true, out _);
        writer.Bytes(Envelope.ServerGuidFieldNumber, id[..16]);
        if (content.IsEmpty)
        {
            return writer._head[..writer._length].ToArray();
        }

        writer.Start(Envelope.ContentFieldNumber, content.Length);
        return [.. writer._head[..writer._length], .. content];
    }

    /// <summary>An envelope whose content is a device's own part of what went to many, with the whole content in its place.</summary>
    public static byte[] Join(byte[] envelope, ReadOnlySpan<byte> shared)
    {
        var input = new CodedInputStream(envelope);
        while (input.ReadTag() is var tag and not 0)
        {
            if (tag != WireFormat.MakeTag(Envelope.ContentFieldNumber, WireFormat.WireType.LengthDelimited))
            {
                input.SkipLastField();
                continue;
            }

            var length = input.ReadLength();
            var at = (int)input.Position;
            var content = MultiRecipientMessage.Join(envelope.AsSpan(at, length), shared);
            var writer = new EnvelopeWriter(stackalloc byte[8]);
            writer.Start(Envelope.ContentFieldNumber, content.Length);
            var start = at - CodedOutputStream.ComputeLengthSize(length) - 1;
            return [.. envelope.AsSpan(0, start), .. writer._head[..writer._length], .. content, .. envelope.AsSpan(at + length)];
        }

        return envelope;
    }

    private static ReadOnlySpan<byte> Binary(ServiceId id, Span<byte> bytes)
    {
        id.WriteFixedWidth(bytes);
        return id.Kind == ServiceIdKind.Aci ? bytes[1..] : bytes;
    }

    private void Start(int field, int length)
    {
        Varint((uint)((field << 3) | BytesType));
        Varint((uint)length);
    }

    private void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Start(field, value.Length);
        value.CopyTo(_head[_length..]);
        _length += value.Length;
    }

    private void Number(int field, ulong value)
    {
        Varint((uint)((field << 3) | VarintType));
        Varint(value);
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _head[_length++] = (byte)(value | 0x80);
        }

        _head[_length++] = (byte)value;
    }
}
