using Fluister.Cryptography;
using Fluister.Protocol.Keys;
using Fluister.Server;
using Fluister.Server.Accounts;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.ServerTests.Accounts;

/// <summary>What is held in memory of accounts is what the database has.</summary>
public sealed class AccountCacheTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Who_was_told_of_a_change_finds_it_while_others_read_without_pause()
    {
        await using var database = new SqliteDatabase(_temporary["server.sqlite"]);
        var (accounts, aci) = await AddAsync(database);
        using var stopping = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            while (!stopping.IsCancellationRequested)
            {
                Assert.NotNull(accounts.Find(aci));
            }
        })).ToList();
        for (var i = 1; i <= 300; i++)
        {
            var number = i;
            await accounts.UpdateAsync(aci, account => account.With(1, device => device with { RegistrationId = number }));
            Assert.Equal(i, accounts.Find(aci)!.Devices[0].RegistrationId);
        }

        await stopping.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task Who_was_not_there_is_found_by_either_id_as_soon_as_they_are()
    {
        await using var database = new SqliteDatabase(_temporary["server.sqlite"]);
        var (accounts, account) = (new AccountStore(database), NewAccount());
        Assert.Null(accounts.Find(account.Aci));
        Assert.Null(accounts.Find(account.Pni!.Value));
        await database.WriteAsync(session =>
        {
            AccountStore.Insert(session, account);
            return true;
        });
        Assert.Equal(account.Aci, accounts.Find(account.Aci)?.Aci);
        Assert.Equal(account.Aci, accounts.Find(account.Pni.Value)?.Aci);
    }

    [Fact]
    public void That_nobody_is_there_is_held_within_a_bound_and_not_from_before_a_change()
    {
        var (cache, id) = (new AccountCache(), Guid.NewGuid());
        var before = cache.Changes;
        cache.AddNobody(id, before);
        Assert.True(cache.IsNobody(id));
        cache.Touched(Guid.NewGuid());
        cache.Committed();
        cache.AddNobody(Guid.NewGuid(), before);
        Assert.Equal((false, 0), (cache.IsNobody(id), cache.Nobodies));
        for (var i = 0; i <= ServerLimits.CachedAccounts; i++)
        {
            cache.AddNobody(Guid.NewGuid(), cache.Changes);
        }

        Assert.InRange(cache.Nobodies, 1, ServerLimits.CachedAccounts);
    }

    [Fact]
    public void Who_began_to_read_before_a_change_does_not_bring_the_old_state_in()
    {
        var (cache, account) = (new AccountCache(), NewAccount());
        var before = cache.Changes;
        cache.Touched(account.Aci);
        cache.Committed();
        cache.Add(account, before);
        Assert.Null(cache.Find(account.Aci));
        cache.Add(account, cache.Changes);
        Assert.Same(account, cache.Find(account.Aci));
        Assert.Same(account, cache.Find(account.Pni!.Value));
    }

    [Fact]
    public void What_was_touched_goes_with_its_commit_and_not_before()
    {
        var (cache, account) = (new AccountCache(), NewAccount());
        cache.Add(account, cache.Changes);
        cache.Touched(account.Aci);
        cache.TakeBack(all: true);
        cache.Committed();
        Assert.NotNull(cache.Find(account.Aci));
        cache.Touched(account.Aci);
        Assert.NotNull(cache.Find(account.Aci));
        cache.Committed();
        Assert.Null(cache.Find(account.Aci));
        Assert.Null(cache.Find(account.Pni!.Value));
    }

    [Theory]
    [InlineData("UPDATE device SET registration_id = 77")]
    [InlineData("DELETE FROM device")]
    [InlineData("DELETE FROM account")]
    [InlineData("UPDATE account SET disabled = 1")]
    public async Task Any_statement_that_changes_an_account_is_noticed(string statement)
    {
        await using var database = new SqliteDatabase(":memory:");
        var (accounts, aci) = await AddAsync(database);
        var before = accounts.Find(aci);
        Assert.Same(before, accounts.Find(aci));
        await database.WriteAsync(session => session.Run(statement));
        Assert.NotSame(before, accounts.Find(aci));
    }

    [Fact]
    public async Task What_another_program_writes_is_noticed_with_the_next_commit()
    {
        await using var database = new SqliteDatabase(_temporary["server.sqlite"]);
        var (accounts, aci) = await AddAsync(database);
        Assert.False(accounts.Find(aci)!.IsDisabled);
        await DisableElsewhereAsync();
        await database.WriteAsync(_ => true);
        Assert.True(accounts.Find(aci)!.IsDisabled);
    }

    [Fact]
    public async Task What_another_program_writes_is_noticed_while_nothing_is_written_here()
    {
        await using var database = new SqliteDatabase(_temporary["server.sqlite"]);
        var (accounts, aci) = await AddAsync(database);
        Assert.False(accounts.Find(aci)!.IsDisabled);
        var noticed = new TaskCompletionSource();
        database.ChangedElsewhere = () => noticed.TrySetResult();
        await DisableElsewhereAsync();
        await noticed.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.True(accounts.Find(aci)!.IsDisabled);
    }

    [Fact]
    public void It_does_not_grow_without_bound()
    {
        var (cache, account) = (new AccountCache(), NewAccount());
        for (var i = 0; i < 3 * ServerLimits.CachedAccounts; i++)
        {
            cache.Add(account with { Aci = Guid.NewGuid(), Pni = null }, cache.Changes);
        }

        Assert.InRange(cache.Count, ServerLimits.CachedAccounts, 2 * ServerLimits.CachedAccounts);
        cache.ChangedElsewhere();
        Assert.Equal(0, cache.Count);
    }

    private static Account NewAccount()
    {
        var key = IdentityKeyPair.Generate(RandomSource.System).Public;
        return new Account
        {
            Aci = Guid.NewGuid(),
            Pni = Guid.NewGuid(),
            AciIdentity = key,
            PniIdentity = key,
            Devices =
            [
                new Device
                {
                    Id = Device.Primary,
                    Password = new PasswordHash(new byte[16], new byte[32]),
                    RegistrationId = 1,
                    Created = DateTimeOffset.UnixEpoch,
                    LastSeenDay = DateTimeOffset.UnixEpoch,
                },
            ],
        };
    }

    private static async Task<(AccountStore Accounts, Guid Aci)> AddAsync(SqliteDatabase database)
    {
        var accounts = new AccountStore(database);
        var account = NewAccount();
        await database.WriteAsync(session =>
        {
            AccountStore.Insert(session, account);
            return true;
        });
        return (accounts, account.Aci);
    }

    private async Task DisableElsewhereAsync()
    {
        await using var other = new SqliteDatabase(_temporary["server.sqlite"]);
        await other.WriteAsync(session => session.Run("UPDATE account SET disabled = 1"));
    }
}
