using Fluister.Cryptography;
using Fluister.Server;
using Fluister.Server.Invites;
using Fluister.Server.Profiles;
using Fluister.Server.Storage;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.ServerTests.Stores.Conformance;

/// <summary>What invites, profiles, usernames and the storage service promise, whatever keeps them.</summary>
public sealed class SmallConformance
{
    /// <summary>Where each test runs.</summary>
    public static TheoryData<string> Backends => Backend.All;

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task An_invite_is_good_as_often_and_as_long_as_it_says(string backend)
    {
        await using var stores = Backend.Open(backend);
        var now = stores.Server.Clock.GetUtcNow();
        Invite Make(int uses) => Invite.Generate(uses, now, TimeSpan.FromDays(1), RandomSource.System);
        var (three, revoked, old) = (Make(3), Make(1), Make(1) with { Expires = now });
        foreach (var invite in new[] { three, revoked, old })
        {
            Assert.True(await stores.Server.Home.Invites.AddAsync(invite));
        }

        Assert.True(await stores.Server.Home.Invites.RevokeAsync(revoked.Token));
        Assert.False(await stores.Server.Home.Invites.RevokeAsync(new byte[16]));
        Task<bool> UseAsync(Invite invite) => stores.Database.WriteAsync(session => InviteStore.Use(session, invite.Token, now));
        var used = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => UseAsync(three))));
        Assert.Equal(3, used.Count(isGood => isGood));
        Assert.False(await UseAsync(revoked));
        Assert.False(await UseAsync(old));
        await stores.ReopenAsync();
        Assert.All(new[] { three, revoked, old }, invite => Assert.Null(stores.Server.Home.Invites.Find(invite.Token, now)));
        var list = stores.Server.Home.Invites.List();
        Assert.Equal(3, list.Count);
        Assert.Equal(0, list.Single(one => one.Invite.Token.AsSpan().SequenceEqual(three.Token)).Invite.UsesLeft);
        Assert.True(list.Single(one => one.Invite.Token.AsSpan().SequenceEqual(revoked.Token)).IsRevoked);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task The_newest_versions_of_a_profile_are_kept(string backend)
    {
        await using var stores = Backend.Open(backend);
        var aci = (await stores.Server.AddAccountAsync()).Account.Aci;
        var profiles = new ProfileStore(stores.Database);
        for (var i = 0; i <= ServerLimits.ProfileVersions; i++)
        {
            await profiles.SetAsync(aci, new Profile { Version = $"{i}", Commitment = [(byte)i], Name = [1, (byte)i] }, keepsAvatar: false);
        }

        await profiles.SetAsync(aci, new Profile { Version = "1", Commitment = [99] }, keepsAvatar: false);
        await stores.ReopenAsync();
        profiles = new ProfileStore(stores.Database);
        Assert.Null(profiles.Find(aci, "0"));
        var (profile, isNewest) = profiles.Find(aci, "1")!.Value;
        Assert.Equal([99], profile.Commitment);
        Assert.Null(profile.Name);
        Assert.True(isNewest);
        Assert.False(profiles.Find(aci, "2")!.Value.IsNewest);
        Assert.Null(profiles.Find(Guid.NewGuid(), "1"));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Of_many_who_reserve_one_username_at_once_one_has_it_until_its_time_is_over(string backend)
    {
        await using var stores = Backend.Open(backend);
        var hash = new byte[32];
        var accounts = new List<TestAccount>();
        for (var i = 0; i < 6; i++)
        {
            accounts.Add(await stores.Server.AddAccountAsync());
        }

        var given = await Task.WhenAll(accounts.Select(account => Task.Run(
            () => stores.Server.Home.Usernames.ReserveAsync(account.Caller, [hash]))));
        Assert.Single(given, one => one is not null);
        await stores.ReopenAsync();
        var late = accounts[Array.FindIndex(given, one => one is null)].Caller;
        Assert.Null(await stores.Server.Home.Usernames.ReserveAsync(late, [hash]));
        stores.Server.Clock.Advance(ServerLimits.UsernameReservation);
        Assert.NotNull(await stores.Server.Home.Usernames.ReserveAsync(late, [hash]));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Of_many_who_write_one_version_of_the_storage_at_once_one_does_and_wholly(string backend)
    {
        await using var stores = Backend.Open(backend);
        var aci = (await stores.Server.AddAccountAsync()).Account.Aci;
        var storage = new StorageStore(stores.Database);
        StorageWrite Write(ulong version, params string[] items)
        {
            var manifest = new StorageManifest { Version = version, Value = ByteString.CopyFromUtf8(items[0]) };
            var write = new StorageWrite { Manifest = manifest };
            write.Inserted.AddRange(items.Select(item => new StorageItem
            {
                Key = ByteString.CopyFromUtf8(item[..1]),
                Value = ByteString.CopyFromUtf8(item),
            }));
            return write;
        }

        Assert.Equal(StorageOutcome.Written, await storage.WriteAsync(aci, Write(5, "a0", "b0")));
        var outcomes = await Task.WhenAll(Enumerable.Range(1, 9).Select(i => Task.Run(
            () => storage.WriteAsync(aci, Write(6, $"a{i}", $"b{i}")))));
        Assert.Equal(1, outcomes.Count(outcome => outcome == StorageOutcome.Written));
        Assert.Equal(8, outcomes.Count(outcome => outcome == StorageOutcome.Conflict));
        await stores.ReopenAsync();
        storage = new StorageStore(stores.Database);
        var winner = 1 + Array.IndexOf(outcomes, StorageOutcome.Written);
        ByteString[] keys = [.. new[] { "a", "b", "c", "a" }.Select(ByteString.CopyFromUtf8)];
        Assert.Equal([$"a{winner}", $"b{winner}"], storage.Read(aci, keys)!.Select(item => item.Value.ToStringUtf8()).Order());
        Assert.Equal((6UL, $"a{winner}"), (storage.Manifest(aci)!.Version, storage.Manifest(aci)!.Value.ToStringUtf8()));
        Assert.NotEqual(0, await storage.DeleteAsync(aci));
        Assert.Null(storage.Manifest(aci));
        Assert.Empty(storage.Read(aci, keys)!);
    }
}
