using System.Text;
using System.Text.Json;
using Fluister.Server;
using Fluister.ServerTests.Sockets;
using Fluister.Wire.Json;

namespace Fluister.ServerTests.Hostile;

/// <summary>The bodies of requests: none is read of a caller who is refused without it, and all together are bounded.</summary>
public sealed class BodyTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("PUT /v1/storage", null, 401)]
    [InlineData("PUT /v1/storage", "Basic YTpi", 401)]
    [InlineData("PUT /v1/storage/read", null, 401)]
    [InlineData("PUT /v1/nothing", null, 404)]
    [InlineData("PUT /v2/keys", null, 401)]
    [InlineData("PUT /v2/keys", "Basic YTpi", 401)]
    public async Task Who_is_refused_need_not_send_the_body(string request, string? authorization, int status)
    {
        await using var server = new TestServer();
        await server.ListenAsync();
        using var connection = await RawConnection.ConnectAsync(server.Port);
        await connection.SendAsync(Begin(request, authorization, 1024 * 1024));

        // All of the body is still to come; who waits for it answers 408.
        Assert.Equal(status, await StatusAsync(connection));
        Assert.Equal(0, server.Listener.Bodies.Taken);
    }

    [Fact]
    public async Task Bodies_from_one_place_take_no_more_than_their_share_and_give_it_back()
    {
        await using var server = new TestServer();
        await server.ListenAsync();
        var authorization = await StorageAsync(server);
        const int Large = ServerLimits.StorageBody - ServerLimits.BodyBegin;
        var begun = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RawConnection.ConnectAsync(server.Port)));
        await Task.WhenAll(begun.Select(async connection =>
        {
            await connection.SendAsync(Begin("PUT /v1/storage", authorization, Large));
            await connection.SendAsync(new byte[Large - 1]);
        }));
        await WaitForAsync(server, 4 * (Large + 1));

        // What is left is smaller than the fifth, and large enough for a small one; another place has a share of its own.
        Assert.Equal(503, await AskAsync(server, authorization, Large, "127.0.0.1"));
        Assert.Equal(400, await AskAsync(server, authorization, 100, "127.0.0.1"));
        Assert.Equal(400, await AskAsync(server, authorization, Large, "127.0.0.2"));
        foreach (var connection in begun)
        {
            connection.Dispose();
        }

        await WaitForAsync(server, 0);
        Assert.Equal(400, await AskAsync(server, authorization, Large, "127.0.0.1"));
        await WaitForAsync(server, 0);
    }

    private static byte[] Begin(string request, string? authorization, int length) => Encoding.ASCII.GetBytes(
        $"{request} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n"
        + (authorization is null ? "" : $"Authorization: {authorization}\r\n") + "\r\n");

    private static async Task<int> StatusAsync(RawConnection connection)
    {
        var head = new byte["HTTP/1.1 200".Length];
        await connection.Stream.ReadExactlyAsync(head, Cancellation);
        return int.Parse(Encoding.ASCII.GetString(head)[^3..], System.Globalization.CultureInfo.InvariantCulture);
    }

    // A body of zeros is no write, which is found out when it has come.
    private static async Task<int> AskAsync(TestServer server, string authorization, int length, string from)
    {
        using var connection = await RawConnection.ConnectAsync(server.Port, from: from);
        await connection.SendAsync(Begin("PUT /v1/storage", authorization, length));
        await connection.TrySendAsync(new byte[length]);
        return await StatusAsync(connection);
    }

    private static async Task<string> StorageAsync(TestServer server)
    {
        var account = await server.AddAccountAsync();
        var response = await server.AskAsync("GET", "/v1/storage/auth", account.Caller);
        var credential = JsonSerializer.Deserialize(response.Body.Span, WireJson.Default.CredentialJson)!;
        return "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.Username}:{credential.Password}"));
    }

    private static async Task WaitForAsync(TestServer server, int bytes)
    {
        while (server.Listener.Bodies.Taken != bytes)
        {
            await Task.Delay(1, Cancellation);
        }
    }
}
