using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using Fluister.Wire.Protos;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Fluister.ServerTests.Client;

/// <summary>Stands between clients and a home server, with the server's certificate: a server that lies, loses, repeats and reorders. What
/// it is not told to change goes through as it is.</summary>
internal sealed class Meddler : IAsyncDisposable
{
    private readonly TestServer _server;
    private readonly WebApplication _application;

    private Meddler(TestServer server, WebApplication application) => (_server, _application) = (server, application);

    /// <summary>What a request is answered instead of being passed on; null to pass it on. Throws to cut the connection.</summary>
    public Func<SocketRequest, SocketResponse?>? Instead { get; set; }

    /// <summary>What becomes of the server's response to a request; null to cut the connection, so that it is lost.</summary>
    public Func<SocketRequest, SocketResponse, SocketResponse?>? Answered { get; set; }

    /// <summary>What becomes of what the server pushes: any number of pushes, in an order.</summary>
    public Func<SocketRequest, IEnumerable<SocketRequest>>? Pushed { get; set; }

    /// <summary>Whether the server learns what clients acknowledge.</summary>
    public bool IsAcknowledged { get; set; } = true;

    /// <summary>Requests that went by, by verb and path.</summary>
    public ConcurrentQueue<SocketRequest> Requests { get; } = [];

    /// <summary>Where it listens.</summary>
    public int Port { get; private set; }

    /// <summary>Begins.</summary>
    public static async Task<Meddler> StartAsync(TestServer server)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(server.Certificate)));
        var application = builder.Build();
        var meddler = new Meddler(server, application);
        application.UseWebSockets();
        application.Run(meddler.ServeAsync);
        await application.StartAsync();
        meddler.Port = new Uri(application.Urls.First()).Port;
        return meddler;
    }

    /// <summary>A response.</summary>
    public static SocketResponse Response(int status, string body = "") =>
        new() { Status = (uint)status, Reason = "", Body = ByteString.CopyFromUtf8(body), Headers = { "content-type:application/json" } };

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(new CancellationToken(canceled: true));
        await _application.DisposeAsync();
    }

    private static async Task<SocketMessage?> ReadAsync(WebSocket socket, CancellationToken gone)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var got = await socket.ReceiveAsync(buffer, gone);
            if (got.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            whole.Write(buffer, 0, got.Count);
            if (got.EndOfMessage)
            {
                return SocketMessage.Parser.ParseFrom(whole.ToArray());
            }
        }
    }

    private async Task ServeAsync(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.StatusCode = 404;
            return;
        }

        using var server = new ClientWebSocket();
        server.Options.RemoteCertificateValidationCallback = (_, given, _, _) =>
            given!.GetCertHashString() == _server.Certificate.Thumbprint;
        foreach (var name in new[] { "Authorization", "X-Signal-Receive-Stories", "X-Signal-Disable-Messages" })
        {
            if (http.Request.Headers.TryGetValue(name, out var value))
            {
                server.Options.SetRequestHeader(name, value);
            }
        }

        await server.ConnectAsync(new Uri($"wss://localhost:{_server.Port}{http.Request.Path}"), http.RequestAborted);
        using var client = await http.WebSockets.AcceptWebSocketAsync();
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        using var passage = new Passage(this, client, server, gone);
        await passage.RunAsync();
    }

    // One connection of a client, with one of the server's behind it.
    private sealed class Passage(Meddler meddler, WebSocket client, WebSocket server, CancellationTokenSource gone)
        : IDisposable
    {
        private readonly ConcurrentDictionary<ulong, SocketRequest> _asked = [];
        private readonly SemaphoreSlim _toClient = new(1);

        public async Task RunAsync()
        {
            var both = new[] { Quietly(UpAsync), Quietly(DownAsync) };
            await Task.WhenAny(both);
            await gone.CancelAsync();
            client.Abort();
            server.Abort();
            await Task.WhenAll(both);
        }

        public void Dispose() => _toClient.Dispose();

        private static async Task Quietly(Func<Task> work)
        {
            try
            {
                await work();
            }
            catch (Exception ended) when (ended is WebSocketException or OperationCanceledException or IOException)
            {
                // A connection that was cut.
            }
        }

        private async Task UpAsync()
        {
            while (await ReadAsync(client, gone.Token) is { } message)
            {
                if (message.Request is { } request)
                {
                    meddler.Requests.Enqueue(request);
                    if (meddler.Instead?.Invoke(request) is { } answer)
                    {
                        answer.Id = request.Id;
                        await DownAsync(new SocketMessage { Type = SocketMessage.Types.Type.Response, Response = answer });
                        continue;
                    }

                    _asked[request.Id] = request;
                }
                else if (!meddler.IsAcknowledged)
                {
                    continue;
                }

                await server.SendAsync(message.ToByteArray(), WebSocketMessageType.Binary, true, gone.Token);
            }
        }

        private async Task DownAsync()
        {
            while (await ReadAsync(server, gone.Token) is { } message)
            {
                if (message.Response is { } response && _asked.TryRemove(response.Id, out var request) && meddler.Answered is { } answered)
                {
                    if (answered(request, response) is not { } changed)
                    {
                        return;
                    }

                    changed.Id = response.Id;
                    message.Response = changed;
                }

                if (message.Request is { } push && meddler.Pushed is { } pushed)
                {
                    foreach (var one in pushed(push))
                    {
                        await DownAsync(new SocketMessage { Type = SocketMessage.Types.Type.Request, Request = one });
                    }
                }
                else
                {
                    await DownAsync(message);
                }
            }
        }

        private async Task DownAsync(SocketMessage message)
        {
            await _toClient.WaitAsync(gone.Token);
            try
            {
                await client.SendAsync(message.ToByteArray(), WebSocketMessageType.Binary, true, gone.Token);
            }
            finally
            {
                _toClient.Release();
            }
        }
    }
}
