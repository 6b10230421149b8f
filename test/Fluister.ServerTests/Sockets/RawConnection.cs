using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Fluister.ServerTests.Sockets;

/// <summary>A TLS connection whose every byte the test decides: by HTTP/1.1, or by HTTP/2 with frames made by hand (RFC 9113).</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _client;

    private RawConnection(TcpClient client, SslStream stream) => (_client, Stream) = (client, stream);

    /// <summary>What is said within TLS.</summary>
    public SslStream Stream { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Connects, from a loopback address of its own where one is given.</summary>
    public static async Task<RawConnection> ConnectAsync(int port, bool isHttp2 = false, string from = "127.0.0.1")
    {
        var client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, Cancellation);
#pragma warning disable CA5359 // A test's own server; that it is the one is not what is tested here.
            var stream = new SslStream(client.GetStream(), false, (_, _, _, _) => true);
#pragma warning restore CA5359
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ApplicationProtocols = [isHttp2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11],
            };
            await stream.AuthenticateAsClientAsync(options, Cancellation);
            var connection = new RawConnection(client, stream);
            if (isHttp2)
            {
                byte[] preface = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(4, 0, 0, [])];
                await connection.SendAsync(preface);
            }

            return connection;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Upgrades to a WebSocket, as a device or as nobody; gives the status.</summary>
    public async Task<int> UpgradeAsync(string? authorization, string more = "")
    {
        await SendAsync(Encoding.ASCII.GetBytes(
            "GET /v1/websocket/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            + (authorization is null ? "" : $"Authorization: {authorization}\r\n") + more + "\r\n"));
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await Stream.ReadExactlyAsync(one, Cancellation);
            text.Append((char)one[0]);
        }

        return int.Parse(text.ToString().Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Sends bytes as they are.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await Stream.WriteAsync(bytes, Cancellation);

    /// <summary>Sends bytes where the connection still takes them.</summary>
    public async Task<bool> TrySendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await SendAsync(bytes);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>A short WebSocket frame of the client's, masked with zeros.</summary>
    public static byte[] Message(byte first, ReadOnlySpan<byte> payload) =>
        [first, (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload];

    /// <summary>The next short WebSocket frame of the server's; none at the end of the connection.</summary>
    public async Task<(byte First, byte[] Payload)?> ReadMessageAsync()
    {
        var head = new byte[2];
        if (!await TryReadAsync(head))
        {
            return null;
        }

        var payload = new byte[head[1]];
        Assert.InRange(head[1], 0, 125);
        return await TryReadAsync(payload) ? (head[0], payload) : null;
    }

    /// <summary>A frame of HTTP/2.</summary>
    public static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8 | type);
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    /// <summary>A block of headers: literals without indexing and without Huffman's code (RFC 7541, section 6.2.2).</summary>
    public static byte[] Block(params (string Name, string Value)[] headers)
    {
        var block = new MemoryStream();
        foreach (var text in headers.SelectMany(header => new[] { "", header.Name, header.Value }).Select((text, i) => (text, i)))
        {
            if (text.i % 3 == 0)
            {
                block.WriteByte(0);
                continue;
            }

            // A length in seven bits, and the rest in groups of seven (section 5.1).
            var length = text.text.Length;
            block.WriteByte((byte)Math.Min(length, 127));
            for (length -= 127; length >= 0; length = length < 128 ? -1 : length >> 7)
            {
                block.WriteByte((byte)(length < 128 ? length : length & 127 | 128));
            }

            block.Write(Encoding.ASCII.GetBytes(text.text));
        }

        return block.ToArray();
    }

    /// <summary>The headers of a request for a path that there is not.</summary>
    public static byte[] Get(params (string Name, string Value)[] more) =>
        Block([(":method", "GET"), (":scheme", "https"), (":authority", "localhost"), (":path", "/v1/nothing"), .. more]);

    /// <summary>The next frame of HTTP/2; none at the end of the connection.</summary>
    public async Task<(byte Type, byte Flags, int Stream, byte[] Payload)?> ReadFrameAsync()
    {
        var head = new byte[9];
        if (!await TryReadAsync(head))
        {
            return null;
        }

        var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(head) >>> 8];
        return await TryReadAsync(payload) ? (head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload) : null;
    }

    /// <summary>Reads until the server ends the connection.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        var all = new MemoryStream();
        try
        {
            await Stream.CopyToAsync(all, Cancellation);
        }
        catch (IOException)
        {
            // Cut, not closed.
        }

        return all.ToArray();
    }

    /// <summary>Cuts it.</summary>
    public void Dispose()
    {
        Stream.Dispose();
        _client.Dispose();
    }

    private async Task<bool> TryReadAsync(byte[] buffer)
    {
        try
        {
            await Stream.ReadExactlyAsync(buffer, Cancellation);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
