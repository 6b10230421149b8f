using System.Buffers.Binary;
using Fluister.Server.Requests;
using Fluister.Server.Sockets;
using Fluister.Tests.Protocol;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.ServerTests.Sockets;

/// <summary>Frames that are written by hand are those that the protobuf library writes, byte by byte.</summary>
public sealed class SocketFrameTests
{
    private const long Time = 1_795_348_800_123;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(16_000)]
    [InlineData(65_000)]
    [InlineData(70_000)]
    [InlineData(2_100_000)]
    public void A_request_is_as_the_library_writes_it(int length)
    {
        var body = new SeededRandom(length).Bytes(length);
        foreach (var id in new ulong[] { 0, 1, 127, 128, 1UL << 35, ulong.MaxValue })
        {
            var request = new SocketRequest { Verb = "PUT", Path = "/api/v1/message", Id = id, Body = ByteString.CopyFrom(body) };
            request.Headers.Add($"X-Signal-Timestamp: {Time}");
            AssertSame(
                SocketFrame.Ask(id, "/api/v1/message", body, Time),
                new SocketMessage { Type = SocketMessage.Types.Type.Request, Request = request });
        }
    }

    [Theory]
    [InlineData(200, 0, null)]
    [InlineData(204, 0, null)]
    [InlineData(200, 3, "application/json")]
    [InlineData(409, 200, "application/json")]
    [InlineData(500, 66_000, null)]
    public void An_answer_is_as_the_library_writes_it(int status, int length, string? type)
    {
        var body = new SeededRandom(length).Bytes(length);
        foreach (var headers in new KeyValuePair<string, string>[][] { [], [new("Retry-After", "7"), new("X", "é—")] })
        {
            var response = new SocketResponse { Id = 300, Status = (uint)status, Reason = status < 400 ? "OK" : "" };
            response.Headers.Add($"X-Signal-Timestamp: {Time}");
            if (type is not null)
            {
                response.Headers.Add($"Content-Type: {type}");
            }

            response.Headers.AddRange(headers.Select(header => $"{header.Key}: {header.Value}"));
            if (length > 0)
            {
                response.Body = ByteString.CopyFrom(body);
            }

            AssertSame(
                SocketFrame.Answer(300, new Response(status) { Body = body, ContentType = type, Headers = headers }, Time),
                new SocketMessage { Type = SocketMessage.Types.Type.Response, Response = response });
        }
    }

    private static void AssertSame(SocketFrame frame, SocketMessage message)
    {
        var expected = message.ToByteArray();
        var bytes = new byte[frame.Size];
        frame.Write(bytes);
        Assert.Equal(0x82, bytes[0]);
        var (head, length) = bytes[1] switch
        {
            126 => (4, BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(2))),
            127 => (10, (long)BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(2))),
            var small => (2, small),
        };
        Assert.Equal(expected.Length, length);
        Assert.Equal(expected, bytes[head..]);
    }
}
