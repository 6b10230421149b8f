using System.Buffers.Binary;
using System.Buffers.Text;
using System.Numerics;
using System.Text;
using Fluister.Server.Requests;

namespace Fluister.Server.Sockets;

/// <summary>A message of ours as it leaves: one unmasked binary WebSocket frame (RFC 6455, section 5.2) with a SocketMessage in it, written
/// straight into the buffer that is sent.</summary>
internal readonly struct SocketFrame
{
    private const byte FinalBinary = 0x82;
    private const byte Length16 = 126;
    private const byte Length64 = 127;

    private readonly ulong _id;
    private readonly long _time;
    private readonly string? _path;
    private readonly Response? _response;
    private readonly ReadOnlyMemory<byte> _body;
    private readonly int _inner;

    private SocketFrame(ulong id, long time, string? path, Response? response, ReadOnlyMemory<byte> body)
    {
        (_id, _time, _path, _response, _body) = (id, time, path, response, body);
        _inner = _response is null ? RequestSize() : ResponseSize();
    }

    /// <summary>The bytes of the whole frame.</summary>
    public int Size => HeadSize(MessageSize) + MessageSize;

    private int MessageSize => 2 + 1 + VarintSize((ulong)_inner) + _inner;

    /// <summary>A request to the device: PUT with a path and a body.</summary>
    /// <param name="id">The request's id; the device's answer has it.</param>
    /// <param name="path">The path.</param>
    /// <param name="body">The body; an empty one is sent too.</param>
    /// <param name="time">Now, in milliseconds since 1970.</param>
    public static SocketFrame Ask(ulong id, string path, ReadOnlyMemory<byte> body, long time) => new(id, time, path, null, body);

    /// <summary>The answer to the device's request of that id.</summary>
    public static SocketFrame Answer(ulong id, Response response, long time) => new(id, time, null, response, response.Body);

    /// <summary>Writes it into exactly <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> target)
    {
        target[0] = FinalBinary;
        var size = MessageSize;
        switch (HeadSize(size))
        {
            case 2:
                target[1] = (byte)size;
                break;
            case 4:
                target[1] = Length16;
                BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)size);
                break;
            default:
                target[1] = Length64;
                BinaryPrimitives.WriteUInt64BigEndian(target[2..], (ulong)size);
                break;
        }

        target = target[HeadSize(size)..];
        target = Varint(target, 1 << 3, _response is null ? 1UL : 2UL);
        target = Head(target, _response is null ? 2 : 3, _inner);
        if (_response is null)
        {
            WriteRequest(target);
        }
        else
        {
            WriteResponse(target, _response);
        }
    }

    private static int HeadSize(int size) => size < Length16 ? 2 : size <= ushort.MaxValue ? 4 : 10;

    private static int VarintSize(ulong value) => (70 - BitOperations.LeadingZeroCount(value | 1)) / 7;

    private static int FieldSize(int length) => 1 + VarintSize((ulong)length) + length;

    private static int HeaderSize(string name, string value) =>
        FieldSize(Encoding.UTF8.GetByteCount(name) + 2 + Encoding.UTF8.GetByteCount(value));

    private static int Digits(long time)
    {
        var digits = 1;
        for (; time >= 10; time /= 10)
        {
            digits++;
        }

        return digits;
    }

    private static Span<byte> Varint(Span<byte> target, byte tag, ulong value)
    {
        target[0] = tag;
        var i = 1;
        for (; value >= 0x80; value >>= 7)
        {
            target[i++] = (byte)(value | 0x80);
        }

        target[i] = (byte)value;
        return target[(i + 1)..];
    }

    private static Span<byte> Head(Span<byte> target, int field, int length) => Varint(target, (byte)(field << 3 | 2), (ulong)length);

    private static Span<byte> Bytes(Span<byte> target, int field, ReadOnlySpan<byte> bytes)
    {
        target = Head(target, field, bytes.Length);
        bytes.CopyTo(target);
        return target[bytes.Length..];
    }

    private static Span<byte> Text(Span<byte> target, int field, string text)
    {
        target = Head(target, field, Encoding.UTF8.GetByteCount(text));
        return target[Encoding.UTF8.GetBytes(text, target)..];
    }

    private static Span<byte> Header(Span<byte> target, string name, string value)
    {
        target = Head(target, 5, Encoding.UTF8.GetByteCount(name) + 2 + Encoding.UTF8.GetByteCount(value));
        target = target[Encoding.UTF8.GetBytes(name, target)..];
        ": "u8.CopyTo(target);
        target = target[2..];
        return target[Encoding.UTF8.GetBytes(value, target)..];
    }

    private static ReadOnlySpan<byte> TimestampName => "X-Signal-Timestamp: "u8;

    private Span<byte> Timestamp(Span<byte> target)
    {
        target = Head(target, 5, TimestampName.Length + Digits(_time));
        TimestampName.CopyTo(target);
        target = target[TimestampName.Length..];
        Utf8Formatter.TryFormat(_time, target, out var written);
        return target[written..];
    }

    private int TimestampSize() => FieldSize(TimestampName.Length + Digits(_time));

    private int RequestSize() =>
        FieldSize(3) + FieldSize(_path!.Length) + FieldSize(_body.Length) + 1 + VarintSize(_id) + TimestampSize();

    private void WriteRequest(Span<byte> target)
    {
        target = Bytes(target, 1, "PUT"u8);
        target = Text(target, 2, _path!);
        target = Bytes(target, 3, _body.Span);
        target = Varint(target, 4 << 3, _id);
        Timestamp(target);
    }

    private static string Reason(Response response) => response.Status < 400 ? "OK" : "";

    private int ResponseSize()
    {
        var size = 1 + VarintSize(_id) + 1 + VarintSize((ulong)_response!.Status) + FieldSize(Reason(_response).Length) + TimestampSize();
        size += _body.IsEmpty ? 0 : FieldSize(_body.Length);
        size += _response.ContentType is { } type ? HeaderSize("Content-Type", type) : 0;
        foreach (var (name, value) in _response.Headers)
        {
            size += HeaderSize(name, value);
        }

        return size;
    }

    private void WriteResponse(Span<byte> target, Response response)
    {
        target = Varint(target, 1 << 3, _id);
        target = Varint(target, 2 << 3, (ulong)response.Status);
        target = Text(target, 3, Reason(response));
        target = _body.IsEmpty ? target : Bytes(target, 4, _body.Span);
        target = Timestamp(target);
        target = response.ContentType is { } type ? Header(target, "Content-Type", type) : target;
        foreach (var (name, value) in response.Headers)
        {
            target = Header(target, name, value);
        }
    }
}
