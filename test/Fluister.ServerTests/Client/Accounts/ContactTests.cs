using Fluister.Client;
using Fluister.Client.Contacts;
using Fluister.Client.Store;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Fingerprints;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Profiles;
using People = Fluister.Client.Contacts.Profiles;

namespace Fluister.ServerTests.Client.Accounts;

/// <summary>People: profiles with the right key and a wrong one, names, safety numbers, keys that change.</summary>
public sealed class ContactTests : IAsyncLifetime
{
    private AccountScene _scene = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _scene = await AccountScene.StartAsync();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task A_profile_arrives_with_its_picture_at_who_has_the_key()
    {
        var (anna, ben) = (await _scene.PersonAsync("Anna"), await _scene.PersonAsync("Ben"));
        byte[] picture = [1, 2, 3, 4, 5];
        var profile = new OwnProfile { Name = new ProfileName("Anna", "Kraai"), About = "in the garden", Emoji = "🌱", HasAvatar = true };
        await anna.SetProfileAsync(profile, picture, Cancellation);
        Assert.Equal(profile, anna.Profile);
        Give(ben, anna, anna.Self.ProfileKey);
        Assert.True(await ben.FetchProfileAsync(anna.Self.Aci, Cancellation));
        var contact = ben.Contact(anna.Self.Aci)!;
        Assert.Equal((profile.Name, profile.About, "Anna Kraai"), (contact.ProfileName, contact.About, contact.DisplayName));
        Assert.Equal(picture, await ben.AvatarAsync(anna.Self.Aci, Cancellation));
        Assert.Equal(picture, await anna.AvatarAsync(anna.Self.Aci, Cancellation));
        Assert.Equal(1, Row(ben, anna).Json["sealedSender"]!.GetValue<int>());

        await anna.SetProfileAsync(profile with { About = null, HasAvatar = false }, null, Cancellation);
        await ben.FetchProfileAsync(anna.Self.Aci, Cancellation);
        Assert.Null(ben.Contact(anna.Self.Aci)!.About);
        Assert.Null(await ben.AvatarAsync(anna.Self.Aci, Cancellation));
    }

