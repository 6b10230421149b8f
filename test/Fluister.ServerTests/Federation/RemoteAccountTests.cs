using Fluister.Server;
using Fluister.Server.Federation;
using Fluister.Server.Requests;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.ServerTests.Federation;

/// <summary>What is known of peers' accounts, how it is learnt, and what of it stays.</summary>
public sealed class RemoteAccountTests
{
    [Fact]
    public async Task A_home_is_asked_once_however_many_ask()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var account = await pair.There.AddAccountAsync(devices: 2);
        using var held = new SemaphoreSlim(0);
        pair.Meddle = async (_, _, ask) =>
        {
            await held.WaitAsync(TestContext.Current.CancellationToken);
            return await ask();
        };
        var asking = Enumerable.Range(0, 20).Select(_ => FindAsync(pair, account.Account.Aci)).ToList();
        held.Release(20);
        foreach (var found in await Task.WhenAll(asking))
        {
            Assert.Equal([(1, 1001), (2, 1002)], found!.Devices);
            Assert.Equal(account.Account.AciIdentity.Serialized.ToArray(), found.IdentityKey);
        }

        Assert.Single(pair.Asked);
        pair.IsCut = true;
        Assert.NotNull(await FindAsync(pair, account.Account.Aci));
    }

    [Fact]
    public async Task Nobody_is_there_where_the_home_says_so_or_the_account_is_disabled()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var account = await pair.There.AddAccountAsync();
        await pair.There.Home.Accounts.UpdateAsync(account.Account.Aci, found => found with { IsDisabled = true });
        Assert.Null(await FindAsync(pair, account.Account.Aci));
        Assert.Null(await FindAsync(pair, pair.There.Identity.Tag.Mint(Cryptography.RandomSource.System)));
        Assert.Equal(2, pair.Asked.Count);
    }

    [Fact]
    public async Task A_home_that_is_not_reached_gives_503_unless_something_is_known()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var account = await pair.There.AddAccountAsync();
        pair.IsCut = true;
        var refused = await Assert.ThrowsAsync<RefusedException>(() => FindAsync(pair, account.Account.Aci));
        Assert.Equal(503, refused.Response.Status);
        Assert.Contains(refused.Response.Headers, header => header.Key == "Retry-After");
        pair.IsCut = false;
        Assert.NotNull(await FindAsync(pair, account.Account.Aci));
    }

    [Fact]
    public async Task Of_two_lists_the_later_stays_however_they_come()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var account = await pair.There.AddAccountAsync(devices: 3);
        var (known, peer) = (pair.Here.Home.Relay.Accounts, Peer(pair));
        var first = (await FindAsync(pair, account.Account.Aci))!;
        await known.KeepAsync(peer, Changed(first, first.Version - 1, 1));
        Assert.Equal(3, known.Known(first.Aci)!.Devices.Count);
        await known.KeepAsync(peer, Changed(first, first.Version + 1, 2));
        Assert.Equal(2, known.Known(first.Aci)!.Devices.Count);
        await ApplyAsync(pair, Changed(first, first.Version, 1));
        Assert.Equal(2, known.Known(first.Aci)!.Devices.Count);
        await ApplyAsync(pair, Changed(first, first.Version + 2, 1));
        Assert.Single(known.Known(first.Aci)!.Devices);

        // What its home says now is older than what was pushed.
        pair.Clock.Advance(ServerLimits.RemoteAccountAge);
        await ApplyAsync(pair, Changed(first, long.MaxValue, 0));
        Assert.Null(await FindAsync(pair, first.Aci));
    }

    [Fact]
    public async Task A_pushed_list_of_an_account_that_nobody_asked_for_or_of_anothers_is_passed_over()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var account = await pair.There.AddAccountAsync();
        var first = (await FindAsync(pair, account.Account.Aci))!;
        var other = await pair.There.AddAccountAsync();
        await ApplyAsync(pair, Changed(first with { Aci = other.Account.Aci }, long.MaxValue, 1));
        Assert.Null(pair.Here.Home.Relay.Accounts.Known(other.Account.Aci));
        await ApplyAsync(pair, Changed(first, long.MaxValue, 0), pair.Here.Identity.Tag);
        Assert.Equal(first.Devices, pair.Here.Home.Relay.Accounts.Known(first.Aci)!.Devices);
    }

    [Fact]
    public async Task A_home_is_asked_again_after_a_day_and_what_is_known_serves_meanwhile()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var account = await pair.There.AddAccountAsync();
        await FindAsync(pair, account.Account.Aci);
        pair.Clock.Advance(ServerLimits.RemoteAccountAge - TimeSpan.FromMilliseconds(1));
        await FindAsync(pair, account.Account.Aci);
        Assert.Single(pair.Asked);

        // It is not waited for.
        using var asked = new SemaphoreSlim(0);
        pair.Meddle = (_, _, _) =>
        {
            asked.Release();
            throw new HttpRequestException("The network is cut.");
        };
        pair.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.NotNull(await FindAsync(pair, account.Account.Aci));
        await asked.WaitAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(await FindAsync(pair, account.Account.Aci));
        Assert.Equal(2, pair.Asked.Count);

        pair.Clock.Advance(ServerLimits.RemoteAccountRetry);
        Assert.NotNull(await FindAsync(pair, account.Account.Aci));
        await asked.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, pair.Asked.Count);
    }

    [Theory]
    [InlineData("another account")]
    [InlineData("another tag")]
    [InlineData("a device twice")]
    [InlineData("no key")]
    [InlineData("a short key")]
    [InlineData("device 0")]
    [InlineData("a checksum of one byte")]
    [InlineData("too many devices")]
    public async Task A_list_that_no_home_may_give_is_none(string lie)
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var account = await pair.There.AddAccountAsync();
        pair.Meddle = async (_, _, ask) =>
        {
            using var honest = await ask();
            var answer = DevicesResponse.Parser.ParseFrom(await honest.Content.ReadAsByteArrayAsync());
            var (list, device) = (answer.List, answer.List.Devices[0]);
            switch (lie)
            {
                case "another account":
                    list.Aci = Id(pair.There.Identity.Tag.Mint(Cryptography.RandomSource.System));
                    break;
                case "another tag":
                    list.Aci = Id(pair.Here.Identity.Tag.Mint(Cryptography.RandomSource.System));
                    break;
                case "a device twice":
                    list.Devices.Add(device);
                    break;
                case "no key":
                    list.IdentityKey = ByteString.Empty;
                    break;
                case "a short key":
                    list.IdentityKey = ByteString.CopyFrom(list.IdentityKey.Span[..32]);
                    break;
                case "device 0":
                    device.Id = 0;
                    break;
                case "a checksum of one byte":
                    list.AccessKeyChecksum = ByteString.CopyFrom(1);
                    break;
                default:
                    list.Devices.AddRange(Enumerable.Range(2, 127).Select(id =>
                        new DeviceList.Types.Device { Id = (uint)id, RegistrationId = 1 }));
                    break;
            }

            return Answer(answer);
        };
        var refused = await Assert.ThrowsAsync<RefusedException>(() => FindAsync(pair, account.Account.Aci));
        Assert.Equal(503, refused.Response.Status);
        Assert.Equal(0, pair.Here.Database.Read(session =>
            session.First("SELECT COUNT(*) FROM remote_account", row => row.GetInt32(0))));
    }

    [Fact]
    public async Task Who_writes_to_ever_more_unknown_accounts_is_slowed_down()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        pair.IsCut = true;
        var (known, peer, tag) = (pair.Here.Home.Relay.Accounts, Peer(pair), pair.There.Identity.Tag);
        var statuses = new List<int>();
        for (var i = 0; i <= ServerLimits.RemoteAccountsAsked.Burst; i++)
        {
            statuses.Add((await Assert.ThrowsAsync<RefusedException>(async () =>
                await known.FindAsync(peer, tag.Mint(Cryptography.RandomSource.System), CancellationToken.None, 7UL))).Response.Status);
        }

        Assert.Equal(429, statuses[^1]);
        Assert.All(statuses.SkipLast(1), status => Assert.Equal(503, status));
    }

    [Fact]
    public async Task Those_that_nobody_writes_to_any_more_are_forgotten()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (old, recent) = (await pair.There.AddAccountAsync(), await pair.There.AddAccountAsync());
        await FindAsync(pair, old.Account.Aci);
        pair.Clock.Advance(ServerLimits.RemoteAccountKept - TimeSpan.FromDays(1));
        await FindAsync(pair, recent.Account.Aci);
        Assert.Equal(0, await pair.Here.Home.Relay.Accounts.PurgeAsync());
        pair.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, await pair.Here.Home.Relay.Accounts.PurgeAsync());
        Assert.Null(pair.Here.Home.Relay.Accounts.Known(old.Account.Aci));
        Assert.NotNull(pair.Here.Home.Relay.Accounts.Known(recent.Account.Aci));
    }

    internal static Peer Peer(ServerPair pair) => pair.Here.Home.Relay.Peers.Find(pair.There.Identity.Tag)!;

    internal static HttpResponseMessage Answer(IMessage answer) => new(System.Net.HttpStatusCode.OK)
    {
        Content = new ByteArrayContent(answer.ToByteArray()) { Headers = { ContentType = new("application/x-protobuf") } },
    };

    internal static async Task ApplyAsync(ServerPair pair, DeviceList list, Wire.ServerTag? peer = null) =>
        await pair.Here.Database.WriteAsync(session =>
        {
            pair.Here.Home.Relay.Accounts.Apply(session, peer ?? pair.There.Identity.Tag, list);
            return true;
        });

    internal static DeviceList Changed(RemoteAccount account, long version, int devices) => (account with
    {
        Version = version,
        Devices = [.. account.Devices.Take(devices)],
        IdentityKey = devices == 0 ? [] : account.IdentityKey,
    }).Write();

    private static ByteString Id(Guid id) => ByteString.CopyFrom(id.ToByteArray(bigEndian: true));

    private static Task<RemoteAccount?> FindAsync(ServerPair pair, Guid aci) =>
        pair.Here.Home.Relay.Accounts.FindAsync(Peer(pair), aci, TestContext.Current.CancellationToken).AsTask();
}
