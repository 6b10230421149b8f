using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Fluister.ServerTests.Hostile;

/// <summary>HTTP/1.1 as no library writes it, byte for byte over TLS.</summary>
public sealed class HttpAttackTests : IAsyncLifetime
{
    private readonly TestServer _server = new();
    private HttpClient _http = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _http = await _server.ListenAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("GET /%00 HTTP/1.1", 400)]
    [InlineData("GET /v1%2f.. HTTP/1.1", 404)]
    [InlineData("GET /v2/config%3Fx=1 HTTP/1.1", 404)]
    [InlineData("GET //v1//nothing HTTP/1.1", 404)]
    [InlineData("GET /../../etc/passwd HTTP/1.1", 404)]
    [InlineData("GET /v1/%2e%2e/%2e%2e/x HTTP/1.1", 404)]
    [InlineData("GET /%ff%fe HTTP/1.1", 404)]
    [InlineData("GET /%zz HTTP/1.1", 404)]
    [InlineData("GET https://elsewhere.invalid/v2/config HTTP/1.1", 400)]
    [InlineData("GET https://localhost/v1/nothing HTTP/1.1", 404)]
    [InlineData("CONNECT localhost:443 HTTP/1.1", 400)]
    [InlineData("OPTIONS * HTTP/1.1", 404)]
    [InlineData("get /v1/certificate/delivery HTTP/1.1", 404)]
    [InlineData("DELETE /v1/certificate/delivery HTTP/1.1", 404)]
    [InlineData("G\u0000T / HTTP/1.1", 400)]
    [InlineData("GET / HTTP/9.9", 505)]
    [InlineData("GET /v1/certificate/delivery HTTP/1.1\r\nAuthorization: Basic !", 401)]
    [InlineData("POST /v1/registration HTTP/1.1\r\nContent-Length: 99999999", 413)]
    [InlineData("POST /v1/registration HTTP/1.1\r\nContent-Length: -1", 400)]
    [InlineData("POST /v1/registration HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2", 400)]
    [InlineData("GET / HTTP/1.1\r\nno colon", 400)]
    [InlineData("GET / HTTP/1.1\r\nX : y", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: another", 400)]
    public async Task A_request_that_is_none_is_refused(string head, int status)
    {
        Assert.Equal(status, await StatusAsync(head + "\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        await AssertServedAsync();
    }

    [Theory]
    [InlineData("zz\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("fffffffffffffffff\r\n")]
    [InlineData("1\r\nab")]
    public async Task A_bad_chunk_is_refused(string chunk)
    {
        const string Head = "POST /v1/registration HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
        Assert.Equal(400, await StatusAsync(Head + chunk + "\r\n0\r\n\r\n"));
        await AssertServedAsync();
    }

    [Fact]
    public async Task More_than_a_body_may_be_is_refused_in_chunks_too()
    {
        var text = new StringBuilder("POST /v1/registration HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (var i = 0; i < 20; i++)
        {
            text.Append("10000\r\n").Append('x', 0x10000).Append("\r\n");
        }

        Assert.Equal(413, await StatusAsync(text.ToString()));
        await AssertServedAsync();
    }

    [Fact]
    public async Task Header_floods_and_long_targets_are_refused()
    {
        var many = string.Concat(Enumerable.Range(0, 300).Select(i => $"X-{i}: y\r\n"));
        Assert.Equal(431, await StatusAsync($"GET / HTTP/1.1\r\nHost: localhost\r\n{many}\r\n"));
        Assert.Equal(431, await StatusAsync($"GET / HTTP/1.1\r\nHost: localhost\r\nX: {new string('y', 100_000)}\r\n\r\n"));
        Assert.Equal(414, await StatusAsync($"GET /?{new string('q', 100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        var query = string.Join('&', Enumerable.Range(0, 1000).Select(i => $"a{i}=%"));
        Assert.Equal(404, await StatusAsync($"GET /v1/nothing?{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        await AssertServedAsync();
    }

    [Fact]
    public async Task Half_open_connections_and_unfinished_requests_hold_nobody_up()
    {
        const string Unfinished = "POST /v1/registration HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{";
        var waiting = new List<IDisposable>();
        try
        {
            for (var i = 0; i < 100; i++)
            {
                var client = new TcpClient();
                waiting.Add(client);
                await client.ConnectAsync(IPAddress.Loopback, _server.Port, Cancellation);
                if (i % 2 == 0)
                {
                    // The first bytes of a record of a handshake, and nothing more.
                    await client.GetStream().WriteAsync(new byte[] { 0x16, 3, 1, 2, 0, 1 }, Cancellation);
                }
            }

            for (var i = 0; i < 20; i++)
            {
                var stream = await OpenAsync();
                waiting.Add(stream);
                await stream.WriteAsync(Encoding.Latin1.GetBytes(Unfinished), Cancellation);
            }

            await AssertServedAsync();
        }
        finally
        {
            waiting.ForEach(one => one.Dispose());
        }

        await AssertServedAsync();
    }

    [Fact]
    public async Task What_is_not_TLS_is_hung_up_on()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _server.Port, Cancellation);
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), Cancellation);
        var answer = new byte[1024];
        int count;
        try
        {
            count = await client.GetStream().ReadAsync(answer, Cancellation);
        }
        catch (IOException)
        {
            count = 0;
        }

        Assert.DoesNotContain("HTTP", Encoding.Latin1.GetString(answer, 0, count), StringComparison.Ordinal);
        await AssertServedAsync();
    }

    private async Task<SslStream> OpenAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _server.Port, Cancellation);
#pragma warning disable CA5359 // A test's own server; that it is the one is not what is tested here.
        var stream = new SslStream(client.GetStream(), false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await stream.AuthenticateAsClientAsync("localhost");
        return stream;
    }

    private async Task<int> StatusAsync(string request)
    {
        await using var stream = await OpenAsync();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request), Cancellation);
        }
        catch (IOException)
        {
            // It was refused before its end.
        }

        using var reader = new StreamReader(stream, Encoding.Latin1);
        var line = await reader.ReadLineAsync(Cancellation);
        return int.Parse(line!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task AssertServedAsync() =>
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(new Uri("/v1/nothing", UriKind.Relative), Cancellation)).StatusCode);
}