    [Fact]
    public async Task With_another_key_nothing_is_read_and_the_person_is_written_to_unsealed()
    {
        var (anna, ben) = (await _scene.PersonAsync("Anna"), await _scene.PersonAsync("Ben"));
        using var wrong = ProfileKey.Generate(RandomSource.System);
        Give(ben, anna, wrong);

        // Their version of the profile is not there for another key, nor is the access key the right one.
        Assert.True(await ben.FetchProfileAsync(anna.Self.Aci, Cancellation));
        Assert.Null(ben.Contact(anna.Self.Aci)!.ProfileName);
        Assert.Equal(2, Row(ben, anna).Json["sealedSender"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_profile_that_another_key_encrypted_is_a_typed_error_and_leaves_what_was_known()
    {
        var (anna, ben) = (await _scene.PersonAsync("Anna"), await _scene.PersonAsync("Ben"));
        Give(ben, anna, anna.Self.ProfileKey);
        await ben.FetchProfileAsync(anna.Self.Aci, Cancellation);
        using var other = ProfileKey.Generate(RandomSource.System);
        var name = ProfileCipher.EncryptName(other, new ProfileName("Mallory"), RandomSource.System);
        var lying = ben.Context with { Api = Lying(ben, body => Replace(body, "name", name)) };
        await RefusedAsync(ClientError.Malformed, () => new People(lying, ben.Sender).FetchAsync(anna.Self.Aci, Cancellation));
        Assert.Equal("Anna", ben.Contact(anna.Self.Aci)!.DisplayName);
    }

    [Fact]
    public async Task Another_persons_profile_is_refused()
    {
        var (anna, ben) = (await _scene.PersonAsync("Anna"), await _scene.PersonAsync("Ben"));
        var lying = ben.Context with
        {
            Api = Lying(ben, body => body.Replace($"{anna.Self.Aci}", $"{ben.Self.Aci}", StringComparison.Ordinal)),
        };
        await RefusedAsync(ClientError.Malformed, () => new People(lying, ben.Sender).FetchAsync(anna.Self.Aci, Cancellation));
    }

    [Fact]
    public async Task Without_a_key_only_the_identity_is_learned()
    {
        var (anna, ben) = (await _scene.PersonAsync("Anna"), await _scene.PersonAsync("Ben"));
        Assert.True(await ben.FetchProfileAsync(anna.Self.Aci, Cancellation));
        Assert.Equal(anna.Self.Aci.ToString(), ben.Contact(anna.Self.Aci)!.DisplayName);
        Assert.Equal(anna.Self.AciIdentity.Public, ben.Context.Store.Identities.Find(anna.Self.Aci)!.Key);
        Assert.False(await ben.FetchProfileAsync(ServiceId.Aci(_scene.Server.Home.Identity.Tag.Mint(RandomSource.System)), Cancellation));
    }

    [Fact]
    public async Task A_changed_profile_key_keeps_the_picture_and_shuts_out_who_has_the_old_one()
    {
        var (anna, ben) = (await _scene.PersonAsync("Anna"), await _scene.PersonAsync("Ben"));
        await anna.SetProfileAsync(anna.Profile with { HasAvatar = true }, [1, 2, 3], Cancellation);
        Give(ben, anna, anna.Self.ProfileKey);
        var old = anna.Self.ProfileKey;
        ProfileKeyRotation.Rotate(anna.Context);
        Assert.False(old.FixedTimeEquals(anna.Self.ProfileKey));
        await anna.SettledAsync(Cancellation);
        Assert.Equal([1, 2, 3], await anna.AvatarAsync(anna.Self.Aci, Cancellation));

        await ben.FetchProfileAsync(anna.Self.Aci, Cancellation);
        Assert.Equal(2, Row(ben, anna).Json["sealedSender"]!.GetValue<int>());
        Give(ben, anna, anna.Self.ProfileKey);
        await ben.FetchProfileAsync(anna.Self.Aci, Cancellation);
        Assert.Equal(1, Row(ben, anna).Json["sealedSender"]!.GetValue<int>());
        Assert.Equal([1, 2, 3], await ben.AvatarAsync(anna.Self.Aci, Cancellation));
        using var kept = anna.Context.Store.Items.Self()!;
        Assert.True(kept.ProfileKey.FixedTimeEquals(anna.Self.ProfileKey));
    }

    [Fact]
    public async Task Whom_a_text_means_is_found_by_names_ids_and_labels()
    {
        var (anna, ben) = (await _scene.PersonAsync("Anna"), await _scene.PersonAsync("Ben"));
        Give(ben, anna, anna.Self.ProfileKey);
        await ben.FetchProfileAsync(anna.Self.Aci, Cancellation);
        Assert.Equal(ben.Self.Aci, await ben.ResolveAsync("self", Cancellation));
        Assert.Equal(anna.Self.Aci, await ben.ResolveAsync(anna.Self.Aci.ToString(), Cancellation));
        Assert.Equal(anna.Self.Aci, await ben.ResolveAsync("anna", Cancellation));
        await ben.AddContactAsync(anna.Self.Aci, "  Auntie  ", Cancellation);
        Assert.Equal("Auntie", ben.Contact(anna.Self.Aci)!.DisplayName);
        Assert.True(ben.Contact(anna.Self.Aci)!.IsAccepted);
        Assert.Equal(anna.Self.Aci, await ben.ResolveAsync("AUNTIE", Cancellation));
        Assert.Equal([anna.Self.Aci], ben.Contacts().Select(contact => contact.Id));

        var other = ServiceId.Aci(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));
        await ben.AddContactAsync(other, "Auntie", Cancellation);
        await RefusedAsync(ClientError.BadInput, () => ben.ResolveAsync("Auntie", Cancellation));
        await ben.RenameContactAsync(other, null, Cancellation);
        Assert.Equal(anna.Self.Aci, await ben.ResolveAsync("Auntie", Cancellation));
        await RefusedAsync(ClientError.NotFound, () => ben.ResolveAsync("nobody at all", Cancellation));
        await RefusedAsync(ClientError.BadInput, () => ben.AddContactAsync(other, new string('x', 101), Cancellation));
    }

    [Fact]
    public async Task Safety_numbers_are_the_same_on_both_sides_and_their_codes_fit()
    {
        var (anna, ben) = (await _scene.PersonAsync("Anna"), await _scene.PersonAsync("Ben"));
        await RefusedAsync(ClientError.NotFound, () => Task.FromResult(anna.SafetyNumber(ben.Self.Aci)));
        await MeetAsync(anna, ben);
        var (annas, bens) = (anna.SafetyNumber(ben.Self.Aci), ben.SafetyNumber(anna.Self.Aci));
        Assert.Equal(annas.Digits, bens.Digits);
        Assert.Equal(
            Fingerprint.Compute(
                anna.Self.Aci.ToBytes(), anna.Self.AciIdentity.Public, ben.Self.Aci.ToBytes(), ben.Self.AciIdentity.Public).Digits,
            annas.Digits);
        Assert.Equal(12, annas.Groups.Count);
        Assert.All(annas.Groups, group => Assert.Matches("^[0-9]{5}$", group));
        Assert.True(annas.Fits(string.Join("  ", bens.Groups)));
        Assert.Equal(FingerprintMatch.Same, anna.CompareScanned(ben.Self.Aci, bens.Scannable));
        Assert.Equal(FingerprintMatch.Different, anna.CompareScanned(ben.Self.Aci, annas.Scannable));
        await RefusedAsync(ClientError.BadInput, () => Task.FromResult(anna.CompareScanned(ben.Self.Aci, [1, 2, 3])));
    }

    [Fact]
    public async Task A_verified_person_with_another_key_is_not_written_to_until_that_is_accepted()
    {
        var (anna, ben) = (await _scene.PersonAsync("Anna"), await _scene.PersonAsync("Ben"));
        await MeetAsync(anna, ben);
        await anna.VerifyAsync(ben.Self.Aci, isVerified: true, Cancellation);
        Assert.True(anna.Contact(ben.Self.Aci)!.IsVerified);
        using var other = IdentityKeyPair.Generate(RandomSource.System);
        anna.Context.Store.Transact(() => anna.Context.Store.Identities.Take(ben.Self.Aci, other.Public, DateTimeOffset.UnixEpoch));
        Assert.True(anna.Contact(ben.Self.Aci) is { IsVerified: false, HasUntrustedIdentity: true });
        await anna.AcceptIdentityAsync(ben.Self.Aci, Cancellation);
        Assert.True(anna.Contact(ben.Self.Aci) is { IsVerified: false, HasUntrustedIdentity: false });
        await anna.VerifyAsync(ben.Self.Aci, isVerified: true, Cancellation);
        await anna.VerifyAsync(ben.Self.Aci, isVerified: false, Cancellation);
        Assert.False(anna.Contact(ben.Self.Aci)!.IsVerified);
    }

    [Fact]
    public async Task A_check_of_identities_finds_the_key_that_differs()
    {
        var (anna, ben) = (await _scene.PersonAsync("Anna"), await _scene.PersonAsync("Ben"));
        await MeetAsync(anna, ben);
        Assert.Empty(await anna.CheckIdentitiesAsync(Cancellation));
        using var other = IdentityKeyPair.Generate(RandomSource.System);
        anna.Context.Store.Transact(() => anna.Context.Store.Identities.Save(
            ben.Self.Aci, new KnownIdentity(other.Public, Verification.Verified, true, true, DateTimeOffset.UnixEpoch)));
        Assert.Equal([ben.Self.Aci], await anna.CheckIdentitiesAsync(Cancellation));
        Assert.Equal(ben.Self.AciIdentity.Public, anna.Context.Store.Identities.Find(ben.Self.Aci)!.Key);
        Assert.True(anna.Contact(ben.Self.Aci)!.HasUntrustedIdentity);
    }

    private static void Give(AccountClient who, AccountClient whose, ProfileKey key) => who.Context.Store.Transact(() =>
    {
        var row = who.Context.Store.Conversations.GetOrAdd(whose.Self.Aci);
        row.Json["profileKey"] = Convert.ToBase64String(key.Reveal());
        who.Context.Store.Conversations.Save(row);
    });

    private static StoredConversation Row(AccountClient who, AccountClient of) =>
        who.Context.Store.Conversations.Find(of.Self.Aci)!;

    private static async Task MeetAsync(AccountClient one, AccountClient other)
    {
        await one.FetchProfileAsync(other.Self.Aci, Cancellation);
        await other.FetchProfileAsync(one.Self.Aci, Cancellation);
    }

    private static HomeServerApi Lying(AccountClient client, Func<string, string> lie) => new(client.Context.Api.Link)
    {
        Around = async (_, ask) =>
        {
            var answer = await ask();
            return answer with { Body = System.Text.Encoding.UTF8.GetBytes(lie(System.Text.Encoding.UTF8.GetString(answer.Body))) };
        },
    };

    private static string Replace(string body, string name, byte[] value)
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(body)!.AsObject();
        json[name] = Convert.ToBase64String(value);
        return json.ToJsonString();
    }

    private static async Task RefusedAsync(ClientError error, Func<Task> work) =>
        Assert.Equal(error, (await Assert.ThrowsAsync<ClientException>(work)).Error);
}
