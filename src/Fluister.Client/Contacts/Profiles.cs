using System.Text.Json.Nodes;
using Fluister.Client.Accounts;
using Fluister.Client.Contents;
using Fluister.Client.Sending;
using Fluister.Client.Store;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Profiles;
using Fluister.Protocol.ZkGroup.Profiles;
using Fluister.Wire.Json;
using Fluister.Wire.Protos;
using Latest = Fluister.Wire.Protos.SyncMessage.Types.FetchLatest.Types.Type;

namespace Fluister.Client.Contacts;

/// <summary>Profiles: the account's own, which it publishes encrypted by its profile key, and other people's, as far as they gave
/// theirs.</summary>
internal sealed partial class Profiles(ClientContext context, Sender sender)
{
    private const string KeyName = "profileKey";
    private const string AboutName = "about";
    private const string EmojiName = "aboutEmoji";
    private const string AvatarName = "remoteAvatarUrl";

    // The profile key of before, while the picture is encrypted by it.
    private const string AvatarKeyItem = "fluister.avatarKey";

    private readonly IdentityChanges _identities = new(context);

    private ClientStore Store => context.Store;

    /// <summary>The account's own, as it is kept here.</summary>
    public OwnProfile Own()
    {
        var own = Store.Conversations.Find(context.Self.Aci);
        return new OwnProfile
        {
            Name = new ProfileName(own?.ProfileName ?? "", own?.ProfileFamilyName),
            About = JsonColumn.Text(own?.Json, AboutName),
            Emoji = JsonColumn.Text(own?.Json, EmojiName),
            HasAvatar = JsonColumn.Text(own?.Json, AvatarName) is not null,
        };
    }

    /// <summary>Within a transaction: changes the account's own profile here, and has it published.</summary>
    /// <exception cref="ClientException">BadInput: a text is too long.</exception>
    public static void Change(ClientStore store, ServiceId self, OwnProfile profile)
    {
        Check("name", $"{profile.Name.Given}\0{profile.Name.Family}", ClientLimits.ProfileNameBytes, allowed: 1);
        Check("line about yourself", profile.About ?? "", ClientLimits.ProfileAboutBytes, allowed: 0);
        Check("emoji", profile.Emoji ?? "", ClientLimits.ProfileEmojiBytes, allowed: 0);
        var own = store.Conversations.GetOrAdd(self);
        Put(own.Json, AboutName, profile.About);
        Put(own.Json, EmojiName, profile.Emoji);
        if (!profile.HasAvatar)
        {
            own.Json.Remove(AvatarName);
        }

        store.Conversations.Save(own with
        {
            ProfileName = profile.Name.Given,
            ProfileFamilyName = string.IsNullOrEmpty(profile.Name.Family) ? null : profile.Name.Family,
        });
        Upkeep.Need(store.Items, UpkeepTask.PublishProfile | UpkeepTask.WriteStorage);
    }

    /// <summary>Publishes the account's own profile as it is kept here.</summary>
    /// <param name="avatar">A new picture; null for the one that there is, or none.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task PublishAsync(byte[]? avatar, CancellationToken cancel)
    {
        var (self, own) = (context.Self, Own());
        avatar ??= await UnderOldKeyAsync(cancel).ConfigureAwait(false);
        var hasAvatar = avatar is not null || own.HasAvatar;
        var form = await context.Api.SetProfileAsync(
            new SetProfileJson
            {
                Version = self.ProfileKey.Version(self.Aci),
                Commitment = ProfileKeyCommitment.Of(self.ProfileKey, self.Aci),
                Name = ProfileCipher.EncryptName(self.ProfileKey, own.Name, context.Random),
                About = string.IsNullOrEmpty(own.About) ? null : ProfileCipher.EncryptAbout(self.ProfileKey, own.About, context.Random),
                AboutEmoji = string.IsNullOrEmpty(own.Emoji)
                    ? null
                    : ProfileCipher.EncryptEmoji(self.ProfileKey, own.Emoji, context.Random),
                PhoneNumberSharing = ProfileCipher.EncryptSwitch(self.ProfileKey, false, context.Random),
                Avatar = hasAvatar,
                SameAvatar = hasAvatar && avatar is null,
            },
            cancel).ConfigureAwait(false);
        if (avatar is not null && form is not null)
        {
            var encrypted = ProfileCipher.EncryptAvatar(self.ProfileKey, avatar, context.Random);
            await _streams.UploadAvatarAsync(form, encrypted, cancel).ConfigureAwait(false);
        }

        Store.Transact(() =>
        {
            if (avatar is not null && form is not null)
            {
                var row = Store.Conversations.GetOrAdd(self.Aci);
                row.Json[AvatarName] = form.Key;
                Store.Conversations.Save(row);
                Store.Items.SetBytes(AvatarKeyItem, default);
            }

            Syncs.Enqueue(context, sender, new SyncMessage { FetchLatest = new() { Type = Latest.LocalProfile } });
        });
        sender.Wake();
    }

    /// <summary>The profile key of a person, as far as they gave it.</summary>
    public static ProfileKey? KeyOf(StoredConversation? conversation)
    {
        try
        {
            return JsonColumn.Text(conversation?.Json, KeyName) is { Length: > 0 } text
                ? new ProfileKey(Convert.FromBase64String(text))
                : null;
        }
        catch (Exception wrong) when (wrong is FormatException or ProtocolException)
        {
            return null;
        }
    }

    private static void Check(string what, string text, int bytes, int allowed)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(text) > bytes || text.Count(character => character == '\0') > allowed)
        {
            throw new ClientException(ClientError.BadInput, $"The {what} is too long: at most {bytes} bytes, without NULs.");
        }
    }

    private static void Put(JsonObject json, string name, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            json.Remove(name);
        }
        else
        {
            json[name] = text;
        }
    }

    private static ClientException Unreadable(Exception wrong) => new(
        ClientError.Malformed, "The person's profile cannot be decrypted with the key that they gave. It stays as it was.", wrong);
}
