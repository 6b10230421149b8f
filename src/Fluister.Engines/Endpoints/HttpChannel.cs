using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Fluister.Engines.Endpoints;

/// <summary>JSON over HTTP to one place. No proxy, whatever the environment says; no redirect is followed, no cookie kept, and no answer
/// may be longer than <see cref="MaximumAnswer"/>.</summary>
internal sealed class HttpChannel : IDisposable
{
    /// <summary>Most bytes of an answer that is no stream: the tokens of the longest prompt.</summary>
    public const int MaximumAnswer = 32 << 20;

    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly HttpClient _client;
    private readonly Uri _root;

    /// <param name="root">What paths are added to; ends without a slash.</param>
    /// <param name="key">For the header Authorization, or null.</param>
    /// <param name="connect">Opens a connection; null resolves and connects as the system does.</param>
    public HttpChannel(Uri root, string? key, Func<CancellationToken, ValueTask<Stream>>? connect)
    {
        _root = root;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = 16,

            // A dropped answer is dropped with its connection: that tells the engine to stop.
            MaxResponseDrainSize = 0,
            ResponseDrainTimeout = TimeSpan.Zero,

            // A connection for each request: engines close idle ones, perhaps just when the next request is under way.
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectTimeout = TimeSpan.FromSeconds(20),
        };
        if (connect is not null)
        {
            handler.ConnectCallback = (_, cancel) => connect(cancel);
        }

        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaximumAnswer };
        if (key is not null)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>Connects to a Unix domain socket.</summary>
    public static Func<CancellationToken, ValueTask<Stream>> Socket(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            return _ => new ValueTask<Stream>(UnixStream.Connect(path));
        }

        var address = new UnixDomainSocketEndPoint(path);
        return cancel => ConnectAsync(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), address, cancel);
    }

    /// <summary>Connects to an address, without asking anybody for a name; to the next where one does not answer.</summary>
    public static Func<CancellationToken, ValueTask<Stream>> Addresses(IReadOnlyList<IPEndPoint> addresses) => async cancel =>
    {
        for (var index = 0; ; index++)
        {
            try
            {
                var address = addresses[index];
                var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                return await ConnectAsync(socket, address, cancel).ConfigureAwait(false);
            }
            catch (SocketException) when (index + 1 < addresses.Count)
            {
                // The next one.
            }
        }
    };

    /// <summary>Asks for a document.</summary>
    /// <param name="path">Below the root.</param>
    /// <param name="body">What to post; null only gets.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancel">Stops at once.</param>
    /// <exception cref="HttpRefusal">The answer is another than 200.</exception>
    /// <exception cref="HttpRequestException">No answer, or one that is too long.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="JsonException">The answer is no JSON.</exception>
    /// <exception cref="EngineException">It took too long.</exception>
    public async Task<JsonDocument> AskAsync(string path, Action<Utf8JsonWriter>? body, TimeSpan limit, CancellationToken cancel)
    {
        using var clock = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        clock.CancelAfter(limit);
        try
        {
            using var request = Request(path, body);
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseContentRead, clock.Token)
                .ConfigureAwait(false);
            await CheckAsync(response, clock.Token).ConfigureAwait(false);
            return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(clock.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new EngineException(EngineError.Timeout, $"The engine did not answer within {limit.TotalSeconds:0} seconds.");
        }
    }

    /// <summary>Posts, and gives each event of the answer.</summary>
    /// <inheritdoc cref="AskAsync" path="/exception"/>
    public async IAsyncEnumerable<JsonDocument> StreamAsync(
        string path, Action<Utf8JsonWriter> body, TimeSpan silence, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var request = Request(path, body);
        using var response = await SendAsync(request, silence, cancel).ConfigureAwait(false);
        await CheckAsync(response, cancel).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            await foreach (var data in EventStream.ReadAsync(stream, silence, cancel).ConfigureAwait(false))
            {
                using var document = JsonDocument.Parse(data);
                yield return document;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, TimeSpan silence, CancellationToken cancel)
    {
        using var clock = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        clock.CancelAfter(silence);
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, clock.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new EngineException(EngineError.Timeout, $"The engine has said nothing for {silence.TotalMinutes:0} minutes.");
        }
    }

    private static async ValueTask<Stream> ConnectAsync(Socket socket, EndPoint address, CancellationToken cancel)
    {
        try
        {
            await socket.ConnectAsync(address, cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private HttpRequestMessage Request(string path, Action<Utf8JsonWriter>? body)
    {
        var address = new Uri(_root.AbsoluteUri.TrimEnd('/') + path);
        var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, address);
        if (body is not null)
        {
            var bytes = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(bytes))
            {
                writer.WriteStartObject();
                body(writer);
                writer.WriteEndObject();
            }

            request.Content = new ReadOnlyMemoryContent(bytes.WrittenMemory);
            request.Content.Headers.ContentType = Json;
        }

        return request;
    }

    private static async Task CheckAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.StatusCode == HttpStatusCode.OK)
        {
            return;
        }

        byte[] body = [];
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                var buffer = new byte[HttpRefusal.MaximumBody];
                var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
                body = buffer[..length];
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            // The status says enough.
        }

        throw HttpRefusal.Read(response.StatusCode, body);
    }
}
