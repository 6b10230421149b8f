using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Benchmarks.Server;

/// <summary>A device's WebSocket made by hand over TLS, with as little memory as may be: it answers pings, acknowledges messages, and is
/// silent otherwise. Over HTTP/1.1 (RFC 6455), or over HTTP/2 (RFC 8441) with a connection of its own, as the official client's.</summary>
internal sealed class IdleClient : IDisposable
{
    private const byte Ping = 0x9;
    private const byte Pong = 0xa;
    private const byte Binary = 0x2;
    private const int Stream = 1;
    private readonly SslStream _stream;
    private readonly bool _isHttp2;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<long>? _next;

    private IdleClient(SslStream stream, bool isHttp2) => (_stream, _isHttp2) = (stream, isHttp2);

    /// <summary>Connects from one of the loopback addresses, since one place may have only so many connections.</summary>
    public static async Task<IdleClient> ConnectAsync(int number, int port, string authorization, bool isHttp2)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(new IPAddress([127, 0, 1, (byte)(1 + (number / 1000))]), 0));
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            AllowTlsResume = false,
            ApplicationProtocols = [isHttp2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11],
#pragma warning disable CA5359 // A benchmark's own child on this machine.
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
        });
        var client = new IdleClient(stream, isHttp2);
        await stream.WriteAsync(isHttp2 ? Preface(authorization) : Encoding.ASCII.GetBytes(
            $"GET /v1/websocket/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + $"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: {authorization}\r\n\r\n"));
        _ = client.ReadAsync();
        await client._open.Task.WaitAsync(TimeSpan.FromMinutes(1));
        return client;
    }

    /// <summary>When the next message comes, as a stamp of the stopwatch.</summary>
    public Task<long> NextMessageAsync() =>
        (_next = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously)).Task
            .WaitAsync(TimeSpan.FromMinutes(1));

    /// <summary>Sends a message; one at a time.</summary>
    public Task SendAsync(byte[] message) => WriteAsync(Binary, message);

    /// <summary>Cuts the connection.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        _writing.Dispose();
    }

    // The connection preface, SETTINGS, and the request's HEADERS: literals without indexing and without Huffman's code (RFC 7541, 6.2.2).
    private static byte[] Preface(string authorization)
    {
        var block = new MemoryStream();
        foreach (var (name, value) in new[]
        {
            (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"), (":authority", "localhost"),
            (":path", "/v1/websocket/"), ("sec-websocket-version", "13"), ("authorization", authorization),
        })
        {
            block.WriteByte(0);
            foreach (var text in new[] { name, value })
            {
                // Lengths of less than 127 are one byte, others here two (RFC 7541, 5.1).
                block.Write(text.Length < 127 ? [(byte)text.Length] : [127, (byte)(text.Length - 127)]);
                block.Write(Encoding.ASCII.GetBytes(text));
            }
        }

        return [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(4, 0, 0, []), .. Frame(1, 4, Stream, block.ToArray())];
    }

    private static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8 | type);
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    private async Task ReadAsync()
    {
        try
        {
            if (!_isHttp2)
            {
                await ReadAnswerAsync();
            }

            while (true)
            {
                _ = await _stream.ReadAsync(Memory<byte>.Empty);
                await (_isHttp2 ? ReadFrameAsync() : ReadMessageAsync(_stream));
            }
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or InvalidDataException)
        {
            _open.TrySetException(gone);
            _next?.TrySetException(gone);
        }
    }

    private async Task ReadAnswerAsync()
    {
        var one = new byte[1];
        var text = new StringBuilder();
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await _stream.ReadExactlyAsync(one);
            text.Append((char)one[0]);
        }

        if (!text.ToString().StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
        {
            throw new InvalidDataException(text.ToString());
        }

        _open.SetResult();
    }

    private async Task ReadFrameAsync()
    {
        var head = new byte[9];
        await _stream.ReadExactlyAsync(head);
        var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(head) >>> 8];
        await _stream.ReadExactlyAsync(payload);
        switch ((Type: head[3], Flags: head[4]))
        {
            case (0, _) when payload.Length > 0:
                await ReadMessageAsync(new MemoryStream(payload));
                break;
            case (1, _):
                // The indexed field of status 200 (RFC 7541, appendix A).
                if (payload is not [0x88, ..])
                {
                    throw new InvalidDataException("Refused.");
                }

                _open.SetResult();
                break;
            case (4, 0):
                await _stream.WriteAsync(Frame(4, 1, 0, []));
                break;
            case (6, 0):
                await _stream.WriteAsync(Frame(6, 1, 0, payload));
                break;
            case (3 or 7, _):
                throw new IOException("The server has ended it.");
        }
    }

    private async Task ReadMessageAsync(Stream from)
    {
        var head = new byte[8];
        await from.ReadExactlyAsync(head.AsMemory(0, 2));
        var (kind, length) = (head[0] & 0xf, head[1] & 0x7f);
        if (length > 125)
        {
            await from.ReadExactlyAsync(head.AsMemory(0, 2));
            length = BinaryPrimitives.ReadUInt16BigEndian(head);
        }

        var payload = new byte[length];
        await from.ReadExactlyAsync(payload);
        if (kind == Ping)
        {
            await WriteAsync(Pong, payload);
        }
        else if (kind == Binary && SocketMessage.Parser.ParseFrom(payload).Request is { } request)
        {
            if (request.Path == "/api/v1/message")
            {
                _next?.TrySetResult(Stopwatch.GetTimestamp());
            }

            var response = new SocketResponse { Id = request.Id, Status = 200 };
            await WriteAsync(Binary, new SocketMessage { Type = SocketMessage.Types.Type.Response, Response = response }.ToByteArray());
        }
    }

    // A frame of less than 64 KiB, masked with zeros.
    private async Task WriteAsync(byte kind, byte[] payload)
    {
        byte[] length = payload.Length > 125 ? [0xfe, (byte)(payload.Length >> 8), (byte)payload.Length] : [(byte)(0x80 | payload.Length)];
        byte[] frame = [(byte)(0x80 | kind), .. length, 0, 0, 0, 0, .. payload];
        await _writing.WaitAsync();
        try
        {
            await _stream.WriteAsync(_isHttp2 ? Frame(0, 0, Stream, frame) : frame);
        }
        finally
        {
            _writing.Release();
        }
    }
}
