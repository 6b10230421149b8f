using Fluister.Archive.Accounts;
using Fluister.Client.Store;
using Fluister.Cryptography;

namespace Fluister.Client.Backups;

/// <summary>A store that comes from a backup, made ready to be used in the place of the one that was.</summary>
internal static class RestoredStore
{
    /// <summary>Ids of pre-keys that may have been published after the backup was made: the next begin behind them.</summary>
    private const int PreKeysSince = 100_000;

    /// <summary>The setting that asks for all pre-keys to be published anew.</summary>
    public const string RenewPreKeys = "fluister.renewPreKeys";

    /// <summary>Reads every page, then takes out what must not be used twice.</summary>
    /// <remarks>The account went on after the backup was made. A session would encrypt with keys that were used since, and its
    /// messages would be dropped as ones that came twice: every session is archived, so that the next message begins a new one.
    /// Ciphertexts that wait belong to such sessions. The server has pre-keys whose private parts are not here.</remarks>
    /// <exception cref="ClientException">Store: damaged, or of a newer program.</exception>
    public static void Prepare(AccountFolder folder, Secret key)
    {
        using var store = ClientStore.Open(folder.Database, key);
        store.Verify();
        store.Transact(() =>
        {
            foreach (var account in store.Sessions.Accounts())
            {
                store.Sessions.ArchiveAll(account);
            }

            store.Outbox.RemoveAllCopies();
            store.PreKeys.SkipIds(PreKeysSince);
            store.Items.SetNumber(RenewPreKeys, 1);
        });
        store.Checkpoint();
    }
}
