using Fluister.Client.Store;
using Fluister.Client.Transport;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Profiles;

namespace Fluister.Client.Contacts;

/// <content>Pictures: encrypted files at the home server, whose place stands in the profile.</content>
internal sealed partial class Profiles
{
    private readonly HomeServerStreams _streams = new(context.Api.Link, context.Clock);

    /// <summary>The picture of a person or of the account itself; null where there is none.</summary>
    /// <exception cref="ClientException">NotFound; Malformed: it cannot be decrypted, or is too large; Unreachable.</exception>
    public async Task<byte[]?> AvatarAsync(ServiceId person, CancellationToken cancel)
    {
        var row = Store.Read(() => Store.Conversations.Find(person));
        using var key = person == context.Self.Aci ? OwnAvatarKey() : KeyOf(row);
        return key is null || JsonColumn.Text(row?.Json, AvatarName) is not { Length: > 0 } path
            ? null
            : await DownloadAsync(path, key, cancel).ConfigureAwait(false);
    }

    private async Task<byte[]> DownloadAsync(string path, ProfileKey key, CancellationToken cancel)
    {
        var encrypted = await _streams.DownloadAvatarAsync(path, cancel).ConfigureAwait(false);
        try
        {
            return ProfileCipher.DecryptAvatar(key, encrypted);
        }
        catch (ProtocolException wrong)
        {
            throw Unreadable(wrong);
        }
    }

    // After the profile's key has changed the picture is encrypted anew; where that one is gone, there is none any more.
    private async Task<byte[]?> UnderOldKeyAsync(CancellationToken cancel)
    {
        var (bytes, path) = Store.Read(() => (
            Store.Items.Bytes(AvatarKeyItem), JsonColumn.Text(Store.Conversations.Find(context.Self.Aci)?.Json, AvatarName)));
        if (bytes is null || path is null)
        {
            return null;
        }

        try
        {
            using var key = new ProfileKey(bytes);
            return await DownloadAsync(path, key, cancel).ConfigureAwait(false);
        }
        catch (ClientException gone) when (gone.Error is ClientError.NotFound or ClientError.Malformed)
        {
            return null;
        }
    }

    private ProfileKey OwnAvatarKey() => new(Store.Read(() => Store.Items.Bytes(AvatarKeyItem)) ?? context.Self.ProfileKey.Reveal());
}
