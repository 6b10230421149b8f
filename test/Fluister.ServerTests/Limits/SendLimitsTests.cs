using System.Globalization;
using Fluister.Server;
using Fluister.Server.Limits;
using Fluister.Server.Mailboxes;
using Fluister.Server.Operations;
using Fluister.Server.Requests;

namespace Fluister.ServerTests.Limits;

/// <summary>How fast messages may come: each bound by itself, what it is counted by, and what one who comes against it is told.</summary>
public sealed class SendLimitsTests
{
    [Fact]
    public async Task From_one_account_to_another_60_pass_and_then_one_a_second()
    {
        await using var server = new TestServer(options: TestServer.Roomy with { MessagesPerPair = new ServerOptions().MessagesPerPair });
        var (one, two, other) = (await server.AddAccountAsync(), await server.AddAccountAsync(), await server.AddAccountAsync());
        for (var i = 0; i < 60; i++)
        {
            Assert.Equal(200, (await SendAsync(server, one, two)).Status);
        }

        await AssertBoundedAsync(() => SendAsync(server, one, two), server, TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await SendAsync(server, one, other)).Status);
        Assert.Equal(200, (await SendAsync(server, other, two)).Status);
        Assert.Equal(200, (await SendAsync(server, two, one)).Status);

        // What is refused is not kept.
        Assert.Equal(62, server.Home.Mailboxes.Read(new MailboxKey(two.Account.Aci, 1), 0).Count);
    }

    [Fact]
    public async Task Own_devices_and_those_who_do_not_say_who_they_are_do_not_count_as_a_pair()
    {
        await using var server = new TestServer(options: TestServer.Roomy with { MessagesPerPair = 1 });
        var (one, two) = (await server.AddAccountAsync(devices: 2), await server.AddAccountAsync());
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await SendAsync(server, one, one, device: 2)).Status);
            Assert.Equal(200, (await SealAsync(server, two)).Status);
        }

        Assert.Equal(200, (await SendAsync(server, one, two)).Status);
        await AssertBoundedAsync(() => SendAsync(server, one, two), server, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Sealed_messages_count_by_where_they_come_from_and_whom_they_go_to()
    {
        await using var server = new TestServer(options: TestServer.Roomy with { SealedMessagesPerPair = 2 });
        var (one, two) = (await server.AddAccountAsync(), await server.AddAccountAsync());

        // Who may not write to it uses nothing up that others need.
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(401, (await SealAsync(server, one, key: new byte[16])).Status);
        }

        Assert.Equal(200, (await SealAsync(server, one)).Status);
        Assert.Equal(200, (await SealAsync(server, one)).Status);
        await AssertBoundedAsync(() => SealAsync(server, one), server, TimeSpan.FromSeconds(30));
        Assert.Equal(200, (await SealAsync(server, two)).Status);
        Assert.Equal(200, (await SealAsync(server, one, origin: 8)).Status);
        Assert.Equal(200, (await SendAsync(server, two, one)).Status);
    }

    [Fact]
    public async Task From_one_address_all_count_together_and_a_large_message_more_than_once()
    {
        await using var server = new TestServer(options: TestServer.Roomy with { MessagesPerAddress = 12 });
        var (one, two) = (await server.AddAccountAsync(), await server.AddAccountAsync());
        Assert.Equal(200, (await SendAsync(server, one, two)).Status);
        Assert.Equal(200, (await SealAsync(server, two)).Status);
        Assert.Equal(401, (await SealAsync(server, two, key: new byte[16])).Status);
        Assert.Equal(404, (await SendAsync(server, one, Nobody(two))).Status);

        // Eight of 12 are left, and this counts as nine.
        AssertRefused(await SendAsync(server, one, two, bytes: 8 * ServerLimits.MessageBlock), TimeSpan.FromSeconds(5));
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(200, (await SendAsync(server, one, two)).Status);
        }

        // Whoever is asked for: nothing is told.
        Assert.Equal(429, (await SealAsync(server, two)).Status);
        Assert.Equal(429, (await SealAsync(server, Nobody(two))).Status);
        Assert.Equal(429, (await SealAsync(server, two, key: new byte[16])).Status);
        Assert.Equal(200, (await SealAsync(server, two, origin: 8)).Status);
    }

    [Fact]
    public async Task A_message_larger_than_all_that_may_come_at_once_passes_when_nothing_else_came()
    {
        await using var server = new TestServer(options: TestServer.Roomy with { MessagesPerAddress = 2 });
        var (one, two) = (await server.AddAccountAsync(), await server.AddAccountAsync());
        Assert.Equal(200, (await SendAsync(server, one, two, bytes: ServerLimits.MessageContent)).Status);
        Assert.Equal(429, (await SendAsync(server, one, two)).Status);
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(200, (await SendAsync(server, one, two, bytes: ServerLimits.MessageContent)).Status);
    }

    [Fact]
    public void Bytes_to_one_account_are_bounded_whoever_sends_them()
    {
        var clock = new TestClock();
        var limits = new SendLimits(new RateLimits(clock), new ServerOptions());
        var (one, two) = (Guid.NewGuid(), Guid.NewGuid());
        limits.TakeBytes(two, (128L << 20) - 2000);
        limits.TakeBytes(two, 2000);
        AssertRefused(Assert.Throws<RefusedException>(() => limits.TakeBytes(two, 2000)).Response, TimeSpan.FromSeconds(1));
        limits.TakeBytes(one, 2000);
        clock.Advance(TimeSpan.FromSeconds(1));
        limits.TakeBytes(two, 2000);
        Assert.Throws<RefusedException>(() => limits.TakeBytes(two, 1));
    }

    [Fact]
    public async Task Stories_to_an_account_and_to_nobody_are_bounded_alike()
    {
        await using var server = new TestServer(options: TestServer.Roomy);
        var account = await server.AddAccountAsync();
        var nobody = Guid.NewGuid();
        for (var i = 0; i < ServerLimits.Stories.Burst; i += 1000)
        {
            Assert.Equal((200, 200), (await Tell(account.Account.Aci), await Tell(nobody)));
            server.Home.Limits.Take(ServerLimits.Stories, account.Account.Aci, 999);
            server.Home.Limits.Take(ServerLimits.Stories, nobody, 999);
        }

        Assert.Equal((429, 429), (await Tell(account.Account.Aci), await Tell(nobody)));

        async Task<int> Tell(Guid to) =>
            (await server.AskAsync("PUT", $"/v1/messages/{to}?story=true", body: Body(1, 3, 6), origin: 7)).Status;
    }

    private static TestAccount Nobody(TestAccount like) => like with { Account = like.Account with { Aci = Guid.NewGuid() } };

    // What is refused, passes when the client comes again as it is told, once.
    private static async Task AssertBoundedAsync(Func<ValueTask<Response>> ask, TestServer server, TimeSpan refill)
    {
        AssertRefused(await ask(), refill);
        server.Clock.Advance(refill);
        Assert.Equal(200, (await ask()).Status);
        AssertRefused(await ask(), refill);
    }

    private static void AssertRefused(Response refused, TimeSpan refill)
    {
        Assert.Equal(429, refused.Status);
        Assert.True(refused.Body.IsEmpty);
        Assert.Equal([new("Retry-After", refill.TotalSeconds.ToString(CultureInfo.InvariantCulture))], refused.Headers);
    }

    private static ValueTask<Response> SendAsync(TestServer server, TestAccount from, TestAccount to, int device = 1, int bytes = 3) =>
        server.AskAsync("PUT", $"/v1/messages/{to.Account.Aci}", from.Caller, Body(device, bytes, 1), origin: 7);

    private static ValueTask<Response> SealAsync(TestServer server, TestAccount to, byte[]? key = null, ulong origin = 7) =>
        server.AskAsync(
            "PUT",
            $"/v1/messages/{to.Account.Aci}",
            body: Body(1, 3, 6),
            origin: origin,
            headers: ("Unidentified-Access-Key", Convert.ToBase64String(key ?? TestAccount.AccessKey)));

    private static ReadOnlyMemory<byte> Body(int device, int bytes, int type) => Json.Body(new
    {
        messages = new[]
        {
            new
            {
                type,
                destinationDeviceId = device,
                destinationRegistrationId = 1000 + device,
                content = Convert.ToBase64String(new byte[bytes]),
            },
        },
        timestamp = 1,
    });
}
