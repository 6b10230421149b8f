using System.Net.WebSockets;
using Fluister.Tests.Protocol;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.ServerTests.Hostile;

/// <summary>WebSockets whose other side is broken or hostile. Each ends at most its own connection.</summary>
public sealed class SocketFuzzTests : IAsyncLifetime
{
    // Buffers, responses and test data of a thousand requests, and what the collector has not taken yet; a leak of one frame a request
    // would be 32 MiB.
    private const long Allowance = 24L * 1024 * 1024;

    private readonly TestServer _server = new();
    private HttpClient _http = null!;
    private TestAccount _account = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _http = await _server.ListenAsync();
        _account = await _server.AddAccountAsync();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Random_frames_end_their_own_connection_only()
    {
        var random = new SeededRandom(11);
        var good = Asking(1).ToByteArray();
        await using var other = await ConnectAsync();
        for (var i = 0; i < 60; i++)
        {
            await using var client = await ConnectAsync(i % 2 == 0 ? null : (await _server.AddAccountAsync()).Authorization());
            for (var frame = 0; frame < 5; frame++)
            {
                var bytes = random.Next(3) == 0 ? random.Bytes(random.Next(300)) : [.. good];
                for (var flips = random.Next(4); flips > 0 && bytes.Length > 0; flips--)
                {
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                }

                var type = random.Next(20) == 0 ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
                await TrySendAsync(client, bytes, type, random.Next(4) != 0);
            }

            if (i % 3 == 0)
            {
                await AssertServedAsync(other);
            }
        }

        await AssertServedAsync(other);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_of_many_parts_without_end_is_refused_at_its_bound(bool isEmpty)
    {
        await using var client = await ConnectAsync(null);
        var part = new byte[isEmpty ? 0 : 16 * 1024];
        for (var i = 0; i < 40 && await TrySendAsync(client, part, WebSocketMessageType.Binary, isEnd: false); i++)
        {
        }

        if (!isEmpty)
        {
            await client.WaitForEndAsync(Cancellation);
            Assert.Equal(1009, client.Code);
        }

        await using var other = await ConnectAsync();
        await AssertServedAsync(other);
    }

    [Fact]
    public async Task Answers_to_what_was_never_asked_take_nothing_out_and_end_nothing()
    {
        var random = new SeededRandom(13);
        await using var client = await ConnectAsync(_account.Authorization());
        foreach (var id in new ulong[] { 0, 1, 2, ulong.MaxValue, 1UL << 63, (ulong)random.Next(int.MaxValue) })
        {
            foreach (var status in new uint[] { 0, 200, 204, 500, uint.MaxValue })
            {
                var response = new SocketResponse { Id = id, Status = status };
                await client.SendAsync(
                    new SocketMessage { Type = SocketMessage.Types.Type.Response, Response = response }.ToByteArray(), Cancellation);
            }
        }

        await AssertServedAsync(client);
    }

    [Fact]
    public async Task Thousands_of_requests_of_one_that_does_not_read_hold_no_memory_and_nobody_up()
    {
        await using var other = await ConnectAsync();
        await AssertServedAsync(other);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var client = await ConnectAsync(null, reads: false);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var flood = FloodAsync(client, enough.Token);
        for (var i = 0; i < 20; i++)
        {
            await AssertServedAsync(other);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Allowance);
        await enough.CancelAsync();
        await flood;
        await AssertServedAsync(other);
    }

    [Fact]
    public async Task One_that_never_acknowledges_is_sent_no_more_than_its_bound()
    {
        var sender = await _server.AddAccountAsync();
        await using var client = await ConnectAsync(_account.Authorization());
        for (var i = 0; i < 300; i++)
        {
            var sent = await _server.AskAsync("PUT", $"/v1/messages/{_account.Account.Aci}", sender.Caller, Json.Body(new
            {
                timestamp = 1000 + i,
                messages = new[] { new { type = 1, destinationDeviceId = 1, destinationRegistrationId = 1001, content = "AAAA" } },
            }));
            Assert.Equal(200, sent.Status);
        }

        var came = 0;
        while (came < 256)
        {
            var request = await client.Incoming.ReadAsync(Cancellation);
            came += request.Path == "/api/v1/message" ? 1 : 0;
        }

        await AssertServedAsync(client);
        while (client.Incoming.TryRead(out var request))
        {
            Assert.NotEqual("/api/v1/message", request.Path);
        }
    }

    [Fact]
    public async Task Of_two_connections_of_a_device_that_race_one_stays_and_is_served()
    {
        for (var round = 0; round < 5; round++)
        {
            var clients = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ConnectAsync(_account.Authorization())));
            try
            {
                // Each but one is closed by the server with its code.
                var ended = clients.Select(client => client.WaitForEndAsync(Cancellation)).ToList();
                var left = clients.ToList();
                while (left.Count > 1)
                {
                    await Task.WhenAny(left.Select(client => client.WaitForEndAsync(Cancellation)));
                    left.RemoveAll(client => ended[Array.IndexOf(clients, client)].IsCompleted);
                }

                await AssertServedAsync(Assert.Single(left));
                Assert.Equal(5, clients.Count(client => client.Code == 4409));
            }
            finally
            {
                foreach (var client in clients)
                {
                    await client.DisposeAsync();
                }
            }
        }
    }

    private static SocketMessage Asking(ulong id) => new()
    {
        Type = SocketMessage.Types.Type.Request,
        Request = new SocketRequest { Verb = "GET", Path = "/v2/config", Id = id },
    };

    private static async Task FloodAsync(SocketClient client, CancellationToken enough)
    {
        var request = Asking(ulong.MaxValue);
        request.Request.Body = ByteString.CopyFrom(new byte[32 * 1024]);
        var bytes = request.ToByteArray();
        for (var i = 0; i < 5000 && await TrySendAsync(client, bytes, WebSocketMessageType.Binary, isEnd: true, enough); i++)
        {
        }
    }

    private static async Task<bool> TrySendAsync(
        SocketClient client, byte[] bytes, WebSocketMessageType type, bool isEnd, CancellationToken? cancellation = null)
    {
        try
        {
            await client.SendAsync(bytes, cancellation ?? Cancellation, type, isEnd);
            return true;
        }
        catch (Exception gone) when (gone is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException
            or InvalidOperationException)
        {
            return false;
        }
    }

    private async Task<SocketClient> ConnectAsync() => await ConnectAsync((await _server.AddAccountAsync()).Authorization());

    private Task<SocketClient> ConnectAsync(string? authorization, bool reads = true) =>
        SocketClient.ConnectAsync(_http, _server.Port, authorization, Cancellation, reads: reads);

    private static async Task AssertServedAsync(SocketClient client) =>
        Assert.Equal(200U, (await client.AskAsync("GET", "/v2/config", null, Cancellation)).Status);
}
