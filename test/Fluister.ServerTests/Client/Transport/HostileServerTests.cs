using System.Net.WebSockets;
using System.Text;
using Fluister.Client;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.ServerTests.Client.Transport;

/// <summary>A server that says what makes no sense, or refuses, or says nothing: the client tells what is wrong, and goes on.</summary>
public sealed class HostileServerTests : IAsyncDisposable
{
    private readonly FakeServer _server = new();
    private readonly Secret _password = new("secret"u8);
    private readonly List<HomeServerLink> _links = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var link in _links)
        {
            await link.DisposeAsync();
        }

        await _server.DisposeAsync();
        _password.Dispose();
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("garbage")]
    [InlineData("text")]
    [InlineData("giant")]
    [InlineData("empty parts")]
    [InlineData("neither")]
    public async Task What_is_not_of_the_protocol_ends_the_connection_and_another_is_made(string what)
    {
        var code = new TaskCompletionSource<int?>();
        var count = 0;
        ServeIdentified(async socket =>
        {
            if (Interlocked.Increment(ref count) > 1)
            {
                await AnswerAllAsync(socket);
                return;
            }

            await SayAsync(socket, what);
            await FakeServer.ReadToEndAsync(socket);
            code.SetResult((int?)socket.CloseStatus);
        });
        var (link, told) = Start(clock: null);
        Assert.True((await LinkScene.NextAsync(told)).IsConnected);
        Assert.Equal(ClientError.Malformed, (await LinkScene.NextAsync(told)).Cause?.Error);
        Assert.Equal(what is "giant" or "empty parts" ? 1009 : 1007, await code.Task.WaitAsync(LinkScene.Patience, Cancellation));
        Assert.True((await LinkScene.NextAsync(told)).IsConnected);
        Assert.Equal(200, (await LinkScene.AskAsync(link, LinkScene.KeepAlive())).Status);
    }

    [Fact]
    public async Task A_push_that_is_no_envelope_is_acknowledged_lest_it_come_for_ever()
    {
        var answers = new TaskCompletionSource<List<SocketResponse>>();
        ServeIdentified(async socket =>
        {
            await PushAsync(socket, 1, "/api/v1/message", [0xff, 0xff, 0xff]);
            await PushAsync(socket, 2, "/api/v1/message", new Envelope { ClientTimestamp = 7 }.ToByteArray());
            await PushAsync(socket, 3, "/api/v9/what", []);
            await PushAsync(socket, 4, "/api/v1/queue/empty", []);
            var said = new List<SocketResponse>();
            while (said.Count < 3)
            {
                said.Add((await ReadAsync(socket)).Response);
            }

            answers.SetResult(said);
            await FakeServer.ReadToEndAsync(socket);
        });
        var (link, _) = Start(clock: null);
        Assert.IsType<MalformedDelivery>(await LinkScene.NextAsync(link));
        Assert.Equal(7UL, Assert.IsType<EnvelopeDelivery>(await LinkScene.NextAsync(link)).Envelope.ClientTimestamp);
        Assert.IsType<QueueEmptyDelivery>(await LinkScene.NextAsync(link));
        var given = await answers.Task.WaitAsync(LinkScene.Patience, Cancellation);
        Assert.Equal([(1UL, 200U), (3UL, 404U), (4UL, 200U)], given.Select(answer => (answer.Id, answer.Status)));
    }

    [Fact]
    public async Task What_was_asked_when_the_connection_goes_fails_and_what_is_asked_next_waits_for_another()
    {
        var count = 0;
        ServeIdentified(async socket =>
        {
            if (Interlocked.Increment(ref count) == 1)
            {
                await ReadAsync(socket);
                socket.Abort();
                return;
            }

            await AnswerAllAsync(socket);
        });
        var (link, _) = Start(clock: null);
        var lost = await Assert.ThrowsAsync<ClientException>(() => LinkScene.AskAsync(link, LinkScene.KeepAlive()));
        Assert.Equal(ClientError.Unreachable, lost.Error);
        Assert.Equal(200, (await LinkScene.AskAsync(link, LinkScene.KeepAlive())).Status);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_is_not_waited_for_and_one_that_comes_late_is_nobodys()
    {
        ServeIdentified(async socket =>
        {
            var first = await ReadAsync(socket);
            var second = await ReadAsync(socket);
            await AnswerAsync(socket, first.Request.Id, 418);
            await AnswerAsync(socket, second.Request.Id, 200);
            await AnswerAsync(socket, 99, 200);
            await AnswerAllAsync(socket);
        });
        var clock = new TestClock();
        var (link, told) = Start(clock);
        Assert.True((await LinkScene.NextAsync(told)).IsConnected);
        var asked = LinkScene.AskAsync(link, LinkScene.KeepAlive() with { Limit = TimeSpan.FromSeconds(10) });
        while (!asked.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, Cancellation);
        }

        var late = await Assert.ThrowsAsync<ClientException>(() => asked.WaitAsync(Cancellation));
        Assert.Equal(ClientError.Unreachable, late.Error);
        Assert.Equal(200, (await LinkScene.AskAsync(link, LinkScene.KeepAlive())).Status);
    }

    [Fact]
    public async Task More_than_it_can_hold_waits_with_the_server_and_nothing_is_lost()
    {
        const int Count = 600;
        var content = ByteString.CopyFrom(new byte[128 * 1024]);
        var pushed = 0;
        ServeIdentified(async socket =>
        {
            for (ulong i = 1; i <= Count; i++)
            {
                await PushAsync(socket, i, "/api/v1/message", new Envelope { ClientTimestamp = i, Content = content }.ToByteArray());
                Interlocked.Increment(ref pushed);
            }

            await AnswerAllAsync(socket);
        });
        var (link, _) = Start(clock: null);
        var most = 0;
        for (ulong i = 1; i <= Count; i++)
        {
            Assert.Equal(i, Assert.IsType<EnvelopeDelivery>(await LinkScene.NextAsync(link)).Envelope.ClientTimestamp);
            most = Math.Max(most, Volatile.Read(ref pushed) - (int)i);
        }

        // 32 MiB, and what the sockets between hold.
        Assert.InRange(most, 1, (ClientLimits.WaitingDeliveryBytes + (16 << 20)) / content.Length);
        Assert.Equal(200, (await LinkScene.AskAsync(link, LinkScene.KeepAlive())).Status);
    }

    [Theory]
    [InlineData(4401, ClientError.Unlinked)]
    [InlineData(4409, ClientError.InUse)]
    public async Task A_farewell_for_good_is_told_and_nobody_comes_again(int code, ClientError error)
    {
        ServeIdentified(socket => CloseAsync(socket, code));
        var (link, told) = Start(clock: null);
        Assert.True((await LinkScene.NextAsync(told)).IsConnected);
        Assert.Equal(error, (await LinkScene.NextAsync(told)).Cause?.Error);
        var refused = await Assert.ThrowsAsync<ClientException>(() => LinkScene.NextAsync(link));
        Assert.Equal(error, refused.Error);
        link.Nudge();
        await Assert.ThrowsAsync<ClientException>(() => LinkScene.AskAsync(link, LinkScene.KeepAlive()));
        lock (_server.Heads)
        {
            Assert.Single(_server.Heads, IsIdentified);
        }
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1011)]
    [InlineData(4999)]
    public async Task Any_other_farewell_is_for_now(int code)
    {
        var count = 0;
        ServeIdentified(socket => Interlocked.Increment(ref count) == 1 ? CloseAsync(socket, code) : AnswerAllAsync(socket));
        var (link, told) = Start(clock: null);
        Assert.True((await LinkScene.NextAsync(told)).IsConnected);
        Assert.Equal(ClientError.Unreachable, (await LinkScene.NextAsync(told)).Cause?.Error);
        Assert.True((await LinkScene.NextAsync(told)).IsConnected);
        Assert.Equal(200, (await LinkScene.AskAsync(link, LinkScene.KeepAlive())).Status);
    }

    [Theory]
    [InlineData("401 Unauthorized", ClientError.Unlinked)]
    [InlineData("403 Forbidden", ClientError.Unlinked)]
    [InlineData("499 Deprecated", ClientError.Refused)]
    public async Task A_refusal_for_good_is_told_and_not_tried_again(string status, ClientError error)
    {
        _server.Answer = head => IsIdentified(head) ? FakeServer.Response(status) : null;
        var (link, told) = Start(clock: null);
        Assert.Equal(error, (await LinkScene.NextAsync(told)).Cause?.Error);
        link.Nudge();
        var refused = await Assert.ThrowsAsync<ClientException>(() => LinkScene.AskAsync(link, LinkScene.KeepAlive()));
        Assert.Equal(error, refused.Error);
        await Assert.ThrowsAsync<ClientException>(() => LinkScene.NextAsync(link));
        lock (_server.Heads)
        {
            Assert.Single(_server.Heads, IsIdentified);
        }
    }

    [Theory]
    [InlineData("429 Too Many Requests")]
    [InlineData("503 Service Unavailable")]
    public async Task A_server_that_is_full_is_left_alone_for_as_long_as_it_asks(string status)
    {
        var tries = 0;
        _server.Answer = head =>
            IsIdentified(head) && Interlocked.Increment(ref tries) == 1 ? FakeServer.Response(status, "Retry-After: 120\r\n") : null;
        _server.Serve = (socket, _) => AnswerAllAsync(socket);
        var clock = new TestClock();
        var (link, told) = Start(clock);
        var refused = await LinkScene.NextAsync(told);
        Assert.Equal((ClientError.Unreachable, TimeSpan.FromSeconds(120)), (refused.Cause?.Error, refused.Cause?.RetryAfter));

        // Its own first pause is at most a second longer.
        var began = clock.GetUtcNow();
        while (!told.TryRead(out _))
        {
            clock.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Delay(1, Cancellation);
        }

        Assert.InRange(clock.GetUtcNow() - began, TimeSpan.FromSeconds(120), TimeSpan.FromMinutes(10));
        Assert.Equal(200, (await LinkScene.AskAsync(link, LinkScene.KeepAlive())).Status);
    }

    private static bool IsIdentified(string head) => head.Contains("Authorization: Basic", StringComparison.OrdinalIgnoreCase);

    private static async Task CloseAsync(WebSocket socket, int code)
    {
        await socket.CloseOutputAsync((WebSocketCloseStatus)code, null, Cancellation);
        await FakeServer.ReadToEndAsync(socket);
    }

    private static async Task SayAsync(WebSocket socket, string what)
    {
        switch (what)
        {
            case "nothing":
                await SendAsync(socket, []);
                break;
            case "garbage":
                await SendAsync(socket, [0xff, 0xff, 0xff, 0xff]);
                break;
            case "text":
                await socket.SendAsync(Encoding.UTF8.GetBytes("hello"), WebSocketMessageType.Text, true, Cancellation);
                break;
            case "neither":
                await SendAsync(socket, new SocketMessage { Type = SocketMessage.Types.Type.Unknown }.ToByteArray());
                break;
            case "empty parts":
                await socket.SendAsync(new byte[] { 8 }, WebSocketMessageType.Binary, false, Cancellation);
                for (var i = 0; i <= ClientLimits.EmptyFragments; i++)
                {
                    await socket.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Binary, false, Cancellation);
                }

                break;
            default:
                await SendAsync(socket, new byte[ClientLimits.SocketMessageBytes + 1]);
                break;
        }
    }

    private static async Task SendAsync(WebSocket socket, byte[] bytes) =>
        await socket.SendAsync(bytes, WebSocketMessageType.Binary, true, Cancellation);

    private static Task PushAsync(WebSocket socket, ulong id, string path, byte[] body) => SendAsync(
        socket,
        new SocketMessage
        {
            Type = SocketMessage.Types.Type.Request,
            Request = new SocketRequest { Verb = "PUT", Path = path, Id = id, Body = ByteString.CopyFrom(body) },
        }.ToByteArray());

    private static Task AnswerAsync(WebSocket socket, ulong id, uint status) => SendAsync(
        socket,
        new SocketMessage
        {
            Type = SocketMessage.Types.Type.Response,
            Response = new SocketResponse { Id = id, Status = status },
        }.ToByteArray());

    private static async Task<SocketMessage> ReadAsync(WebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var read = await socket.ReceiveAsync(buffer, Cancellation);
        return read.MessageType == WebSocketMessageType.Close
            ? throw new IOException("The client has gone.")
            : SocketMessage.Parser.ParseFrom(buffer, 0, read.Count);
    }

    internal static async Task AnswerAllAsync(WebSocket socket)
    {
        while (true)
        {
            var read = await ReadAsync(socket);
            if (read.Type == SocketMessage.Types.Type.Request)
            {
                await AnswerAsync(socket, read.Request.Id, 200);
            }
        }
    }

    private void ServeIdentified(Func<WebSocket, Task> serve) =>
        _server.Serve = (socket, head) => IsIdentified(head) ? serve(socket) : AnswerAllAsync(socket);

    private (HomeServerLink Link, System.Threading.Channels.ChannelReader<ConnectionChanged> Told) Start(TimeProvider? clock)
    {
        var identity = new LinkIdentity(ServiceId.Aci(Guid.Parse("00000000-0000-4000-8000-000000000001")), 1, _password);
        var link = new HomeServerLink(_server.Described, identity, clock ?? TimeProvider.System, RandomSource.System);
        _links.Add(link);
        var told = LinkScene.Watch(link);
        link.Start(withMessages: true);
        return (link, told);
    }
}
