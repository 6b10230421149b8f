using Fluister.Client.Accounts;
using Fluister.Client.Store;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Profiles;
using Fluister.Wire.Json;

namespace Fluister.Client.Contacts;

/// <content>Reading profiles.</content>
internal sealed partial class Profiles
{
    private const string FetchedName = "profileLastFetchedAt";
    private const string ModeName = "sealedSender";
    private const string GoneName = "firstUnregisteredAt";

    // As Signal Desktop keeps it: what is known of who may write under a seal.
    private const int Enabled = 1;
    private const int Disabled = 2;
    private const int Unrestricted = 3;

    /// <summary>Asks for a person's profile, and keeps what it says; under their access key where it is known, so that the server does not
    /// learn who asks.</summary>
    /// <returns>False where the account is not there (any more).</returns>
    /// <exception cref="ClientException">Malformed: the profile cannot be decrypted, or is another person's.</exception>
    public async Task<bool> FetchAsync(ServiceId person, CancellationToken cancel)
    {
        var isOwn = person == context.Self.Aci;
        var row = Store.Read(() => Store.Conversations.Find(person));
        using var key = isOwn ? new ProfileKey(context.Self.ProfileKey.Reveal()) : person.Kind == ServiceIdKind.Aci ? KeyOf(row) : null;
        using var access = isOwn ? null : key?.AccessKey();
        var version = key?.Version(person);
        var (profile, isDenied) = await context.Api.ProfileAsync(person, version, access, cancel).ConfigureAwait(false);
        if (isDenied)
        {
            (profile, _) = await context.Api.ProfileAsync(person, version, null, cancel).ConfigureAwait(false);
        }

        if (profile is null)
        {
            Store.Transact(() => Gone(person));
            return false;
        }

        var read = Decrypt(profile, person, key);
        var change = Store.Transact(() => Keep(person, profile, read, key));
        if (change is not null)
        {
            context.Tell(change);
        }

        return read.Wrong is null ? true : throw Unreadable(read.Wrong);
    }

    /// <summary>People whose profile is to be read: they gave a key, and it was not read since.</summary>
    public IReadOnlyList<ServiceId> Unread() => Store.Read<IReadOnlyList<ServiceId>>(() =>
    [
        .. Store.Conversations.All()
            .Where(row => row.ServiceId is { Kind: ServiceIdKind.Aci } && row.ServiceId != context.Self.Aci
                && JsonColumn.Text(row.Json, KeyName) is not null && JsonColumn.Number(row.Json, FetchedName) is null)
            .Select(row => row.ServiceId!.Value)
            .Take(ClientLimits.ProfilesAtOnce),
    ]);

    /// <summary>Does not ask for a person's profile again until there is a reason.</summary>
    public void Skip(ServiceId person) => Store.Transact(() =>
    {
        if (Store.Conversations.Find(person) is { } row)
        {
            row.Json[FetchedName] = context.Clock.GetUtcNow().ToUnixTimeMilliseconds();
            Store.Conversations.Save(row);
        }
    });

    private static DecryptedProfile Decrypt(ProfileJson profile, ServiceId person, ProfileKey? key)
    {
        if (!ServiceId.TryParse(profile.Uuid, out var id) || id != person)
        {
            throw new ClientException(ClientError.Malformed, "The home server gave another person's profile than was asked for.");
        }

        try
        {
            return new DecryptedProfile(
                IdentityKey.Read(profile.IdentityKey),
                key is not null && profile.Name is { Length: > 0 } name ? ProfileCipher.DecryptName(key, name) : null,
                key is not null && profile.About is { Length: > 0 } about ? ProfileCipher.DecryptText(key, about) : null,
                key is not null && profile.AboutEmoji is { Length: > 0 } emoji ? ProfileCipher.DecryptText(key, emoji) : null,
                null);
        }
        catch (ProtocolException wrong) when (wrong.Error != ProtocolError.BadKey)
        {
            return new DecryptedProfile(IdentityKey.Read(profile.IdentityKey), null, null, null, wrong);
        }
        catch (ProtocolException wrong)
        {
            throw new ClientException(ClientError.Malformed, "The home server gave a profile without an identity key.", wrong);
        }
    }

    private IdentityChanged? Keep(ServiceId person, ProfileJson profile, DecryptedProfile read, ProfileKey? key)
    {
        var row = Store.Conversations.GetOrAdd(person);
        row.Json[FetchedName] = context.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        row.Json.Remove(GoneName);
        if (person.Kind == ServiceIdKind.Aci && person != context.Self.Aci)
        {
            row.Json[ModeName] = Mode(profile, key);
        }

        if (read.Name is { } name)
        {
            // A version that the server does not have says nothing; one that it has says all there is.
            Put(row.Json, AboutName, read.About);
            Put(row.Json, EmojiName, read.Emoji);
            Put(row.Json, AvatarName, profile.Avatar);
            var family = string.IsNullOrEmpty(name.Family) ? null : name.Family;
            if ((row.ProfileName, row.ProfileFamilyName) != (name.Given, family))
            {
                row.Json["needsStorageServiceSync"] = true;
                Upkeep.Need(Store.Items, UpkeepTask.WriteStorage);
            }

            row = row with { ProfileName = name.Given, ProfileFamilyName = family };
        }

        Store.Conversations.Save(row);
        var change = _identities.Take(person, read.Identity);
        if (change is not null)
        {
            _identities.ArchiveOthers(person, read.Identity);
        }

        return change;
    }

    // By Signal's rules: the server shows that it knows the access key too; whoever gets that wrong is written to unsealed.
    private static int Mode(ProfileJson profile, ProfileKey? key)
    {
        if (profile.UnrestrictedUnidentifiedAccess)
        {
            return Unrestricted;
        }

        using var access = key?.AccessKey();
        return access is not null && profile.UnidentifiedAccess is { } verifier && access.Matches(verifier) ? Enabled : Disabled;
    }

    private void Gone(ServiceId person)
    {
        if (Store.Conversations.Find(person) is { } row)
        {
            row.Json[FetchedName] = context.Clock.GetUtcNow().ToUnixTimeMilliseconds();
            row.Json[GoneName] ??= context.Clock.GetUtcNow().ToUnixTimeMilliseconds();
            Store.Conversations.Save(row);
        }
    }

    private sealed record DecryptedProfile(
        IdentityKey Identity, ProfileName? Name, string? About, string? Emoji, ProtocolException? Wrong);
}
