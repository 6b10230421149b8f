using System.Text;
using Fluister.Client;
using Fluister.Client.Transport;
using Fluister.Wire.Json;

namespace Fluister.ServerTests.Client.Transport;

/// <summary>The client's connection to a server that does what it should.</summary>
public sealed class LinkTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_asks_as_somebody_and_as_nobody()
    {
        await using var scene = await LinkScene.StartAsync();
        var link = scene.Link();
        link.Start(withMessages: true);
        var api = new HomeServerApi(link);
        var who = await api.GetAsync("/v1/accounts/whoami", WireJson.Default.AccountIdentityJson, Cancellation);
        Assert.Equal(scene.Sockets.Account.Account.Aci, who.Uuid);
        Assert.Equal(200, (await LinkScene.AskAsync(link, LinkScene.KeepAlive(isAnonymous: true))).Status);
        var asNobody = new ServiceRequest("GET", "/v1/accounts/whoami") { IsAnonymous = true };
        Assert.Equal(401, (await LinkScene.AskAsync(link, asNobody)).Status);
    }

    [Fact]
    public async Task Messages_come_in_order_and_leave_the_mailbox_when_they_are_acknowledged_and_not_before()
    {
        await using var scene = await LinkScene.StartAsync();
        await scene.Sockets.SendAsync([1, 2, 3]);
        var link = scene.Link();
        link.Start(withMessages: true);
        Assert.Equal(1, await LinkScene.TakeAsync(link));
        var held = Assert.IsType<EnvelopeDelivery>(await LinkScene.NextAsync(link));
        Assert.Equal(3, await LinkScene.TakeAsync(link));
        Assert.IsType<QueueEmptyDelivery>(await LinkScene.NextAsync(link));
        await scene.Sockets.WaitForAsync(1);
        held.Acknowledge();
        await scene.Sockets.WaitForAsync(0);
        await scene.Sockets.SendAsync(4);
        Assert.Equal(4, await LinkScene.TakeAsync(link));
    }

    [Fact]
    public async Task Acknowledgements_leave_before_it_goes()
    {
        await using var scene = await LinkScene.StartAsync();
        await scene.Sockets.SendAsync(Enumerable.Range(0, 200));
        var link = scene.Link();
        link.Start(withMessages: true);
        for (var i = 0; i < 200; i++)
        {
            Assert.Equal(i, await LinkScene.TakeAsync(link));
        }

        Assert.IsType<QueueEmptyDelivery>(await LinkScene.NextAsync(link));
        await link.DisposeAsync();
        await scene.Sockets.WaitForAsync(0);
        Assert.False(await RestAsync(link));
    }

    [Fact]
    public async Task Without_messages_it_takes_none_from_another_connection()
    {
        await using var scene = await LinkScene.StartAsync();
        var (receiving, asking) = (scene.Link(), scene.Link());
        receiving.Start(withMessages: true);
        Assert.IsType<QueueEmptyDelivery>(await LinkScene.NextAsync(receiving));
        asking.Start(withMessages: false);
        Assert.Equal(200, (await LinkScene.AskAsync(asking, LinkScene.KeepAlive())).Status);
        await scene.Sockets.SendAsync(5);
        Assert.Equal(5, await LinkScene.TakeAsync(receiving));
        Assert.Equal(200, (await LinkScene.AskAsync(asking, LinkScene.KeepAlive())).Status);
        Assert.False(asking.Deliveries.TryRead(out _));
    }

    [Fact]
    public async Task When_the_server_was_started_anew_it_is_there_again_and_gets_what_was_not_acknowledged()
    {
        await using var scene = await LinkScene.StartAsync();
        await scene.Sockets.SendAsync([1, 2]);
        var link = scene.Link();
        var told = LinkScene.Watch(link);
        link.Start(withMessages: true);
        Assert.Equal(1, await LinkScene.TakeAsync(link));
        Assert.IsType<EnvelopeDelivery>(await LinkScene.NextAsync(link));
        Assert.IsType<QueueEmptyDelivery>(await LinkScene.NextAsync(link));
        await scene.Sockets.WaitForAsync(1);
        Assert.Equal(new ConnectionChanged(true), await LinkScene.NextAsync(told));
        await scene.Server.RestartAsync();
        var lost = await LinkScene.NextAsync(told);
        Assert.Equal((false, ClientError.Unreachable), (lost.IsConnected, lost.Cause?.Error));
        ConnectionChanged next;
        do
        {
            next = await LinkScene.NextAsync(told);
        }
        while (!next.IsConnected);
        Assert.Null(link.Cause);
        Assert.Equal(2, await LinkScene.TakeAsync(link));
        Assert.IsType<QueueEmptyDelivery>(await LinkScene.NextAsync(link));
        Assert.Equal(200, (await LinkScene.AskAsync(link, LinkScene.KeepAlive(isAnonymous: true))).Status);
    }

    [Fact]
    public async Task A_request_waits_for_the_connection_as_long_as_it_likes()
    {
        await using var scene = await LinkScene.StartAsync();
        var link = scene.Link();
        using var impatient = new CancellationTokenSource();
        var (patient, givenUp) = (LinkScene.AskAsync(link, LinkScene.KeepAlive()), link.AskAsync(LinkScene.KeepAlive(), impatient.Token));
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp.WaitAsync(Cancellation));
        Assert.False(patient.IsCompleted);
        link.Start(withMessages: false);
        Assert.Equal(200, (await patient).Status);
    }

    [Fact]
    public async Task A_device_that_was_unlinked_stops_for_good()
    {
        await using var scene = await LinkScene.StartAsync(devices: 2);
        var link = scene.Link(device: 2);
        var told = LinkScene.Watch(link);
        link.Start(withMessages: true);
        Assert.IsType<QueueEmptyDelivery>(await LinkScene.NextAsync(link));
        Assert.True((await LinkScene.NextAsync(told)).IsConnected);
        var removed = await scene.Server.AskAsync("DELETE", "/v1/devices/2", scene.Sockets.Account.Caller);
        Assert.Equal(204, removed.Status);
        Assert.Equal(ClientError.Unlinked, (await LinkScene.NextAsync(told)).Cause?.Error);
        Assert.Equal(ClientError.Unlinked, (await Assert.ThrowsAsync<ClientException>(() => RestAsync(link))).Error);
        await AssertRefusesAsync(link, ClientError.Unlinked);
        Assert.Equal(200, (await LinkScene.AskAsync(link, LinkScene.KeepAlive(isAnonymous: true))).Status);

        // And whoever comes with what it knew is refused at once.
        var again = scene.Link(device: 2);
        again.Start(withMessages: true);
        await AssertRefusesAsync(again, ClientError.Unlinked);
    }

    [Fact]
    public async Task Of_two_programs_with_one_device_the_earlier_stops_and_says_so()
    {
        await using var scene = await LinkScene.StartAsync();
        var (earlier, later) = (scene.Link(), scene.Link());
        var told = LinkScene.Watch(earlier);
        earlier.Start(withMessages: true);
        Assert.True((await LinkScene.NextAsync(told)).IsConnected);
        later.Start(withMessages: true);
        Assert.Equal(ClientError.InUse, (await LinkScene.NextAsync(told)).Cause?.Error);
        await AssertRefusesAsync(earlier, ClientError.InUse);
        Assert.Equal(200, (await LinkScene.AskAsync(later, LinkScene.KeepAlive())).Status);
    }

    [Fact]
    public async Task It_tells_nobody_its_password_but_the_server()
    {
        await using var scene = await LinkScene.StartAsync();
        await using var fake = new FakeServer();
        using var password = new Cryptography.Secret(Encoding.UTF8.GetBytes("secret"));
        var identity = new LinkIdentity(scene.Sockets.Account.Id, 1, password);
        var known = HomeServerDescriptor.Read(scene.Server.Describe(fake.Port), scene.Server.Key);
        await using var link = new HomeServerLink(known, identity, TimeProvider.System, Cryptography.RandomSource.System);
        var told = LinkScene.Watch(link);
        link.Start(withMessages: true);
        Assert.Equal(ClientError.UntrustedServer, (await LinkScene.NextAsync(told)).Cause?.Error);
        Assert.Equal(ClientError.UntrustedServer, link.Cause?.Error);
        lock (fake.Heads)
        {
            // It asks, believing nothing, whether the server has signed a later descriptor.
            Assert.All(fake.Heads, head => Assert.StartsWith("GET /.well-known/fluister ", head, StringComparison.Ordinal));
            Assert.All(fake.Heads, head => Assert.DoesNotContain("Authorization", head, StringComparison.OrdinalIgnoreCase));
        }
    }

    private static async Task<bool> RestAsync(HomeServerLink link) =>
        await link.Deliveries.WaitToReadAsync(Cancellation).AsTask().WaitAsync(LinkScene.Patience, Cancellation);

    private static async Task AssertRefusesAsync(HomeServerLink link, ClientError error)
    {
        var refused = await Assert.ThrowsAsync<ClientException>(() => LinkScene.AskAsync(link, LinkScene.KeepAlive()));
        Assert.Equal(error, refused.Error);
    }
}
