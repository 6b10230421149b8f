using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Fluister.Server.Mailboxes;
using Fluister.Server.Provisioning;
using Fluister.Server.Requests;
using Fluister.Server.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fluister.Server.Hosting;

/// <summary>Where a home server meets the network: Kestrel with TLS, HTTP/1.1 and HTTP/2 on one port, WebSockets over both.</summary>
/// <remarks>It turns what comes into <see cref="Request"/>s and sockets, and says what the service says on every response; it decides
/// nothing.</remarks>
internal sealed class Listener : IAsyncDisposable
{
    private const int Forbidden = 403;
    private const int ServiceUnavailable = 503;

    private readonly HomeServer _server;
    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<DeviceSocket, bool> _sockets = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _housekeeping = Task.CompletedTask;

    /// <summary>Prepares to listen; nothing is bound before <see cref="StartAsync"/>.</summary>
    /// <param name="server">Who answers.</param>
    /// <param name="address">Where to listen.</param>
    /// <param name="certificate">The certificate with its key.</param>
    /// <param name="chain">What is sent with it.</param>
    public Listener(HomeServer server, IPEndPoint address, X509Certificate2 certificate, X509Certificate2Collection? chain = null)
    {
        _server = server;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ServerLimits.Body;
            kestrel.Limits.MaxConcurrentConnections = null;
            kestrel.Listen(address, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = certificate, ServerCertificateChain = chain });
            });
        });
        _application = builder.Build();
        _application.UseWebSockets(new WebSocketOptions
        {
            KeepAliveInterval = ServerLimits.SocketPing,
            KeepAliveTimeout = ServerLimits.SocketIdle - ServerLimits.SocketPing,
        });
        _application.Run(ServeAsync);
    }

    /// <summary>The port that is listened on, once it is.</summary>
    public int Port => new Uri(_application.Urls.First()).Port;

    /// <summary>Listens.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _application.StartAsync(cancellation).ConfigureAwait(false);
        _housekeeping = _server.KeepHouseAsync(_stopping.Token);
    }

    /// <summary>Tells connected clients to come again, stops listening, and lets requests under way end within a time.</summary>
    public async Task StopAsync(TimeSpan drain)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (var socket in _sockets.Keys)
        {
            socket.BeginClosing(SocketCodes.GoingAway);
        }

        using var limit = new CancellationTokenSource(drain);
        await _application.StopAsync(limit.Token).ConfigureAwait(false);
        await _housekeeping.WaitAsync(drain).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Stops, and ends what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(ServerLimits.Drain).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private Task ServeAsync(HttpContext context)
    {
        context.Response.Headers["X-Signal-Timestamp"] =
            _server.Time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        if (GrpcEndpoint.IsCall(context.Request))
        {
            return new GrpcEndpoint(_server).ServeAsync(context, Origin(context));
        }

        if (_server.Attachments is { } files && AttachmentEndpoint.IsFor(context.Request))
        {
            return new AttachmentEndpoint(_server.UploadForms, files, _server.Time).ServeAsync(context);
        }

        return context.WebSockets.IsWebSocketRequest ? ServeSocketAsync(context) : ServeRequestAsync(context);
    }

    private async Task ServeProvisioningAsync(HttpContext context)
    {
        if (_server.Limits.Wait(ServerLimits.ProvisioningSocket, Origin(context)) is not null)
        {
            context.Response.StatusCode = 429;
            return;
        }

        using var webSocket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, _application.Lifetime.ApplicationStopping);
        using var socket = new ProvisioningSocket(_server.Provisioning, Origin(context), _server.Time);
        await socket.RunAsync(webSocket, stopping.Token).ConfigureAwait(false);
    }

    private async Task ServeSocketAsync(HttpContext context)
    {
        if (context.Request.Path == "/v1/websocket/provisioning/")
        {
            await ServeProvisioningAsync(context).ConfigureAwait(false);
            return;
        }

        var authorization = context.Request.Headers.Authorization.ToString();
        var caller = authorization.Length > 0 ? _server.Authenticator.Find(authorization) : null;
        if (context.Request.Path != "/v1/websocket/" || (authorization.Length > 0 && caller is null))
        {
            context.Response.StatusCode = context.Request.Path == "/v1/websocket/" ? Forbidden : 404;
            return;
        }

        using var webSocket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        using var socket = new DeviceSocket(
            webSocket, _server.Router, caller, Origin(context), _server.Mailboxes, _server.Clock, _server.Time)
        {
            WantsStories = context.Request.Headers["X-Signal-Receive-Stories"] == "true",
        };
        _sockets[socket] = true;
        try
        {
            if (_stopping.IsCancellationRequested)
            {
                socket.BeginClosing(SocketCodes.GoingAway);
            }

            await RunAsync(socket, caller, context.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            _sockets.TryRemove(socket, out _);
        }
    }

    private async Task RunAsync(DeviceSocket socket, Caller? caller, CancellationToken aborted)
    {
        if (caller is null)
        {
            await socket.RunAsync(aborted).ConfigureAwait(false);
            return;
        }

        var device = new MailboxKey(caller.Account.Aci, caller.Device.Id);
        await _server.Connected.EnterAsync(device, socket).ConfigureAwait(false);
        try
        {
            await socket.RunAsync(aborted).ConfigureAwait(false);
        }
        finally
        {
            _server.Connected.Leave(device, socket);
        }
    }

    private async Task ServeRequestAsync(HttpContext context)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in context.Request.Headers)
        {
            headers[name] = values.ToString();
        }

        var (path, query) = RequestLine.Split(Target(context));
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = _server.Router.BodyLimit(context.Request.Method, path);
        }

        using var body = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException refused)
        {
            context.Response.StatusCode = refused.StatusCode;
            return;
        }
        catch (IOException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // A chunk whose length is no number that fits.
            context.Response.StatusCode = 400;
            return;
        }

        var response = await _server.Router.AnswerAsync(
            new Request
            {
                Verb = context.Request.Method,
                Path = path,
                Query = query,
                Headers = headers,
                Body = body.GetBuffer().AsMemory(0, (int)body.Length),
                Caller = _server.Authenticator.Find(headers.GetValueOrDefault("Authorization")),
                Origin = Origin(context),
            },
            context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = response.Status;
        context.Response.ContentType = response.ContentType;
        foreach (var (name, value) in response.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (!response.Body.IsEmpty)
        {
            context.Response.ContentLength = response.Body.Length;
            await context.Response.Body.WriteAsync(response.Body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    // As it came, since the router decodes what it takes: decoded twice, an escaped question mark would begin a query. A target that
    // names a scheme and a host (RFC 9112, section 3.2.2) is taken without them.
    private static string Target(HttpContext context) =>
        context.Features.Get<IHttpRequestFeature>()?.RawTarget is ['/', ..] target
            ? target
            : context.Request.Path.Value + context.Request.QueryString.Value;

    // An address stands in limits as a keyed hash, so that none is kept.
    private ulong Origin(HttpContext context)
    {
        Span<byte> address = stackalloc byte[16];
        (context.Connection.RemoteIpAddress ?? IPAddress.None).MapToIPv6().TryWriteBytes(address, out _);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_server.Identity.LimitsKey, address, hash);
        return BitConverter.ToUInt64(hash);
    }
}
