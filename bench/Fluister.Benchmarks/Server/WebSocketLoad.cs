using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Fluister.Benchmarks.Server;

/// <summary>A client's WebSocket over TLS and HTTP/1.1 (RFC 6455), of whole binary messages.</summary>
internal sealed class WebSocketLoad : LoadSocket
{
    private const byte Final = 0x80;
    private const byte Binary = 2;
    private const byte Ping = 9;
    private const byte Pong = 10;
    private const byte Masked = 0x80;
    private const int MostHeader = 8;

    // A mask protects proxies from what a browser's page says; any will do here.
    private const uint Mask = 0x5AC3_967E;

    private WebSocketLoad(TcpClient connection)
        : base(connection)
    {
    }

    /// <summary>Connects to a path, as a device or as nobody.</summary>
    public static async Task<WebSocketLoad> ConnectAsync(int port, string path, string? authorization = null)
    {
        var socket = await ConnectAsync(port);
        await socket.UpgradeAsync(path, authorization);
        return socket;
    }

    /// <summary>Connects as far as TLS.</summary>
    public static async Task<WebSocketLoad> ConnectAsync(int port)
    {
        var socket = new WebSocketLoad(await OpenAsync(port));
        await socket.SecureAsync();
        return socket;
    }

    /// <summary>Asks for a WebSocket.</summary>
    public async Task UpgradeAsync(string path, string? authorization)
    {
        await SayAsync(
            $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\n"
            + (authorization is null ? "" : $"Authorization: {authorization}\r\n") + "\r\n");
        var answer = await HearAsync("\r\n\r\n");
        if (!answer.StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"No WebSocket: {answer}");
        }
    }

    /// <inheritdoc/>
    protected override int MostBytes(int length) => MostHeader + 6 + length;

    /// <inheritdoc/>
    protected override int Frame(ReadOnlySpan<byte> message, Span<byte> wire) => Frame(Binary, message, wire);

    /// <inheritdoc/>
    protected override int Unframe(ReadOnlySpan<byte> come, out ReadOnlySpan<byte> message)
    {
        message = default;
        if (come.Length < 2)
        {
            return 0;
        }

        var (header, length) = (2, (long)come[1]);
        if (length >= 126)
        {
            header = length == 126 ? 4 : 10;
            if (come.Length < header)
            {
                return 0;
            }

            length = header == 4 ? BinaryPrimitives.ReadUInt16BigEndian(come[2..]) : BinaryPrimitives.ReadInt64BigEndian(come[2..]);
        }

        if (come.Length < header + length)
        {
            return 0;
        }

        var bytes = come.Slice(header, (int)length);
        switch (come[0])
        {
            case Final | Binary:
                message = bytes;
                break;
            case Final | Ping:
                Answer(bytes);
                break;
            case Final | Pong:
                break;
            default:
                throw new InvalidOperationException($"A frame of kind {come[0]:x2}: the server closes, or divides messages.");
        }

        return header + (int)length;
    }

    private static int Frame(byte kind, ReadOnlySpan<byte> message, Span<byte> wire)
    {
        wire[0] = (byte)(Final | kind);
        var header = 2;
        if (message.Length < 126)
        {
            wire[1] = (byte)(Masked | message.Length);
        }
        else
        {
            wire[1] = Masked | 126;
            BinaryPrimitives.WriteUInt16BigEndian(wire[2..], checked((ushort)message.Length));
            header = 4;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(wire[header..], Mask);
        var body = wire.Slice(header + 4, message.Length);
        message.CopyTo(body);
        var words = MemoryMarshal.Cast<byte, ulong>(body);
        foreach (ref var word in words)
        {
            word ^= Mask | ((ulong)Mask << 32);
        }

        for (var i = words.Length * 8; i < body.Length; i++)
        {
            body[i] ^= (byte)(Mask >> (8 * (i & 3)));
        }

        return header + 4 + message.Length;
    }

    // Rare: the server asks whether anybody is there.
    private void Answer(ReadOnlySpan<byte> ping)
    {
        var pong = new byte[MostBytes(ping.Length)];
        PostFramed(pong.AsSpan(0, Frame(Pong, ping, pong)));
    }
}
