using Fluister.Client.Accounts;
using Fluister.Protocol.Profiles;

namespace Fluister.Client.Contacts;

/// <summary>A new profile key, so that somebody who was blocked neither reads the profile any more nor writes under a seal.</summary>
internal static class ProfileKeyRotation
{
    private const string AvatarKeyItem = "fluister.avatarKey";

    /// <summary>Draws it, and has everything that hangs on it published. People who write with this account learn it
    /// with the next message to them. Only the primary does; linked devices learn it by the storage service.</summary>
    public static void Rotate(ClientContext context) => Take(context, ProfileKey.Generate(context.Random), publish: true);

    /// <summary>Takes a key, drawn here or on another device. Where it is the one that is known nothing changes.</summary>
    public static void Take(ClientContext context, ProfileKey key, bool publish)
    {
        var before = context.Self;
        if (before.ProfileKey.FixedTimeEquals(key))
        {
            key.Dispose();
            return;
        }

        context.Store.Transact(() => Keep(context, before, key, publish));
    }

    private static void Keep(ClientContext context, Self before, ProfileKey key, bool publish)
    {
        var items = context.Store.Items;
        if (publish && items.Bytes(AvatarKeyItem) is null)
        {
            items.SetBytes(AvatarKeyItem, before.ProfileKey.Reveal());
        }

        context.Become(before with { ProfileKey = key });
        var own = context.Store.Conversations.GetOrAdd(before.Aci);
        own.Json["profileKey"] = Convert.ToBase64String(key.Reveal());
        context.Store.Conversations.Save(own);
        Upkeep.Need(items, publish
            ? UpkeepTask.PublishProfile | UpkeepTask.Attributes | UpkeepTask.WriteStorage
            : UpkeepTask.OwnProfile);
    }
}
