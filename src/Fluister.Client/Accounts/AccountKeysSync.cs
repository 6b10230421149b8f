using Fluister.Client.Contacts.Storage;
using Fluister.Protocol.AccountKeys;
using Fluister.Wire.Protos;

namespace Fluister.Client.Accounts;

/// <summary>What the account's other devices tell of its keys, and of what is to be read anew.</summary>
internal static class AccountKeysSync
{
    /// <summary>Within a transaction: takes the root of the account's keys, where it is another than is known.</summary>
    /// <exception cref="ClientException">Malformed: no such root can be.</exception>
    public static void Take(ClientContext context, SyncMessage.Types.Keys keys)
    {
        if (!keys.HasAccountEntropyPool || context.Self.IsPrimary)
        {
            return;
        }

        if (!AccountEntropyPool.TryParse(keys.AccountEntropyPool, out var pool))
        {
            throw new ClientException(ClientError.Malformed, "Another device of ours tells of keys that cannot be.");
        }

        if (pool.Reveal().SequenceEqual(context.Self.EntropyPool.Reveal()))
        {
            pool.Dispose();
            return;
        }

        context.Become(context.Self with { EntropyPool = pool });
        new StorageState(context.Store).Forget();
        Upkeep.Need(context.Store.Items, UpkeepTask.ReadStorage);
    }

    /// <summary>Within a transaction: something of the account has changed at the home server.</summary>
    public static void Changed(ClientContext context, SyncMessage.Types.FetchLatest.Types.Type what)
    {
        var task = what switch
        {
            SyncMessage.Types.FetchLatest.Types.Type.LocalProfile => UpkeepTask.OwnProfile,
            SyncMessage.Types.FetchLatest.Types.Type.StorageManifest => UpkeepTask.ReadStorage,
            _ => UpkeepTask.None,
        };
        Upkeep.Need(context.Store.Items, task);
    }
}
