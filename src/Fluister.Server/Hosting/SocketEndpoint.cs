using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Fluister.Server.Mailboxes;
using Fluister.Server.Provisioning;
using Fluister.Server.Requests;
using Fluister.Server.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Fluister.Server.Hosting;

/// <summary>Where WebSockets meet HTTP: the upgrade of HTTP/1.1 (RFC 6455, section 4.2) and the extended CONNECT of HTTP/2 (RFC 8441), who
/// may have one, and how many there are.</summary>
internal sealed class SocketEndpoint(HomeServer server) : IDisposable
{
    private const string Chat = "/v1/websocket/";
    private const string Waiting = "/v1/websocket/provisioning/";
    private const int NonceBytes = 16;

    private readonly ConcurrentDictionary<DeviceSocket, bool> _sockets = [];
    private readonly ConcurrentDictionary<SocketStream, bool> _waiting = [];
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>The sockets of callers who do not say who they are.</summary>
    public Places Anonymous { get; } = new(ServerLimits.AnonymousSockets, ServerLimits.AnonymousSocketsOfOrigin);

    /// <summary>Whether a request asks for a WebSocket, by the rules of its version of HTTP.</summary>
    public static bool IsFor(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
        {
            return connect.Protocol == "websocket";
        }

        Span<byte> nonce = stackalloc byte[NonceBytes];
        return context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
            && HttpMethods.IsGet(context.Request.Method)
            && string.Equals(headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase)
            && headers.SecWebSocketVersion == "13"
            && Convert.TryFromBase64String(headers.SecWebSocketKey.ToString(), nonce, out var length) && length == NonceBytes;
    }

    /// <summary>Serves a WebSocket, from its upgrade to its end.</summary>
    public Task ServeAsync(HttpContext context, ulong origin)
    {
        switch (context.Request.Path.Value)
        {
            case Waiting:
                return ServeProvisioningAsync(context, origin);
            case Chat when context.Request.Headers.Authorization is { Count: > 0 } authorization:
                var caller = server.Authenticator.Find(authorization.ToString());
                if (caller is not null)
                {
                    return ServeDeviceAsync(context, origin, caller);
                }

                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return Task.CompletedTask;
            case Chat:
                return ServeAnonymousAsync(context, origin);
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }

    /// <summary>Looks after all of them now and then.</summary>
    public void Sweep()
    {
        foreach (var (socket, _) in _sockets)
        {
            socket.Sweep();
        }

        foreach (var (stream, _) in _waiting)
        {
            stream.Sweep(isBusy: false);
        }
    }

    /// <summary>Tells all clients to come again; those that come now too.</summary>
    public async Task CloseAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (var socket in _sockets.Keys)
        {
            socket.BeginClosing(SocketCodes.GoingAway);
        }
    }

    /// <summary>Lets go of what it holds.</summary>
    public void Dispose() => _stopping.Dispose();

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter =
            ServerLimits.CrowdedRetry.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }

    // The answer to the nonce is SHA-1's (RFC 6455, section 1.3); nothing secret is in it.
#pragma warning disable CA5350
    private static string Accept(string nonce) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(nonce + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350

    private async Task<SocketStream> OpenAsync(HttpContext context, TimeSpan idle)
    {
        Stream stream;
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
        {
            stream = await connect.AcceptAsync().ConfigureAwait(false);
        }
        else
        {
            context.Response.Headers.Upgrade = "websocket";
            context.Response.Headers.SecWebSocketAccept = Accept(context.Request.Headers.SecWebSocketKey.ToString());
            stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false);
        }

        return new SocketStream(stream, context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>(), server.Time, idle);
    }

    private async Task ServeProvisioningAsync(HttpContext context, ulong origin)
    {
        if (server.Limits.Wait(ServerLimits.ProvisioningSocket, origin) is not null)
        {
            await RefuseAsync(context).ConfigureAwait(false);
            return;
        }

        var stream = await OpenAsync(context, ServerLimits.ProvisioningSocketIdle).ConfigureAwait(false);
        _waiting[stream] = true;
        try
        {
            await new ProvisioningSocket(server.Provisioning, origin, server.Time).RunAsync(stream, _stopping.Token).ConfigureAwait(false);
        }
        finally
        {
            _waiting.TryRemove(stream, out _);
        }
    }

    private async Task ServeAnonymousAsync(HttpContext context, ulong origin)
    {
        if (!Anonymous.TryEnter(origin))
        {
            await RefuseAsync(context).ConfigureAwait(false);
            return;
        }

        try
        {
            var stream = await OpenAsync(context, ServerLimits.SocketIdle).ConfigureAwait(false);
            using var socket = new DeviceSocket(stream, server.Router, null, origin, server.Mailboxes, server.Time);
            await RunAsync(socket).ConfigureAwait(false);
        }
        finally
        {
            Anonymous.Leave(origin);
        }
    }

    private async Task ServeDeviceAsync(HttpContext context, ulong origin, Caller caller)
    {
        var headers = context.Request.Headers;
        var (wantsStories, isSilent) = (headers["X-Signal-Receive-Stories"] == "true", headers["X-Signal-Disable-Messages"] == "true");
        var stream = await OpenAsync(context, ServerLimits.SocketIdle).ConfigureAwait(false);
        using var socket = new DeviceSocket(stream, server.Router, caller, origin, server.Mailboxes, server.Time)
        {
            WantsStories = wantsStories,
            ReceivesMessages = !isSilent,
        };
        var device = new MailboxKey(caller.Account.Aci, caller.Device.Id);
        if (!await server.Connected.EnterAsync(device, socket).ConfigureAwait(false))
        {
            socket.BeginClosing(SocketCodes.ConnectedElsewhere);
        }

        try
        {
            // Its rights may have been taken while it connected, and whoever took them did not find it yet.
            if (server.Authenticator.Refresh(caller) is null)
            {
                socket.BeginClosing(SocketCodes.Reauthenticate);
            }

            await RunAsync(socket).ConfigureAwait(false);
        }
        finally
        {
            server.Connected.Leave(device, socket);
        }
    }

    private async Task RunAsync(DeviceSocket socket)
    {
        _sockets[socket] = true;
        try
        {
            if (_stopping.IsCancellationRequested)
            {
                socket.BeginClosing(SocketCodes.GoingAway);
            }

            await socket.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            _sockets.TryRemove(socket, out _);
        }
    }
}
