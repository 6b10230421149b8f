using Fluister.Server.Accounts;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Server.Storage;

/// <summary>Manifests and items, as opaque bytes.</summary>
internal sealed class StorageStore(SqliteDatabase database)
{
    /// <summary>An account's manifest, or none.</summary>
    public StorageManifest? Manifest(Guid aci) => database.Read(session => Manifest(session, aci));

    /// <summary>The items that there are, of those asked for; none where they are more than
    /// <see cref="ServerLimits.StorageReadBytes"/>.</summary>
    public List<StorageItem>? Read(Guid aci, IEnumerable<ByteString> keys) => database.Read(session =>
    {
        var (items, bytes) = (new List<StorageItem>(), 0);
        foreach (var key in keys.Distinct())
        {
            var item = session.First(
                "SELECT value FROM storage_item WHERE aci = ?1 AND key = ?2",
                row => new StorageItem { Key = key, Value = ByteString.CopyFrom((byte[])row[0]) },
                AccountStore.Bytes(aci),
                key.ToByteArray());
            if (item is null)
            {
                continue;
            }

            items.Add(item);
            bytes += item.Key.Length + item.Value.Length;
            if (bytes > ServerLimits.StorageReadBytes)
            {
                return null;
            }
        }

        return items;
    });

    /// <summary>Writes a state, if it is the next one or the first; all of it or nothing.</summary>
    public async Task<StorageOutcome> WriteAsync(Guid aci, StorageWrite write)
    {
        try
        {
            return await database.WriteAsync(session => Write(session, aci, write)).ConfigureAwait(false);
        }
        catch (TooMuchException)
        {
            return StorageOutcome.TooMuch;
        }
    }

    /// <summary>Forgets everything of an account.</summary>
    public Task<int> DeleteAsync(Guid aci) => database.WriteAsync(session =>
        session.Run("DELETE FROM storage_manifest WHERE aci = ?1", AccountStore.Bytes(aci))
        + session.Run("DELETE FROM storage_item WHERE aci = ?1", AccountStore.Bytes(aci)));

    private static StorageManifest? Manifest(SqliteSession session, Guid aci) => session.First(
        "SELECT version, value FROM storage_manifest WHERE aci = ?1",
        row => new StorageManifest { Version = (ulong)row.GetInt64(0), Value = ByteString.CopyFrom((byte[])row[1]) },
        AccountStore.Bytes(aci));

    private static StorageOutcome Write(SqliteSession session, Guid aci, StorageWrite write)
    {
        var account = AccountStore.Bytes(aci);
        if (Manifest(session, aci) is { } current && write.Manifest.Version != current.Version + 1)
        {
            return StorageOutcome.Conflict;
        }

        session.Run(
            "INSERT OR REPLACE INTO storage_manifest (aci, version, value) VALUES (?1, ?2, ?3)",
            account,
            (long)write.Manifest.Version,
            write.Manifest.Value.ToByteArray());
        if (write.ClearAll)
        {
            session.Run("DELETE FROM storage_item WHERE aci = ?1", account);
        }

        foreach (var item in write.Inserted)
        {
            session.Run(
                "INSERT OR REPLACE INTO storage_item (aci, key, value) VALUES (?1, ?2, ?3)",
                account,
                item.Key.ToByteArray(),
                item.Value.ToByteArray());
        }

        foreach (var key in write.DeletedKeys)
        {
            session.Run("DELETE FROM storage_item WHERE aci = ?1 AND key = ?2", account, key.ToByteArray());
        }

        var (items, bytes) = session.First(
            "SELECT COUNT(*), IFNULL(SUM(LENGTH(key) + LENGTH(value)), 0) FROM storage_item WHERE aci = ?1",
            row => (row.GetInt64(0), row.GetInt64(1)),
            account);
        return items <= ServerLimits.StorageItems && bytes <= ServerLimits.StorageBytes
            ? StorageOutcome.Written
            : throw new TooMuchException();
    }

    /// <summary>Takes the write back.</summary>
    private sealed class TooMuchException : Exception;
}
