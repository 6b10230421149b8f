using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Fluister.Server.Requests;
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
    private readonly HomeServer _server;
    private readonly RemoteBlobs _others;
    private readonly BlobEndpoint _blobs;
    private readonly WebApplication _application;
    private readonly ITimer _sweeping;
    private readonly CancellationTokenSource _stopping = new();
    private Task _housekeeping = Task.CompletedTask;
    private Task _relaying = Task.CompletedTask;

    /// <summary>Prepares to listen; nothing is bound before <see cref="StartAsync"/>.</summary>
    /// <param name="server">Who answers.</param>
    /// <param name="address">Where to listen.</param>
    /// <param name="certificate">The certificate with its key.</param>
    /// <param name="chain">What is sent with it.</param>
    public Listener(HomeServer server, IPEndPoint address, X509Certificate2 certificate, X509Certificate2Collection? chain = null)
    {
        _server = server;
        Sockets = new SocketEndpoint(server);
        _others = new RemoteBlobs(server.Relay, server.BlobCache, server.Limits, server.Time);
        _blobs = new BlobEndpoint(server);
        _sweeping = server.Time.CreateTimer(_ => Sweep(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Gate = new ConnectionGate(server.Identity.LimitsKey, server.Time);
        _ = TlsBuffers.ReleaseWhenIdle();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            SetLimits(kestrel.Limits);
            kestrel.Listen(address, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.Use(Gate.BeforeHandshake);
                listen.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificate = certificate,
                    ServerCertificateChain = chain,
                    HandshakeTimeout = ServerLimits.Handshake,
                });
                listen.Use(Gate.AfterHandshake);
            });
        });
        _application = builder.Build();
        _application.Run(ServeAsync);
    }

    /// <summary>Who may connect.</summary>
    public ConnectionGate Gate { get; }

    /// <summary>Room for the bytes of bodies.</summary>
    public Places Bodies { get; } = new(ServerLimits.Bodies, ServerLimits.BodiesOfOrigin);

    /// <summary>The WebSockets.</summary>
    public SocketEndpoint Sockets { get; }

    /// <summary>The port that is listened on, once it is.</summary>
    public int Port => new Uri(_application.Urls.First()).Port;

    /// <summary>Listens.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _application.StartAsync(cancellation).ConfigureAwait(false);
        _sweeping.Change(ServerLimits.SocketSweep, Timeout.InfiniteTimeSpan);
        _housekeeping = _server.KeepHouseAsync(_stopping.Token);
        _relaying = _server.Relay.RunAsync(_stopping.Token);
    }

    /// <summary>Tells connected clients to come again, stops listening, and lets requests under way end within a time.</summary>
    public async Task StopAsync(TimeSpan drain)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Sockets.CloseAsync().ConfigureAwait(false);
        using var limit = new CancellationTokenSource(drain);
        await _application.StopAsync(limit.Token).ConfigureAwait(false);
        await Task.WhenAll(_housekeeping, _relaying).WaitAsync(drain).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Stops, and ends what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(ServerLimits.Drain).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        await _sweeping.DisposeAsync().ConfigureAwait(false);
        Sockets.Dispose();
        _stopping.Dispose();
    }

    private void Sweep()
    {
        Gate.Sweep();
        Sockets.Sweep();
        _sweeping.Change(ServerLimits.SocketSweep, Timeout.InfiniteTimeSpan);
    }

    private Task ServeAsync(HttpContext context)
    {
        context.Response.Headers["X-Signal-Timestamp"] =
            _server.Time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        if (GrpcEndpoint.IsCall(context.Request))
        {
            return new GrpcEndpoint(_server).ServeAsync(context, OriginOf(context));
        }

        if (BlobEndpoint.IsFor(context.Request))
        {
            return _blobs.ServeAsync(context, RequestLine.Split(Target(context)).Path, OriginOf(context));
        }

        if (_server.Attachments is { } files && AttachmentEndpoint.IsFor(context.Request))
        {
            return new AttachmentEndpoint(_server.UploadForms, files, _others, OriginOf(context), _server.Time).ServeAsync(context);
        }

        if (_server.Avatars is { } avatars && AvatarEndpoint.IsFor(context.Request))
        {
            return new AvatarEndpoint(_server.AvatarForms, avatars, _others, OriginOf(context)).ServeAsync(context);
        }

        return SocketEndpoint.IsFor(context) ? Sockets.ServeAsync(context, OriginOf(context)) : ServeRequestAsync(context);
    }

    private async Task ServeRequestAsync(HttpContext context)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in context.Request.Headers)
        {
            headers[name] = values.ToString();
        }

        var (path, query) = RequestLine.Split(Target(context));
        var origin = OriginOf(context);
        using var body = new RequestBody(context, Bodies, origin);
        var response = await _server.Router.AnswerAsync(
            new Request
            {
                Verb = context.Request.Method,
                Path = path,
                Query = query,
                Headers = headers,
                ReadBody = body.ReadAsync,
                Caller = _server.Authenticator.Find(headers.GetValueOrDefault("Authorization")),
                Origin = origin,
            },
            context.RequestAborted).ConfigureAwait(false);
        await ResponseWriter.WriteAsync(context, response).ConfigureAwait(false);
    }

    // As it came, since the router decodes what it takes: decoded twice, an escaped question mark would begin a query. A target that
    // names a scheme and a host (RFC 9112, section 3.2.2) is taken without them.
    private static string Target(HttpContext context) =>
        context.Features.Get<IHttpRequestFeature>()?.RawTarget is ['/', ..] target
            ? target
            : context.Request.Path.Value + context.Request.QueryString.Value;

    private ulong OriginOf(HttpContext context) => Origin.Of(context.Connection.RemoteIpAddress, _server.Identity.LimitsKey);

    private static void SetLimits(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = ServerLimits.Body;
        limits.MaxConcurrentConnections = null;
        limits.MaxConcurrentUpgradedConnections = null;
        limits.MaxRequestLineSize = ServerLimits.RequestLine;
        limits.MaxRequestHeadersTotalSize = ServerLimits.RequestHeaders;
        limits.MaxRequestHeaderCount = ServerLimits.RequestHeaderCount;
        limits.MaxRequestBufferSize = ServerLimits.ConnectionWindow;
        limits.RequestHeadersTimeout = ServerLimits.HeadersTime;
        limits.KeepAliveTimeout = ServerLimits.ConnectionIdle;
        limits.MinRequestBodyDataRate = new MinDataRate(ServerLimits.SlowestRate, ServerLimits.SlowGrace);
        limits.MinResponseDataRate = new MinDataRate(ServerLimits.SlowestRate, ServerLimits.SlowGrace);
        limits.Http2.MaxStreamsPerConnection = ServerLimits.Streams;
        limits.Http2.InitialConnectionWindowSize = ServerLimits.ConnectionWindow;
        limits.Http2.InitialStreamWindowSize = ServerLimits.ConnectionWindow / 2;
        limits.Http2.KeepAlivePingDelay = ServerLimits.Http2Ping;
        limits.Http2.KeepAlivePingTimeout = ServerLimits.Http2Ping;
    }
}
