using System.Net.WebSockets;
using System.Reflection;
using System.Security.Authentication;
using Fluister.Wire.Descriptors;

namespace Fluister.Client.Transport;

/// <content>Opening WebSockets, and what is known of the server for that.</content>
internal sealed partial class HomeServerLink
{
    private const string Path = "/v1/websocket/";

    private static readonly string Agent = $"Fluister/{Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)}";

    private readonly SemaphoreSlim _adopting = new(1);
    private SocketsHttpHandler _handler;
    private long? _asked;
    private long? _renewed;

    /// <summary>What is known of the server; a later descriptor takes its place.</summary>
    public HomeServerDescriptor Server { get; private set; }

    /// <summary>Is told of a later descriptor, to keep it.</summary>
    public Action<HomeServerDescriptor>? WhenDescribed { get; set; }

    /// <summary>For streams beside the WebSockets, with the same trust. Lives as long as the link, or until a later descriptor.</summary>
    public HttpMessageHandler Streams => _handler;

    /// <summary>Asks what the server says of itself now, since something came that does not fit what is known; not more often than
    /// <see cref="ClientLimits.RenewalPause"/>.</summary>
    /// <returns>Whether it says something later.</returns>
    public async Task<bool> RenewAsync(CancellationToken stop)
    {
        if (_renewed is { } last && _clock.GetElapsedTime(last) < ClientLimits.RenewalPause)
        {
            return false;
        }

        _renewed = _clock.GetTimestamp();
        var before = Server;
        using var limit = new CancellationTokenSource(ClientLimits.AnswerTime, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        await RefreshAsync(TimeSpan.Zero, either.Token).ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        return !ReferenceEquals(before, Server);
    }

    private static SocketsHttpHandler Handler(HomeServerDescriptor server) => new()
    {
        SslOptions = ServerTrust.Of(server),
        ConnectTimeout = ClientLimits.ConnectTime,
        AllowAutoRedirect = false,
        UseCookies = false,
    };

    private static LinkEnd Failed(Exception failed) => IsTrust(failed)
        ? new LinkEnd(new ClientException(
            ClientError.UntrustedServer,
            "The server that answers is not the home server: its certificate is not of the authority that is known. The network you are "
            + "in may intercept connections. Try another one, or ask who runs the server.",
            failed))
        : LinkEnd.Lost("The home server cannot be reached. Check the network; the client tries again by itself.", failed);

    private static bool IsTrust(Exception? failed) =>
        failed is not null && (failed is AuthenticationException || IsTrust(failed.InnerException));

    private async Task<LinkSocket> OpenAsync(bool isAnonymous, CancellationToken stop)
    {
        var server = Server;
        try
        {
            var socket = await ConnectAsync(isAnonymous, stop).ConfigureAwait(false);
            _ = isAnonymous ? Task.CompletedTask : Task.Run(() => RefreshAsync(ClientLimits.DescriptorAge, stop), stop);
            return socket;
        }
        catch (LinkEndException refused) when (refused.End.Cause.Error == ClientError.UntrustedServer)
        {
            // The authority may be another since, which nobody but the server itself can have signed.
            if (await DescriptorFetch.FetchLaterAsync(server, _clock, stop).ConfigureAwait(false) is not { } later)
            {
                throw;
            }

            await AdoptAsync(later).ConfigureAwait(false);
            return await ConnectAsync(isAnonymous, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a WebSocket beside those of the link, which says nothing of who we are, with the same trust.</summary>
    /// <exception cref="ClientException">Unreachable, UntrustedServer, Refused.</exception>
    public async Task<WebSocket> OpenSocketAsync(string path, CancellationToken cancel)
    {
        try
        {
            return await ConnectAsync(path, isAnonymous: true, cancel).ConfigureAwait(false);
        }
        catch (LinkEndException refused)
        {
            throw refused.End.Cause;
        }
    }

    private async Task<LinkSocket> ConnectAsync(bool isAnonymous, CancellationToken stop) => new(
        await ConnectAsync(Path, isAnonymous, stop).ConfigureAwait(false), !isAnonymous && _withMessages ? _deliveries : null, _clock);

    private async Task<WebSocket> ConnectAsync(string path, bool isAnonymous, CancellationToken stop)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        socket.Options.SetRequestHeader("User-Agent", Agent);
        if (!isAnonymous)
        {
            socket.Options.SetRequestHeader("Authorization", _identity!.Authorization);
            socket.Options.SetRequestHeader("X-Signal-Receive-Stories", "false");
            socket.Options.SetRequestHeader("X-Signal-Disable-Messages", _withMessages ? "false" : "true");
        }

        using var limit = new CancellationTokenSource(ClientLimits.ConnectTime, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            using var over = new HttpMessageInvoker(_handler, disposeHandler: false);
            var address = new UriBuilder(Server.Chat) { Scheme = "wss", Path = path };
            await socket.ConnectAsync(address.Uri, over, either.Token).ConfigureAwait(false);
            return socket;
        }
        catch (Exception failed) when (failed is WebSocketException or HttpRequestException or OperationCanceledException or IOException
            or ObjectDisposedException)
        {
            var status = (int)socket.HttpStatusCode;
            var end = status is 0 or 101
                ? Failed(failed)
                : LinkEnd.OfStatus(status, RetryAfter(socket.HttpResponseHeaders), isAnonymous);
            socket.Dispose();
            stop.ThrowIfCancellationRequested();
            throw new LinkEndException(end);
        }
    }

    private static string? RetryAfter(IReadOnlyDictionary<string, IEnumerable<string>>? headers) =>
        headers?.FirstOrDefault(header => header.Key.Equals("Retry-After", StringComparison.OrdinalIgnoreCase)).Value?.FirstOrDefault();

    private async Task AdoptAsync(HomeServerDescriptor later)
    {
        await _adopting.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (later.Said.Sequence <= Server.Said.Sequence)
            {
                return;
            }

            // Connections that are open go on with what they were opened with.
            (Server, _handler) = (later, Handler(later));
            WhenDescribed?.Invoke(later);
        }
        finally
        {
            _adopting.Release();
        }
    }

    // Now and then what the server says of itself is asked for anew; whatever goes wrong, the one that is known goes on.
    private async Task RefreshAsync(TimeSpan age, CancellationToken stop)
    {
        if (_asked is { } last && _clock.GetElapsedTime(last) < age)
        {
            return;
        }

        try
        {
            var given = await AskAsync(new ServiceRequest("GET", SignedDescriptor.Path) { IsAnonymous = true }, stop)
                .ConfigureAwait(false);
            _asked = _clock.GetTimestamp();
            if (given.Status == 200 && Server.ReadLater(given.Body, _clock.GetUtcNow()) is { } later)
            {
                await AdoptAsync(later).ConfigureAwait(false);
            }
        }
        catch (Exception failed) when (failed is ClientException or OperationCanceledException)
        {
            // There is another time.
        }
    }
}
