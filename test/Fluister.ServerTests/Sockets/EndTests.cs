namespace Fluister.ServerTests.Sockets;

/// <summary>How the server ends connections: of devices that have gone, of accounts that have, and of all when it stops.</summary>
public sealed class EndTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_device_that_its_primary_removes_is_told_so_and_loses_its_letters(string version)
    {
        await using var scene = await SocketScene.StartAsync(devices: 3);
        await scene.SendAsync([0]);
        await using var primary = await scene.ConnectAsync(1, version: new Version(version));
        await using var second = await scene.ConnectAsync(2, version: new Version(version));
        await using var third = await scene.ConnectAsync(3, version: new Version(version));
        var removed = await primary.AskAsync("DELETE", "/v1/devices/2", null, Cancellation);
        Assert.Equal(204U, removed.Status);
        await second.WaitForEndAsync(Cancellation);
        Assert.Equal(4401, second.Code);
        Assert.Equal((1, 0, 1), (scene.Waiting(1), scene.Waiting(2), scene.Waiting(3)));
        await Assert.ThrowsAnyAsync<System.Net.WebSockets.WebSocketException>(() => scene.ConnectAsync(2));
        Assert.Equal(200U, (await primary.AskAsync("GET", "/v1/accounts/whoami", null, Cancellation)).Status);
        Assert.Equal(200U, (await third.AskAsync("GET", "/v1/accounts/whoami", null, Cancellation)).Status);
    }

    [Fact]
    public async Task A_device_that_removes_itself_has_its_answer_before_its_connection_ends()
    {
        await using var scene = await SocketScene.StartAsync(devices: 2);
        await using var second = await scene.ConnectAsync(2);
        Assert.Equal(204U, (await second.AskAsync("DELETE", "/v1/devices/2", null, Cancellation)).Status);
        await second.WaitForEndAsync(Cancellation);
        Assert.Equal(4401, second.Code);
    }

    [Fact]
    public async Task An_account_that_is_deleted_has_no_connection_and_no_letter_left()
    {
        await using var scene = await SocketScene.StartAsync(devices: 2);
        await scene.SendAsync([0, 1]);
        await using var primary = await scene.ConnectAsync(1);
        await using var second = await scene.ConnectAsync(2);
        Assert.Equal(204U, (await primary.AskAsync("DELETE", "/v1/accounts/me", null, Cancellation)).Status);
        await primary.WaitForEndAsync(Cancellation);
        await second.WaitForEndAsync(Cancellation);
        Assert.Equal((4401, 4401), (primary.Code, second.Code));
        Assert.Equal((0, 0), (scene.Waiting(1), scene.Waiting(2)));
        foreach (var device in new[] { 1, 2 })
        {
            await Assert.ThrowsAnyAsync<System.Net.WebSockets.WebSocketException>(() => scene.ConnectAsync(device));
        }
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_server_that_stops_says_so_and_takes_the_answers_that_were_on_their_way(string version)
    {
        await using var scene = await SocketScene.StartAsync();
        await scene.SendAsync(Enumerable.Range(0, 100));
        await using var client = await scene.ConnectAsync(version: new Version(version));
        await using var nobody = await SocketClient.ConnectAsync(scene.Http, scene.Server.Port, null, Cancellation, new Version(version));
        for (var i = 0; i < 100; i++)
        {
            var request = await client.Incoming.ReadAsync(Cancellation);
            if (i % 2 == 0)
            {
                await client.AnswerAsync(request, Cancellation);
            }
        }

        await scene.Server.StopAsync();
        await client.WaitForEndAsync(Cancellation);
        await nobody.WaitForEndAsync(Cancellation);
        Assert.Equal((1001, 1001), (client.Code, nobody.Code));
        Assert.Equal(50, scene.Waiting());
    }

    [Fact]
    public async Task Wrong_credentials_open_nothing()
    {
        await using var scene = await SocketScene.StartAsync();
        string[] all = [scene.Account.Authorization(2), scene.Account.Authorization(password: "another"), "Basic !", "Bearer x"];
        foreach (var wrong in all)
        {
            await Assert.ThrowsAnyAsync<System.Net.WebSockets.WebSocketException>(
                () => SocketClient.ConnectAsync(scene.Http, scene.Server.Port, wrong, Cancellation));
        }

        Assert.Equal(0, scene.Server.Home.Connected.Count);
    }
}
