using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Threading.Channels;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.ServerTests;

/// <summary>A client of the server's WebSocket that does as it is told, also what no honest client does.</summary>
internal sealed class SocketClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<SocketResponse>> _asked = [];
    private readonly Channel<SocketRequest> _incoming = Channel.CreateUnbounded<SocketRequest>();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _gone = new();
    private Task _reading = Task.CompletedTask;
    private ulong _lastId;

    private SocketClient()
    {
    }

    /// <summary>What the server asks: messages, and the end of the queue. It ends with the connection.</summary>
    public ChannelReader<SocketRequest> Incoming => _incoming.Reader;

    /// <summary>The server's close code, once it has closed.</summary>
    public int? Code => (int?)_socket.CloseStatus;

    /// <summary>The headers of the response that opened it.</summary>
    public IReadOnlyDictionary<string, IEnumerable<string>> Headers => _socket.HttpResponseHeaders!;

    /// <summary>Connects; with a header as a device, without as nobody. A client that does not read leaves what comes where it
    /// is.</summary>
    public static async Task<SocketClient> ConnectAsync(
        HttpMessageInvoker over, int port, string? authorization, CancellationToken cancellation, Version? version = null,
            bool reads = true, string path = "/v1/websocket/", bool stories = false)
    {
        var client = new SocketClient();
        client._socket.Options.HttpVersion = version ?? HttpVersion.Version11;
        client._socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        client._socket.Options.CollectHttpResponseDetails = true;
        if (authorization is not null)
        {
            client._socket.Options.SetRequestHeader("Authorization", authorization);
        }

        if (stories)
        {
            client._socket.Options.SetRequestHeader("X-Signal-Receive-Stories", "true");
        }

        try
        {
            await client._socket.ConnectAsync(new Uri($"wss://localhost:{port}{path}"), over, cancellation);
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }

        if (reads)
        {
            client._reading = client.ReadAllAsync();
        }

        return client;
    }

    /// <summary>Asks, and waits for the answer.</summary>
    public async Task<SocketResponse> AskAsync(
        string verb, string path, byte[]? body, CancellationToken cancellation, params string[] headers)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = new TaskCompletionSource<SocketResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[id] = answer;
        var request = new SocketRequest { Verb = verb, Path = path, Id = id };
        request.Headers.Add("content-type: application/json");
        request.Headers.AddRange(headers);
        if (body is not null)
        {
            request.Body = ByteString.CopyFrom(body);
        }

        await SendAsync(new SocketMessage { Type = SocketMessage.Types.Type.Request, Request = request }.ToByteArray(), cancellation);
        using var gone = _gone.Token.Register(() => answer.TrySetException(new WebSocketException("The connection has ended.")));
        return await answer.Task.WaitAsync(cancellation);
    }

    /// <summary>Answers what the server asked.</summary>
    public Task AnswerAsync(SocketRequest request, CancellationToken cancellation, uint status = 200) =>
        AnswerAsync(request.Id, cancellation, status);

    /// <summary>Answers by an id, whether or not it was asked.</summary>
    public Task AnswerAsync(ulong id, CancellationToken cancellation, uint status = 200)
    {
        var response = new SocketResponse { Id = id, Status = status };
        return SendAsync(new SocketMessage { Type = SocketMessage.Types.Type.Response, Response = response }.ToByteArray(), cancellation);
    }

    /// <summary>Sends bytes as they are.</summary>
    public async Task SendAsync(
        ReadOnlyMemory<byte> bytes, CancellationToken cancellation, WebSocketMessageType type = WebSocketMessageType.Binary,
            bool isEnd = true)
    {
        await _sending.WaitAsync(cancellation);
        try
        {
            await _socket.SendAsync(bytes, type, isEnd, cancellation);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Waits until the connection has ended.</summary>
    public async Task WaitForEndAsync(CancellationToken cancellation) => await _reading.WaitAsync(cancellation);

    /// <summary>Says farewell.</summary>
    public Task CloseAsync(CancellationToken cancellation) =>
        _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellation);

    /// <summary>Goes without a farewell.</summary>
    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading.WaitAsync(TimeSpan.FromSeconds(30));
        _socket.Dispose();
        _sending.Dispose();
        _gone.Dispose();
    }

    private async Task ReadAllAsync()
    {
        var buffer = new byte[1024 * 1024];
        try
        {
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult read;
                do
                {
                    read = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                    length += read.Count;
                }
                while (!read.EndOfMessage);
                if (read.MessageType == WebSocketMessageType.Close)
                {
                    await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                    break;
                }

                Take(SocketMessage.Parser.ParseFrom(buffer, 0, length));
            }
        }
        catch (Exception gone) when (gone is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The server has gone.
        }

        await _gone.CancelAsync();
        _incoming.Writer.TryComplete();
    }

    private void Take(SocketMessage message)
    {
        if (message.Type == SocketMessage.Types.Type.Request)
        {
            _incoming.Writer.TryWrite(message.Request);
        }
        else if (_asked.TryRemove(message.Response.Id, out var answer))
        {
            answer.TrySetResult(message.Response);
        }
    }
}
