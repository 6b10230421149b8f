using Fluister.Server;
using Fluister.Server.Accounts;
using Fluister.Server.Federation;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Protos.Federation;

namespace Fluister.ServerTests.Federation;

/// <summary>Peers that know an account hear how it changes, whichever program changes it, and of nothing else.</summary>
public sealed class FollowerTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestServer _server = null!;
    private TestServer _peer = null!;

    private string Path => System.IO.Path.Combine(_folder.Path, "fluister.db");

    public async ValueTask InitializeAsync()
    {
        (_server, _peer) = (new TestServer(database: Path), new TestServer());
        await _server.Home.Relay.Peers.AddAsync(
            _peer.Key, "peer.example", _peer.Describe(domain: "peer.example"), PeerState.Allow, _server.Clock.GetUtcNow());
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _peer.DisposeAsync();
        _folder.Dispose();
    }

    public static TheoryData<string, string> Changes => new()
    {
        { "a device is linked", "INSERT INTO device SELECT aci, 2, salt, hash, 77, NULL, NULL, '', 0, 0 FROM device WHERE aci = ?1" },
        { "a device is registered anew", "UPDATE device SET registration_id = 77 WHERE aci = ?1" },
        { "a device is unlinked", "DELETE FROM device WHERE aci = ?1" },
        { "the access key", "UPDATE account SET access_key = x'00112233445566778899aabbccddeeff' WHERE aci = ?1" },
        { "no access key", "UPDATE account SET access_key = NULL WHERE aci = ?1" },
        { "open to anybody", "UPDATE account SET unrestricted = 1 WHERE aci = ?1" },
        { "disabled", "UPDATE account SET disabled = 1 WHERE aci = ?1" },
        { "the identity key", "UPDATE account SET aci_identity = CAST(x'05' || randomblob(32) AS BLOB) WHERE aci = ?1" },
        { "deleted", "DELETE FROM account WHERE aci = ?1" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task What_matters_is_told_once(string what, string change)
    {
        var account = await FollowedAsync();
        var before = await DescribeAsync(account);
        await RunAsync(change, account);
        var (item, version) = Assert.Single(await ToldAsync(1));
        if (what == "deleted")
        {
            Assert.NotNull(item.Deleted);
            Assert.Equal(0, await CountAsync("account_follower"));
        }
        else
        {
            Assert.True(item.Devices.Version > before!.Version);
            var now = item.Devices.Clone();
            now.Version = before.Version;
            Assert.NotEqual(before, now);
            Assert.Equal(what is "disabled" or "a device is unlinked", item.Devices.Devices.Count == 0);
        }

        Assert.Equal(version, account.Account.Aci);
        Assert.Equal(0, await CountAsync("changed_account"));
    }

    [Theory]
    [InlineData("UPDATE device SET last_seen_day = 7 WHERE aci = ?1")]
    [InlineData("UPDATE device SET registration_id = registration_id WHERE aci = ?1")]
    [InlineData("UPDATE account SET access_key = access_key, disabled = disabled, username_hash = x'00' WHERE aci = ?1")]
    public async Task What_does_not_is_not(string change)
    {
        var account = await FollowedAsync();
        await RunAsync(change, account);
        Assert.Equal(0, await CountAsync("changed_account"));
    }

    [Fact]
    public async Task Nobody_hears_of_accounts_that_they_do_not_know()
    {
        await FollowedAsync();
        var other = await _server.AddAccountAsync();
        await RunAsync("UPDATE account SET unrestricted = 1 WHERE aci = ?1", other);
        await RunAsync("DELETE FROM account WHERE aci = ?1", other);
        Assert.Equal(0, await CountAsync("changed_account"));
        Assert.Equal(0, await CountAsync("outbox"));
    }

    [Fact]
    public async Task What_another_program_changes_is_told_too()
    {
        var account = await FollowedAsync();
        await using (var other = new SqliteDatabase(Path))
        {
            await other.WriteAsync(session => session.Run(
                "UPDATE account SET disabled = 1 WHERE aci = ?1", AccountStore.Bytes(account.Account.Aci)));
        }

        Assert.Empty(Assert.Single(await ToldAsync(1)).Item.Devices.Devices);
    }

    [Fact]
    public async Task What_was_left_over_when_the_program_ended_is_told_when_it_begins()
    {
        var account = await FollowedAsync();
        await _server.DisposeAsync();
        await using (var other = new SqliteDatabase(Path))
        {
            await other.WriteAsync(session => session.Run(
                "UPDATE account SET disabled = 1 WHERE aci = ?1", AccountStore.Bytes(account.Account.Aci)));
        }

        _server = new TestServer(database: Path);
        await _server.AddAccountAsync();
        Assert.Empty(Assert.Single(await ToldAsync(1)).Item.Devices.Devices);
    }

    [Fact]
    public async Task Many_changes_are_told_of_a_few_at_a_time_until_there_are_none()
    {
        var accounts = new List<TestAccount>();
        for (var i = 0; i < ServerLimits.ChangedAccounts + 3; i++)
        {
            accounts.Add(await FollowedAsync());
        }

        await _server.Database.WriteAsync(session => session.Run("UPDATE account SET unrestricted = 1"));
        var told = await ToldAsync(accounts.Count);
        Assert.Equal(accounts.Select(account => account.Account.Aci).Order(), told.Select(entry => entry.Account).Order());
        Assert.Equal(0, await CountAsync("changed_account"));
    }

    [Fact]
    public async Task A_change_that_is_taken_back_is_not_told()
    {
        var account = await FollowedAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => _server.Database.WriteAsync<int>(session =>
        {
            session.Run("UPDATE account SET unrestricted = 1 WHERE aci = ?1", AccountStore.Bytes(account.Account.Aci));
            throw new InvalidOperationException();
        }));
        await RunAsync("UPDATE account SET discoverable = 0 WHERE aci = ?1", account);
        Assert.Equal(0, await CountAsync("outbox"));
        Assert.Equal(0, await CountAsync("changed_account"));
    }

    [Fact]
    public async Task Of_several_changes_the_last_waits_alone()
    {
        var account = await FollowedAsync();
        for (var i = 0; i < 5; i++)
        {
            await RunAsync("UPDATE account SET unrestricted = 1 - unrestricted WHERE aci = ?1", account);
        }

        var (first, _) = Assert.Single(await ToldAsync(1));
        Assert.True(first.Devices.Unrestricted);

        // One that is under way is answered for while a later one waits.
        var relay = _server.Home.Relay;
        var batch = relay.Outbox.Read(_peer.Identity.Tag, 0, _ => false);
        await RunAsync("UPDATE account SET unrestricted = 0 WHERE aci = ?1", account);
        await relay.Outbox.SettleAsync(
            _peer.Identity.Tag, [.. batch.Items.Select(item => (item, (Outcome?)null))], batch.Last, false, relay.Accounts);
        var (second, _) = Assert.Single(await ToldAsync(1));
        Assert.False(second.Devices.Unrestricted);
        Assert.True(second.Devices.Version > first.Devices.Version);
        var waiting = await _server.Database.WriteAsync(session => relay.Outbox.Book.Open(session, _peer.Identity.Tag));
        Assert.Equal(1, waiting!.Value.Items);
        var bytes = await _server.Database.WriteAsync(session => session.First("SELECT SUM(size) FROM outbox", row => row.GetInt64(0)));
        Assert.Equal(bytes, waiting.Value.Bytes);
    }

    [Fact]
    public async Task Who_was_blocked_is_told_what_has_changed_meanwhile_and_asked_anew()
    {
        var account = await FollowedAsync();
        var theirs = await _peer.AddAccountAsync();
        var relay = _server.Home.Relay;
        var list = new DeviceList { Aci = Parcel.Bytes(theirs.Account.Aci), Version = 1 };
        await relay.Accounts.KeepAsync(relay.Peers.Find(_peer.Identity.Tag)!, list);
        await relay.Peers.SetStateAsync(_peer.Identity.Tag, PeerState.Block);
        await RunAsync("UPDATE account SET unrestricted = 1 WHERE aci = ?1", account);
        Assert.Equal(0, await CountAsync("outbox"));
        Assert.NotNull(relay.Accounts.Known(theirs.Account.Aci));
        await relay.Peers.SetStateAsync(_peer.Identity.Tag, PeerState.Allow);
        Assert.True(Assert.Single(await ToldAsync(1)).Item.Devices.Unrestricted);
        Assert.Null(relay.Accounts.Known(theirs.Account.Aci));
        await relay.Peers.SetStateAsync(_peer.Identity.Tag, PeerState.Limit);
        await RunAsync("UPDATE account SET discoverable = 0 WHERE aci = ?1", account);
        Assert.Equal(1, await CountAsync("outbox"));
    }

    [Fact]
    public async Task Nothing_is_kept_for_a_peer_that_is_blocked()
    {
        var account = await FollowedAsync();
        await _server.Database.WriteAsync(session => session.Run("UPDATE peer SET state = 0"));
        await RunAsync("UPDATE account SET unrestricted = 1 WHERE aci = ?1", account);
        await RunAsync("UPDATE account SET discoverable = 0 WHERE aci = ?1", account);
        Assert.Equal(0, await CountAsync("outbox"));
    }

    private async Task<TestAccount> FollowedAsync()
    {
        var account = await _server.AddAccountAsync();
        Assert.NotNull(await DescribeAsync(account));
        return account;
    }

    private Task<DeviceList?> DescribeAsync(TestAccount account) =>
        _server.Home.Relay.Followers.DescribeAsync(_peer.Identity.Tag, account.Account.Aci);

    // What was told is committed after the change; the next piece of work comes after both.
    private async Task RunAsync(string change, TestAccount account)
    {
        await _server.Database.WriteAsync(session => session.Run(change, AccountStore.Bytes(account.Account.Aci)));
        await _server.Database.WriteAsync(_ => true);
    }

    private Task<int> CountAsync(string table) => _server.Database.WriteAsync(session =>
        session.First($"SELECT COUNT(*) FROM {table}", row => row.GetInt32(0)));

    private async Task<List<(Item Item, Guid Account)>> ToldAsync(int least)
    {
        for (var i = 0; i < 2000 && await CountAsync("outbox") < least; i++)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        return _server.Database.Read(session => session.Query(
            "SELECT item, account FROM outbox ORDER BY number",
            row => (Item.Parser.ParseFrom((byte[])row[0]), new Guid((byte[])row[1], bigEndian: true))));
    }
}
