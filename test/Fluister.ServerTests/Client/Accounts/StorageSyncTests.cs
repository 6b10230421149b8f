using Fluister.Client;
using Fluister.Client.Contacts.Storage;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Profiles;
using Fluister.Protocol.Storage;
using Fluister.Wire.Json;
using Fluister.Wire.Protos;
using Google.Protobuf;
using Encrypted = Fluister.Wire.Protos.StorageManifest;
using Manifest = Fluister.Protocol.Storage.StorageManifest;

namespace Fluister.ServerTests.Client.Accounts;

/// <summary>The storage service between two devices of one account: what one writes the other has, and neither undoes the other.</summary>
public sealed class StorageSyncTests : IAsyncLifetime
{
    private static readonly ServiceId _carl = ServiceId.Aci(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));

    private AccountScene _scene = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _scene = await AccountScene.StartAsync();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task A_device_that_is_linked_has_the_primarys_people_settings_and_username()
    {
        var anna = await _scene.PersonAsync("Anna");
        var ben = await _scene.PersonAsync("Ben");
        await anna.FetchProfileAsync(ben.Self.Aci, Cancellation);
        await anna.AddContactAsync(ben.Self.Aci, "Benny", Cancellation);
        await anna.VerifyAsync(ben.Self.Aci, isVerified: true, Cancellation);
        await anna.BlockAsync(_carl, Cancellation);
        await anna.SetUsernameAsync("anna_k.42", Cancellation);
        var link = await anna.UsernameLinkAsync(renew: false, Cancellation);
        await anna.SyncStorageAsync(Cancellation);

        var laptop = await _scene.LinkedAsync(anna, "laptop");
        var contact = laptop.Contact(ben.Self.Aci)!;
        Assert.Equal(("Benny", true, true, false), (contact.Name, contact.IsVerified, contact.IsAccepted, contact.IsBlocked));
        Assert.True(laptop.Contact(_carl)!.IsBlocked);
        Assert.Equal("anna_k.42", laptop.Username);
        Assert.Equal(link, await laptop.UsernameLinkAsync(renew: false, Cancellation));
        Assert.Equal(new ProfileName("Anna"), laptop.Profile.Name);
    }

    [Fact]
    public async Task Changes_on_both_devices_at_once_are_joined()
    {
        var anna = await _scene.PersonAsync("Anna");
        await anna.AddContactAsync(_carl, "Carl", Cancellation);
        await anna.SyncStorageAsync(Cancellation);
        var laptop = await _scene.LinkedAsync(anna, "laptop");

        // While the laptop does not read by itself: so it writes over the version that the primary has written over too.
        await laptop.Upkeep.AloneAsync(
            async () =>
            {
                await anna.RenameContactAsync(_carl, "Karel", Cancellation);
                await anna.SyncStorageAsync(Cancellation);
                laptop.Context.Store.Transact(() =>
                {
                    var row = laptop.Context.Store.Conversations.Find(_carl)!;
                    Assert.Equal("Carl", row.Name);
                    row.Json["isArchived"] = true;
                    row.Json["needsStorageServiceSync"] = true;
                    laptop.Context.Store.Conversations.Save(row);
                });
                await new StorageSync(laptop.Context, laptop.Sender).WriteAsync(Cancellation);
            },
            Cancellation);
        await anna.SyncStorageAsync(Cancellation);
        foreach (var device in new[] { anna, laptop })
        {
            Assert.Equal("Karel", device.Contact(_carl)!.Name);
            Assert.True((bool)device.Context.Store.Conversations.Find(_carl)!.Json["isArchived"]!);
        }

        var (_, manifest) = await ManifestAsync(anna);
        Assert.Single(manifest.Items, item => item.Kind == 1);
    }

    [Fact]
    public async Task What_this_client_does_not_know_stays_as_it_was()
    {
        var anna = await _scene.PersonAsync("Anna");
        await anna.AddContactAsync(_carl, "Carl", Cancellation);
        await anna.SyncStorageAsync(Cancellation);

        // Another client adds a record of an unknown kind, and an unknown field to Carl's.
        await anna.SettledAsync(Cancellation);
        var (credential, manifest) = await ManifestAsync(anna);
        var key = Key(anna);
        var strange = StorageItemId.Generate(77, RandomSource.System);
        var carl = StorageItemId.Generate(1, RandomSource.System);
        var old = manifest.Items.Single(item => item.Kind == 1);
        var record = (await RecordAsync(anna, credential, manifest, old)).ToByteArray();
        byte[] field = [0xfa, 0x3f, 0x03, 1, 2, 3];
        byte[] contact = [.. StorageRecord.Parser.ParseFrom(record).Contact.ToByteArray(), .. field];
        byte[] changed = [0x0a, (byte)(0x80 | (contact.Length & 0x7f)), (byte)(contact.Length >> 7), .. contact];
        var sealedStrange = StorageCipher.EncryptItem(key, manifest.RecordKey, strange.Raw.Span, [9, 9, 9], RandomSource.System);
        var next = manifest with
        {
            Version = manifest.Version + 1,
            Items = [.. manifest.Items.Where(item => item != old), strange, carl],
        };
        var write = new StorageWrite
        {
            Manifest = new Encrypted
            {
                Version = next.Version,
                Value = ByteString.CopyFrom(StorageCipher.EncryptManifest(key, next, RandomSource.System)),
            },
            Inserted =
            {
                Item(strange, sealedStrange),
                Item(carl, StorageCipher.EncryptItem(key, manifest.RecordKey, carl.Raw.Span, changed, RandomSource.System)),
            },
            DeletedKeys = { ByteString.CopyFrom(old.Raw.Span) },
        };
        Assert.Null(await anna.Context.Api.WriteStorageAsync(credential, write, Cancellation));

        await anna.RenameContactAsync(_carl, "Karel", Cancellation);
        await anna.SyncStorageAsync(Cancellation);
        var (_, after) = await ManifestAsync(anna);
        Assert.Equal(next.Version + 1, after.Version);
        Assert.Contains(after.Items, item => item.Kind == 77 && item.Raw.Span.SequenceEqual(strange.Raw.Span));
        var kept = Assert.Single((await anna.Context.Api.ReadStorageAsync(
            credential, [ByteString.CopyFrom(strange.Raw.Span)], Cancellation))!);
        Assert.Equal(sealedStrange, kept.Value.ToByteArray());
        var now = await RecordAsync(anna, credential, after, after.Items.Single(item => item.Kind == 1));
        Assert.Equal("Karel", now.Contact.Nickname.Given);
        Assert.True(now.Contact.ToByteArray().AsSpan().IndexOf(field) >= 0);
    }

    [Fact]
    public async Task Where_others_are_always_faster_it_gives_up_after_some_tries_and_keeps_the_change()
    {
        var anna = await _scene.PersonAsync("Anna");
        await anna.AddContactAsync(_carl, "Carl", Cancellation);
        await anna.SyncStorageAsync(Cancellation);
        var (credential, _) = await ManifestAsync(anna);
        var current = await anna.Context.Api.ManifestAsync(credential, 0, Cancellation);
        var writes = 0;
        var late = anna.Context with
        {
            Api = new HomeServerApi(anna.Context.Api.Link)
            {
                Around = (request, ask) =>
                {
                    if (request is not { Verb: "PUT", Path: "/v1/storage" })
                    {
                        return ask();
                    }

                    writes++;
                    return Task.FromResult(new ServiceResponse(409, current.ToByteArray(), new Dictionary<string, string>()));
                },
            },
        };
        ClientException? failed = null;
        await anna.Upkeep.AloneAsync(
            async () =>
            {
                await anna.RenameContactAsync(_carl, "Karel", Cancellation);
                failed = await Assert.ThrowsAsync<ClientException>(() => new StorageSync(late, anna.Sender).WriteAsync(Cancellation));
            },
            Cancellation);
        Assert.Equal((ClientError.Unreachable, 5), (failed!.Error, writes));
        Assert.Equal("Karel", anna.Contact(_carl)!.Name);
        await anna.SyncStorageAsync(Cancellation);
        var (_, after) = await ManifestAsync(anna);
        var written = await RecordAsync(anna, credential, after, after.Items.Single(item => item.Kind == 1));
        Assert.Equal("Karel", written.Contact.Nickname.Given);
    }

    [Fact]
    public async Task A_manifest_of_another_key_or_with_changed_bytes_is_a_typed_error_and_changes_nothing()
    {
        var anna = await _scene.PersonAsync("Anna");
        await anna.AddContactAsync(_carl, "Carl", Cancellation);
        await anna.SyncStorageAsync(Cancellation);
        var lying = anna.Context with
        {
            Api = new HomeServerApi(anna.Context.Api.Link)
            {
                Around = async (request, ask) =>
                {
                    var answer = await ask();
                    return request.Path.Contains("/manifest/", StringComparison.Ordinal) ? Forge(answer) : answer;
                },
            },
        };
        await anna.Upkeep.AloneAsync(
            async () =>
            {
                lying.Store.Transact(() => new StorageState(lying.Store).Forget());
                var failed = await Assert.ThrowsAsync<ClientException>(() => new StorageSync(lying, anna.Sender).ReadAsync(Cancellation));
                Assert.Equal(ClientError.Malformed, failed.Error);
            },
            Cancellation);
        Assert.Equal("Carl", anna.Contact(_carl)!.Name);
    }

    [Fact]
    public async Task A_change_on_one_device_reaches_the_other_by_itself()
    {
        var anna = await _scene.PersonAsync("Anna");
        var laptop = await _scene.LinkedAsync(anna, "laptop");
        await anna.AddContactAsync(_carl, "Carl", Cancellation);
        while (laptop.Contact(_carl)?.Name != "Carl")
        {
            await laptop.Events.ReadAsync(Cancellation).AsTask().WaitAsync(AccountScene.Patience, Cancellation);
            await laptop.SettledAsync(Cancellation);
        }
    }

    [Fact]
    public void Fields_that_one_side_changed_win_over_those_that_it_did_not_touch()
    {
        var known = new ContactRecord { GivenName = "A", Blocked = false, Note = "old", FamilyName = "F" };
        var mine = new ContactRecord { GivenName = "B", Blocked = false, Note = "old" };
        var theirs = new ContactRecord { GivenName = "A", Blocked = true, Note = "new", FamilyName = "F" };
        var merged = RecordMerge.Merge(known, mine, theirs);
        Assert.Equal(new ContactRecord { GivenName = "B", Blocked = true, Note = "new" }, merged);
    }

    private static ServiceResponse Forge(ServiceResponse answer)
    {
        var manifest = Encrypted.Parser.ParseFrom(answer.Body);
        var value = manifest.Value.ToByteArray();
        value[^1] ^= 1;
        manifest.Value = ByteString.CopyFrom(value);
        return answer with { Body = manifest.ToByteArray() };
    }

    private static StorageItem Item(StorageItemId id, byte[] value) =>
        new() { Key = ByteString.CopyFrom(id.Raw.Span), Value = ByteString.CopyFrom(value) };

    private static StorageKey Key(AccountClient client)
    {
        using var svr = client.Self.EntropyPool.SvrKey();
        return svr.StorageKey();
    }

    private static async Task<(CredentialJson Credential, Manifest Manifest)> ManifestAsync(AccountClient client)
    {
        var credential = await client.Context.Api.StorageCredentialAsync(Cancellation);
        var given = (await client.Context.Api.ManifestAsync(credential, 0, Cancellation))!;
        return (credential, StorageCipher.DecryptManifest(Key(client), given.Version, given.Value.Span));
    }

    private static async Task<StorageRecord> RecordAsync(
        AccountClient client, CredentialJson credential, Manifest manifest, StorageItemId id)
    {
        var item = Assert.Single((await client.Context.Api.ReadStorageAsync(
            credential, [ByteString.CopyFrom(id.Raw.Span)], Cancellation))!);
        var record = StorageCipher.DecryptItem(Key(client), manifest.RecordKey, id.Raw.Span, item.Value.Span);
        return StorageRecord.Parser.ParseFrom(record);
    }
}
