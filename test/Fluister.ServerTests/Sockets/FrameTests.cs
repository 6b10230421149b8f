using System.Net;
using System.Net.WebSockets;
using System.Text;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.ServerTests.Sockets;

/// <summary>What travels in the socket: what is no message of the protocol ends it with its code; every message says when it was
/// sent.</summary>
public sealed class FrameTests
{
    private static readonly Dictionary<string, byte[]> Malformed = new()
    {
        ["nothing"] = [],
        ["no protobuf"] = [0xff, 0xff, 0xff],
        ["cut short"] = [.. Ask("GET", "/v1/keepalive").ToByteArray().SkipLast(1)],
        ["no type"] = new SocketMessage { Request = Ask("GET", "/v1/keepalive").Request }.ToByteArray(),
        ["unknown type"] = new SocketMessage { Type = SocketMessage.Types.Type.Unknown, Response = new() { Id = 0 } }.ToByteArray(),
        ["a type to come"] = [0x08, 0x03],
        ["a request without one"] = new SocketMessage { Type = SocketMessage.Types.Type.Request, Response = new() }.ToByteArray(),
        ["a request without verb"] = Ask(null, "/v1/keepalive").ToByteArray(),
        ["a request without path"] = Ask("GET", null).ToByteArray(),
        ["a response without one"] =
            new SocketMessage { Type = SocketMessage.Types.Type.Response, Request = Ask("GET", "/").Request }.ToByteArray(),
    };

    /// <summary>The names of <see cref="Malformed"/>.</summary>
    public static TheoryData<string> Names => [.. Malformed.Keys];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_is_no_message_ends_the_connection_with_1007_and_takes_no_letter(string name)
    {
        await using var scene = await SocketScene.StartAsync();
        await scene.SendAsync([0]);
        await using (var client = await scene.ConnectAsync())
        {
            Assert.Equal(0, SocketScene.Number(await client.Incoming.ReadAsync(Cancellation)));
            await client.SendAsync(Malformed[name], Cancellation);
            await client.WaitForEndAsync(Cancellation);
            Assert.Equal(1007, client.Code);
        }

        await using var nobody = await SocketClient.ConnectAsync(scene.Http, scene.Server.Port, null, Cancellation);
        await nobody.SendAsync(Malformed[name], Cancellation);
        await nobody.WaitForEndAsync(Cancellation);
        Assert.Equal(1007, nobody.Code);
        Assert.Equal(1, scene.Waiting());
    }

    [Fact]
    public async Task Text_ends_the_connection_with_1007_and_too_much_with_1009()
    {
        await using var scene = await SocketScene.StartAsync();
        await using (var client = await scene.ConnectAsync())
        {
            await client.SendAsync(Encoding.UTF8.GetBytes("{}"), Cancellation, WebSocketMessageType.Text);
            await client.WaitForEndAsync(Cancellation);
            Assert.Equal(1007, client.Code);
        }

        var most = Ask("GET", "/v1/keepalive");
        most.Request.Body = ByteString.CopyFrom(new byte[512 * 1024]);
        var over = most.CalculateSize() - (512 * 1024);
        most.Request.Body = ByteString.CopyFrom(new byte[(512 * 1024) - over]);
        await using (var client = await scene.ConnectAsync())
        {
            Assert.Equal(512 * 1024, most.CalculateSize());
            await client.SendAsync(most.ToByteArray(), Cancellation);
            Assert.Equal(200U, (await client.AskAsync("GET", "/v1/keepalive", null, Cancellation)).Status);
            await client.SendAsync((byte[])[.. most.ToByteArray(), 0x18], Cancellation);
            await client.WaitForEndAsync(Cancellation);
            Assert.Equal(1009, client.Code);
        }
    }

    [Fact]
    public async Task A_message_in_many_parts_is_one_message()
    {
        await using var scene = await SocketScene.StartAsync();
        await using var client = await scene.ConnectAsync();
        SocketScene.AssertEmpty(await client.Incoming.ReadAsync(Cancellation));
        await scene.SendAsync([5]);
        var request = await client.Incoming.ReadAsync(Cancellation);
        var answer = new SocketMessage
        {
            Type = SocketMessage.Types.Type.Response,
            Response = new() { Id = request.Id, Status = 200, Body = ByteString.CopyFrom(new byte[9000]) },
        }.ToByteArray();
        foreach (var part in answer.Chunk(700))
        {
            await client.SendAsync(part, Cancellation, isEnd: false);
        }

        await client.SendAsync(Array.Empty<byte>(), Cancellation);
        await scene.WaitForAsync(0);
        await SocketScene.AssertSilentAsync(client);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Everything_that_comes_says_when_it_was_sent(string version)
    {
        await using var scene = await SocketScene.StartAsync();
        var now = scene.Server.Clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var header = $"X-Signal-Timestamp: {now}";
        await scene.SendAsync([0]);
        await using var client = await scene.ConnectAsync(version: new Version(version));
        Assert.Equal([now], client.Headers["X-Signal-Timestamp"]);
        foreach (var path in new[] { "/api/v1/message", "/api/v1/queue/empty" })
        {
            var request = await client.Incoming.ReadAsync(Cancellation);
            Assert.Equal(path, request.Path);
            Assert.Contains(header, request.Headers);
        }

        foreach (var (verb, path, status) in new[]
        {
            ("GET", "/v1/keepalive", 200U), ("GET", "/v1/accounts/whoami", 200U), ("GET", "/v1/nothing", 404U),
            ("DELETE", "/v1/devices/1", 403U), ("PUT", "/v1/accounts/name", 422U),
        })
        {
            var answer = await client.AskAsync(verb, path, "{}"u8.ToArray(), Cancellation);
            Assert.Equal(status, answer.Status);
            Assert.Contains(header, answer.Headers);
        }

        foreach (var path in new[] { "/v1/keepalive", "/v1/websocket/", "/v1/accounts/whoami" })
        {
            using var answer = await scene.Http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
            Assert.NotEqual(HttpStatusCode.InternalServerError, answer.StatusCode);
            Assert.Equal([now], answer.Headers.GetValues("X-Signal-Timestamp"));
        }
    }

    private static SocketMessage Ask(string? verb, string? path)
    {
        var message = new SocketMessage { Type = SocketMessage.Types.Type.Request, Request = new SocketRequest { Id = 1 } };
        if (verb is not null)
        {
            message.Request.Verb = verb;
        }

        if (path is not null)
        {
            message.Request.Path = path;
        }

        return message;
    }
}
