using System.Net.Security;
using System.Net.WebSockets;

namespace Fluister.Benchmarks.Server;

/// <summary>A client's WebSocket over TLS: many may send, one reads.</summary>
internal sealed class BenchSocket : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly byte[] _buffer = new byte[16 * 1024];

    private BenchSocket()
    {
    }

    /// <summary>What all sockets of a run connect through. The server is this process's child, whose certificate
    /// is not looked at.</summary>
    public static HttpMessageInvoker Invoker() => new(new SocketsHttpHandler
    {
#pragma warning disable CA5359 // A benchmark's own child on this machine.
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
#pragma warning restore CA5359
    });

    /// <summary>Connects, as a device or as nobody.</summary>
    public static async Task<BenchSocket> ConnectAsync(HttpMessageInvoker over, int port, string? authorization)
    {
        var client = new BenchSocket();
        if (authorization is not null)
        {
            client._socket.Options.SetRequestHeader("Authorization", authorization);
        }

        await client._socket.ConnectAsync(new Uri($"wss://localhost:{port}/v1/websocket/"), over, CancellationToken.None);
        return client;
    }

    /// <summary>Sends one message.</summary>
    public async Task SendAsync(byte[] message)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Binary, true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The next message, valid until the one after it; none at the end.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync()
    {
        var length = 0;
        while (true)
        {
            try
            {
                var read = await _socket.ReceiveAsync(_buffer.AsMemory(length), CancellationToken.None);
                length += read.Count;
                if (read.MessageType == WebSocketMessageType.Close)
                {
                    return null;
                }

                if (read.EndOfMessage)
                {
                    return _buffer.AsMemory(0, length);
                }
            }
            catch (Exception gone) when (gone is WebSocketException or ObjectDisposedException or OperationCanceledException)
            {
                return null;
            }
        }
    }

    /// <summary>Cuts the connection.</summary>
    public void Dispose()
    {
        _socket.Abort();
        _socket.Dispose();
    }
}
