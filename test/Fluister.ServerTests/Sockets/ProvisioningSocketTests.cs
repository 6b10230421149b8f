using Fluister.Server;
using Fluister.Wire.Protos;

namespace Fluister.ServerTests.Sockets;

/// <summary>The socket of a device that waits to be linked.</summary>
public sealed class ProvisioningSocketTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_told_an_address_and_the_message_and_then_the_socket_is_closed()
    {
        await using var scene = await SocketScene.StartAsync();
        await using var waiting = await scene.WaitForLinkAsync();
        var address = await AddressAsync(waiting);
        Assert.Equal(204, await WriteAsync(scene, address, [1, 2, 3]));
        var relayed = await waiting.Incoming.ReadAsync(Cancellation);
        Assert.Equal(("PUT", "/v1/message"), (relayed.Verb, relayed.Path));
        Assert.Equal([1, 2, 3], relayed.Body.ToByteArray());
        AssertTimed(scene, relayed);

        // A second message has nobody to go to, before the first was answered and after.
        Assert.Equal(404, await WriteAsync(scene, address, [4]));
        await waiting.AnswerAsync(relayed, Cancellation);
        await waiting.WaitForEndAsync(Cancellation);
        Assert.Equal(1000, waiting.Code);
        Assert.False(waiting.Incoming.TryRead(out _));
        Assert.Equal(404, await WriteAsync(scene, address, [5]));
    }

    [Fact]
    public async Task Nobody_comes_for_ninety_seconds_and_it_is_over()
    {
        await using var scene = await SocketScene.StartAsync();
        await using var waiting = await scene.WaitForLinkAsync();
        var address = await AddressAsync(waiting);
        scene.Server.Clock.Advance(ServerLimits.ProvisioningSocketAge - TimeSpan.FromMilliseconds(1));
        Assert.Equal(200U, (await waiting.AskAsync("GET", "/v1/keepalive/provisioning", null, Cancellation)).Status);
        scene.Server.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await waiting.WaitForEndAsync(Cancellation);
        Assert.Equal(1000, waiting.Code);
        Assert.Equal(404, await WriteAsync(scene, address, [1]));
        Assert.Equal(TimeSpan.FromSeconds(90), ServerLimits.ProvisioningSocketAge);
    }

    [Fact]
    public async Task A_message_that_is_not_answered_does_not_hold_it_open()
    {
        await using var scene = await SocketScene.StartAsync();
        await using var waiting = await scene.WaitForLinkAsync();
        Assert.Equal(204, await WriteAsync(scene, await AddressAsync(waiting), [1]));
        Assert.Equal("/v1/message", (await waiting.Incoming.ReadAsync(Cancellation)).Path);
        scene.Server.Clock.Advance(ServerLimits.ProvisioningSocketAge);
        await waiting.WaitForEndAsync(Cancellation);
        Assert.Equal(1000, waiting.Code);
    }

    [Fact]
    public async Task It_says_that_it_is_there_and_may_ask_nothing_else()
    {
        await using var scene = await SocketScene.StartAsync();
        await using var waiting = await scene.WaitForLinkAsync();
        await AddressAsync(waiting);
        foreach (var (path, status) in new[]
        {
            ("/v1/keepalive/provisioning", 200U), ("/v1/keepalive", 200U), ("/v1/accounts/whoami", 404U), ("/v2/config", 404U),
        })
        {
            var answer = await waiting.AskAsync("GET", path, null, Cancellation);
            Assert.Equal(status, answer.Status);
            Assert.Contains(answer.Headers, header => header.StartsWith("X-Signal-Timestamp: ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task One_that_goes_gives_its_address_back()
    {
        await using var scene = await SocketScene.StartAsync();
        var first = await scene.WaitForLinkAsync();
        var address = await AddressAsync(first);
        await first.CloseAsync(Cancellation);
        await first.WaitForEndAsync(Cancellation);
        await first.DisposeAsync();
        while (await WriteAsync(scene, address, [1]) != 404)
        {
            await Task.Delay(1, Cancellation);
        }

        // So many at once from here, and room again for each that has gone.
        for (var i = 0; i < ServerLimits.ProvisioningSocketsOfOrigin + 4; i++)
        {
            await using var waiting = await scene.WaitForLinkAsync();
            Assert.NotEqual(address, await AddressAsync(waiting));
            await waiting.CloseAsync(Cancellation);
            await waiting.WaitForEndAsync(Cancellation);
        }
    }

    [Fact]
    public async Task Only_so_many_wait_from_one_place()
    {
        await using var scene = await SocketScene.StartAsync();
        var waiting = new List<SocketClient>();
        for (var i = 0; i < ServerLimits.ProvisioningSocketsOfOrigin; i++)
        {
            waiting.Add(await scene.WaitForLinkAsync());
            await AddressAsync(waiting[^1]);
        }

        await using (var refused = await scene.WaitForLinkAsync())
        {
            await refused.WaitForEndAsync(Cancellation);
            Assert.Equal(1011, refused.Code);
        }

        foreach (var client in waiting)
        {
            await client.DisposeAsync();
        }
    }

    private static async Task<string> AddressAsync(SocketClient waiting)
    {
        var request = await waiting.Incoming.ReadAsync(Cancellation);
        Assert.Equal(("PUT", "/v1/address"), (request.Verb, request.Path));
        await waiting.AnswerAsync(request, Cancellation);
        var address = ProvisioningAddress.Parser.ParseFrom(request.Body).Address;
        Assert.Matches("^[A-Za-z0-9_-]{22}$", address);
        return address;
    }

    private static void AssertTimed(SocketScene scene, SocketRequest request) => Assert.Contains(
        $"X-Signal-Timestamp: {scene.Server.Clock.GetUtcNow().ToUnixTimeMilliseconds()}", request.Headers);

    // From an account of its own each time: what one may write is limited.
    private static async Task<int> WriteAsync(SocketScene scene, string address, byte[] message) => (await scene.Server.AskAsync(
        "PUT",
        $"/v1/provisioning/{address}",
        (await scene.Server.AddAccountAsync()).Caller,
        Json.Body(new { body = Convert.ToBase64String(message) }))).Status;
}
