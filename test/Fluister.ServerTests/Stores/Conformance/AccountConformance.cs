using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Server.Accounts;
using Fluister.Server.Mailboxes;
using Fluister.Server.PreKeys;
using Fluister.Server.Profiles;
using Fluister.Server.Storage;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.ServerTests.Stores.Conformance;

/// <summary>What accounts and their devices promise, whatever keeps them.</summary>
public sealed class AccountConformance
{
    /// <summary>Where each test runs.</summary>
    public static TheoryData<string> Backends => Backend.All;

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task An_account_is_found_by_each_of_its_names_as_it_was_written(string backend)
    {
        await using var stores = Backend.Open(backend);
        var account = (await stores.Server.AddAccountAsync(devices: 2)).Account;
        await stores.Server.AddAccountAsync();
        var link = Guid.NewGuid();
        var changed = await stores.Server.Home.Accounts.UpdateAsync(account.Aci, before => before with
        {
            UsernameHash = [1, 2, 3],
            UsernameLink = link,
            EncryptedUsername = [4],
            IsDiscoverable = false,
            IsUnrestricted = true,
            RegistrationLock = PasswordHash.Of("lock", RandomSource.System),
            Devices = [before.Devices[0], before.Devices[1] with { Name = [9], Capabilities = ["a", "b"] }],
        });
        await stores.ReopenAsync();
        var accounts = stores.Server.Home.Accounts;
        foreach (var found in new[]
        {
            accounts.Find(account.Aci), accounts.Find(account.Pni!.Value), accounts.Find(ServiceId.Aci(account.Aci)),
            accounts.FindByNumber(account.Number!), accounts.FindByUsername([1, 2, 3]), accounts.FindByUsernameLink(link),
        })
        {
            Assert.Equivalent(changed, found, strict: true);
        }

        Assert.Null(accounts.Find(ServiceId.Aci(account.Pni!.Value)));
        Assert.Null(accounts.FindByNumber("+0"));
        Assert.Null(accounts.FindByUsername([1, 2]));
        Assert.Null(accounts.FindByUsernameLink(account.Aci));
        Assert.Null(await accounts.UpdateAsync(Guid.NewGuid(), before => before));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Changes_at_once_do_not_lose_each_other(string backend)
    {
        await using var stores = Backend.Open(backend);
        var account = (await stores.Server.AddAccountAsync()).Account;
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => stores.Server.Home.Accounts.UpdateAsync(
            account.Aci,
            before => before.With(1, device => device with { RegistrationId = device.RegistrationId + 1 })))));
        Assert.Equal(account.Devices[0].RegistrationId + 50, stores.Server.Home.Accounts.Find(account.Aci)!.Devices[0].RegistrationId);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Names_are_one_accounts_only_and_a_change_that_fails_changes_nothing(string backend)
    {
        await using var stores = Backend.Open(backend);
        var (first, second) = ((await stores.Server.AddAccountAsync()).Account, (await stores.Server.AddAccountAsync()).Account);
        var accounts = stores.Server.Home.Accounts;
        await accounts.UpdateAsync(first.Aci, before => before with { UsernameHash = [1], UsernameLink = first.Aci });
        Func<Account, Account>[] wrongs =
        [
            before => before with { IsDisabled = true, Number = first.Number },
            before => before with { IsDisabled = true, Pni = first.Pni },
            before => before with { IsDisabled = true, UsernameHash = [1] },
            before => before with { IsDisabled = true, UsernameLink = first.Aci },
        ];
        foreach (var wrong in wrongs)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => accounts.UpdateAsync(second.Aci, wrong));
            Assert.False(accounts.Find(second.Aci)!.IsDisabled);
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task With_a_device_goes_what_is_its_own_and_with_an_account_everything(string backend)
    {
        await using var stores = Backend.Open(backend);
        var account = (await stores.Server.AddAccountAsync(devices: 2)).Account;
        var other = (await stores.Server.AddAccountAsync()).Account;
        var (keys, profiles, storage) =
            (new PreKeyStore(stores.Database), new ProfileStore(stores.Database), new StorageStore(stores.Database));
        var mailboxes = stores.Server.Home.Mailboxes;
        MailboxKey[] all = [new(account.Aci, 1), new(account.Aci, 2), new(other.Aci, 1)];
        foreach (var mailbox in all)
        {
            Assert.True(await mailboxes.AppendAsync([new NewLetter(mailbox, new Envelope { ClientTimestamp = 1 }.ToByteArray())]));
        }

        foreach (var aci in new[] { account.Aci, other.Aci })
        {
            await profiles.SetAsync(aci, new Profile { Version = "aa", Commitment = [1] }, keepsAvatar: false);
            await storage.WriteAsync(aci, new StorageWrite { Manifest = new StorageManifest { Version = 1 } });
        }

        int Letters(MailboxKey mailbox) => mailboxes.Read(mailbox, 0).Count;
        PublishedKey? Key(Guid aci, int device) => keys.Find(aci, device, ServiceIdKind.Aci, PreKeyKind.Signed);
        await stores.Server.Home.Accounts.UpdateAsync(account.Aci, before => before with { Devices = [before.Devices[0]] });
        Assert.Equal([1, 0, 1], all.Select(Letters));
        Assert.NotNull(Key(account.Aci, 1));
        Assert.Null(Key(account.Aci, 2));
        Assert.False(await mailboxes.AppendAsync([new NewLetter(all[1], [])]));
        await stores.Database.WriteAsync(session =>
        {
            AccountStore.Delete(session, account.Aci);
            return true;
        });
        await stores.ReopenAsync();
        mailboxes = stores.Server.Home.Mailboxes;
        (keys, profiles, storage) = (new(stores.Database), new(stores.Database), new(stores.Database));
        Assert.Equal([0, 0, 1], all.Select(Letters));
        Assert.Null(stores.Server.Home.Accounts.Find(account.Aci));
        Assert.Null(Key(account.Aci, 1));
        Assert.Null(profiles.Find(account.Aci, "aa"));
        Assert.Null(storage.Manifest(account.Aci));
        Assert.NotNull(Key(other.Aci, 1));
        Assert.NotNull(profiles.Find(other.Aci, "aa"));
        Assert.NotNull(storage.Manifest(other.Aci));
    }
}
