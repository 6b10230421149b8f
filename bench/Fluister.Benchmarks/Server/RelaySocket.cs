using System.Net.WebSockets;
using System.Threading.Channels;

namespace Fluister.Benchmarks.Server;

/// <summary>A socket of the floor: one loop reads, one sends.</summary>
internal sealed class RelaySocket(WebSocket socket)
{
    private readonly Channel<ReadOnlyMemory<byte>> _leaving = Channel.CreateUnbounded<ReadOnlyMemory<byte>>(
        new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Answers a message and delivers it, unless its recipient is away.</summary>
    public static void Pass(byte[] bytes, RelaySocket from, RelaySocket? to)
    {
        from._leaving.Writer.TryWrite(bytes.AsMemory(0, Relay.AnswerBytes));
        to?._leaving.Writer.TryWrite(bytes);
    }

    /// <summary>Sends what is passed, one message at a time.</summary>
    public async Task SendAllAsync()
    {
        try
        {
            await foreach (var bytes in _leaving.Reader.ReadAllAsync())
            {
                await socket.SendAsync(bytes, WebSocketMessageType.Binary, true, CancellationToken.None);
            }
        }
        catch (WebSocketException)
        {
            // The client has gone.
        }
    }

    /// <summary>Reads until the client goes.</summary>
    public async Task ReceiveAllAsync(Action<byte[]> received)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult read;
            do
            {
                read = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += read.Count;
            }
            while (!read.EndOfMessage);
            if (read.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            received(buffer[..length]);
        }
    }

    /// <summary>Sends nothing more.</summary>
    public void End() => _leaving.Writer.TryComplete();
}
