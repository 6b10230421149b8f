using Fluister.Protocol.Addresses;
using Fluister.Server.Accounts;
using Fluister.Server.Stores.Sqlite;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.PreKeys;

/// <summary>Published pre-keys. A one-time key is given to one taker only, however many ask at once.</summary>
internal sealed class PreKeyStore(SqliteDatabase database)
{
    /// <summary>Puts keys in place of all of their kind; within somebody's transaction.</summary>
    public static void Replace(
        SqliteSession session, Guid aci, int device, ServiceIdKind identity, PreKeyKind kind, IReadOnlyList<PublishedKey> keys)
    {
        session.Run(
            "DELETE FROM pre_key WHERE aci = ?1 AND device = ?2 AND identity = ?3 AND kind = ?4",
            AccountStore.Bytes(aci),
            device,
            (int)identity,
            (int)kind);
        foreach (var key in keys)
        {
            session.Run(
                "INSERT OR REPLACE INTO pre_key (aci, device, identity, kind, id, public, signature) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                AccountStore.Bytes(aci),
                device,
                (int)identity,
                (int)kind,
                key.Id,
                key.Public,
                key.Signature);
        }
    }

    /// <summary>Removes all keys of an identity, of every device: another identity key has not signed them; within somebody's
    /// transaction.</summary>
    public static void Clear(SqliteSession session, Guid aci, ServiceIdKind identity) =>
        session.Run("DELETE FROM pre_key WHERE aci = ?1 AND identity = ?2", AccountStore.Bytes(aci), (int)identity);

    /// <summary>The first key of a kind, which stays; or none.</summary>
    public PublishedKey? Find(Guid aci, int device, ServiceIdKind identity, PreKeyKind kind) =>
        database.Read(session => First(session, aci, device, identity, kind));

    /// <summary>Publishes keys of several kinds at once.</summary>
    public Task<bool> PublishAsync(
        Guid aci, int device, ServiceIdKind identity, IReadOnlyDictionary<PreKeyKind, IReadOnlyList<PublishedKey>> keys) =>
        database.WriteAsync(session =>
        {
            foreach (var (kind, list) in keys)
            {
                Replace(session, aci, device, identity, kind, list);
            }

            return true;
        });

    /// <summary>How many one-time keys of a kind are left.</summary>
    public int Count(Guid aci, int device, ServiceIdKind identity, PreKeyKind kind) => database.Read(session => session.First(
        "SELECT COUNT(*) FROM pre_key WHERE aci = ?1 AND device = ?2 AND identity = ?3 AND kind = ?4",
        row => row.GetInt32(0),
        AccountStore.Bytes(aci),
        device,
        (int)identity,
        (int)kind));

    /// <summary>Takes keys of devices, in one transaction; a device that has published too little is not in the result.</summary>
    public Task<Dictionary<int, TakenKeys>> TakeAsync(Guid aci, ServiceIdKind identity, IReadOnlyList<int> devices) =>
        database.WriteAsync(session => Take(session, aci, identity, devices));

    /// <summary>The same within somebody's transaction.</summary>
    public static Dictionary<int, TakenKeys> Take(SqliteSession session, Guid aci, ServiceIdKind identity, IReadOnlyList<int> devices)
    {
        var taken = new Dictionary<int, TakenKeys>();
        foreach (var device in devices)
        {
            if (First(session, aci, device, identity, PreKeyKind.Signed) is { } signed
                && (Take(session, aci, device, identity, PreKeyKind.OneTimeKem)
                    ?? First(session, aci, device, identity, PreKeyKind.LastResortKem)) is { } kem)
            {
                taken[device] = new TakenKeys(signed, Take(session, aci, device, identity, PreKeyKind.OneTime), kem);
            }
        }

        return taken;
    }

    private static PublishedKey? Take(SqliteSession session, Guid aci, int device, ServiceIdKind identity, PreKeyKind kind)
    {
        var key = First(session, aci, device, identity, kind);
        if (key is not null)
        {
            session.Run(
                "DELETE FROM pre_key WHERE aci = ?1 AND device = ?2 AND identity = ?3 AND kind = ?4 AND id = ?5",
                AccountStore.Bytes(aci),
                device,
                (int)identity,
                (int)kind,
                key.Id);
        }

        return key;
    }

    private static PublishedKey? First(
        SqliteSession session, Guid aci, int device, ServiceIdKind identity, PreKeyKind kind) => session.First(
        "SELECT id, public, signature FROM pre_key WHERE aci = ?1 AND device = ?2 AND identity = ?3 AND kind = ?4 ORDER BY id LIMIT 1",
        (SqliteDataReader row) => new PublishedKey((uint)row.GetInt64(0), (byte[])row[1], row.IsDBNull(2) ? null : (byte[])row[2]),
        AccountStore.Bytes(aci),
        device,
        (int)identity,
        (int)kind);
}
