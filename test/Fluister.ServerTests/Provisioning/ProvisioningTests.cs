using Fluister.Cryptography;
using Fluister.Server;
using Fluister.Server.Provisioning;

namespace Fluister.ServerTests.Provisioning;

/// <summary>A device that waits to be linked has an address, and one message reaches it there.</summary>
public sealed class ProvisioningTests
{
    [Fact]
    public async Task A_message_reaches_the_device_that_waits_at_an_address_once()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        var address = server.Home.Provisioning.Enter(1, out var message)!;
        var body = Json.Body(new { body = Convert.ToBase64String([1, 2, 3]) });
        Assert.Equal(204, (await server.AskAsync("PUT", $"/v1/provisioning/{address}", account.Caller, body)).Status);
        Assert.Equal([1, 2, 3], await message);
        Assert.Equal(404, (await server.AskAsync("PUT", $"/v1/provisioning/{address}", account.Caller, body)).Status);
        Assert.Equal(404, (await server.AskAsync("PUT", "/v1/provisioning/elsewhere", account.Caller, body)).Status);
        server.Home.Provisioning.Leave(1, address);
    }

    [Fact]
    public async Task Messages_out_of_bounds_are_refused()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        var address = server.Home.Provisioning.Enter(1, out _);
        foreach (var (text, status) in new[] { ("", 422), ("!", 400), (new string('A', ServerLimits.ProvisioningMessage + 4), 400) })
        {
            var body = Json.Body(new { body = text });
            Assert.Equal(status, (await server.AskAsync("PUT", $"/v1/provisioning/{address}", account.Caller, body)).Status);
        }
    }

    [Fact]
    public void Only_so_many_wait_and_only_so_many_from_one_place()
    {
        var addresses = new ProvisioningAddresses(RandomSource.System);
        var own = Enumerable.Range(0, ServerLimits.ProvisioningSocketsOfOrigin).Select(_ => addresses.Enter(1, out var _)!).ToList();
        Assert.Equal(own.Count, own.Distinct().Count());
        Assert.Null(addresses.Enter(1, out _));
        addresses.Leave(1, own[0]);
        Assert.NotNull(addresses.Enter(1, out _));
        for (var i = ServerLimits.ProvisioningSocketsOfOrigin; i < ServerLimits.ProvisioningSockets; i++)
        {
            Assert.NotNull(addresses.Enter((ulong)i + 2, out _));
        }

        Assert.Null(addresses.Enter(0, out _));
    }
}
