using System.Security.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Messages;
using Fluister.Protocol.PreKeys;
using Fluister.Protocol.Sessions;

namespace Fluister.Client.Store;

/// <summary>This device's pre-keys, for each of our two ids: one-time EC and KEM ones, signed ones, KEM ones of last resort.</summary>
internal sealed class PreKeyTable(ClientStore store)
{
    private const string NextIdItem = "fluister.nextPreKeyId.";

    private readonly StoreStatement _addEc = new(store, "INSERT OR REPLACE INTO preKeys (ours, id, record) VALUES (?, ?, ?)");
    private readonly StoreStatement _addSigned = new(store,
        "INSERT OR REPLACE INTO signedPreKeys (ours, id, created, record) VALUES (?, ?, ?, ?)");

    private readonly StoreStatement _addKem = new(store,
        "INSERT OR REPLACE INTO kyberPreKeys (ours, id, isLastResort, created, record) VALUES (?, ?, ?, ?, ?)");

    private readonly StoreStatement _newestSigned = new(store,
        "SELECT record FROM signedPreKeys WHERE ours = ? ORDER BY number DESC LIMIT 1");

    private readonly StoreStatement _newestLastResort = new(store,
        "SELECT record FROM kyberPreKeys WHERE ours = ? AND isLastResort = 1 ORDER BY number DESC LIMIT 1");

    private readonly StoreStatement _count = new(store,
        "SELECT (SELECT count(*) FROM preKeys WHERE ours = ?1), "
            + "(SELECT count(*) FROM kyberPreKeys WHERE ours = ?1 AND isLastResort = 0)");

    private readonly StoreStatement _ec = new(store, "SELECT record FROM preKeys WHERE ours = ? AND id = ?");
    private readonly StoreStatement _signed = new(store, "SELECT record FROM signedPreKeys WHERE ours = ? AND id = ?");
    private readonly StoreStatement _kem = new(store, "SELECT record FROM kyberPreKeys WHERE ours = ? AND id = ?");
    private readonly StoreStatement _removeEc = new(store, "DELETE FROM preKeys WHERE ours = ? AND id = ?");
    private readonly StoreStatement _removeKem = new(store, "DELETE FROM kyberPreKeys WHERE ours = ? AND id = ? AND isLastResort = 0");
    private readonly StoreStatement _use = new(store,
        "INSERT INTO lastResortUses (ours, kemId, signedId, baseKey) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING");

    private readonly StoreStatement _pruneSigned = new(store,
        "DELETE FROM signedPreKeys WHERE ours = ?1 AND created < ?2 "
            + "AND number < (SELECT max(number) FROM signedPreKeys WHERE ours = ?1)");

    private readonly StoreStatement _pruneLastResort = new(store,
        "DELETE FROM kyberPreKeys WHERE ours = ?1 AND isLastResort = 1 AND created < ?2 "
            + "AND number < (SELECT max(number) FROM kyberPreKeys WHERE ours = ?1 AND isLastResort = 1)");

    private readonly StoreStatement _pruneEc = new(store,
        "DELETE FROM preKeys WHERE number IN (SELECT number FROM preKeys WHERE ours = ? ORDER BY number DESC LIMIT -1 OFFSET ?)");

    private readonly StoreStatement _pruneKem = new(store,
        "DELETE FROM kyberPreKeys WHERE number IN (SELECT number FROM kyberPreKeys WHERE ours = ? AND isLastResort = 0 "
            + "ORDER BY number DESC LIMIT -1 OFFSET ?)");

    /// <summary>The next id of a kind ("ec", "kem"), of a run of <paramref name="count"/>; they go from 1 to
    /// <see cref="ClientLimits.PreKeyId"/> and around.</summary>
    public uint NextId(ServiceIdKind ours, string kind, int count) => store.Transact(() =>
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var item = $"{NextIdItem}{ours}.{kind}";
        var next = store.Items.Number(item) ?? 1;
        if (next < 1 || next + count - 1 > ClientLimits.PreKeyId)
        {
            next = 1;
        }

        store.Items.SetNumber(item, next + count);
        return (uint)next;
    });

    /// <summary>Leaves out ids of every kind that may be in use elsewhere.</summary>
    public void SkipIds(int count) => store.Transact(() =>
    {
        foreach (var item in store.Items.Names(NextIdItem))
        {
            store.Items.SetNumber(item, (store.Items.Number(item) ?? 1) + count);
        }
    });

    /// <summary>Adds a one-time key.</summary>
    public void Add(ServiceIdKind ours, PreKey key) =>
        Write(key.Write(), record => _addEc.Begin().Bind((long)ours).Bind(key.Id).Bind(record).Execute());

    /// <summary>Adds a signed key.</summary>
    public void Add(ServiceIdKind ours, SignedPreKey key) => Write(key.Write(), record =>
        _addSigned.Begin().Bind((long)ours).Bind(key.Id).Bind(key.Created.ToUnixTimeMilliseconds()).Bind(record).Execute());

    /// <summary>Adds a KEM key.</summary>
    public void Add(ServiceIdKind ours, KemPreKey key, bool isLastResort) => Write(key.Write(), record =>
        _addKem.Begin().Bind((long)ours).Bind(key.Id).Bind(isLastResort).Bind(key.Created.ToUnixTimeMilliseconds()).Bind(record).Execute());

    /// <summary>The newest signed key.</summary>
    public SignedPreKey? NewestSigned(ServiceIdKind ours) => store.Read(() =>
    {
        using var row = _newestSigned.Begin().Bind((long)ours);
        return row.Step() ? SignedPreKey.Read(row.Bytes(0)) : null;
    });

    /// <summary>The newest KEM key of last resort.</summary>
    public KemPreKey? NewestLastResort(ServiceIdKind ours) => store.Read(() =>
    {
        using var row = _newestLastResort.Begin().Bind((long)ours);
        return row.Step() ? KemPreKey.Read(row.Bytes(0)) : null;
    });

    /// <summary>Number of one-time keys held.</summary>
    public (int Ec, int Kem) Count(ServiceIdKind ours) => store.Read(() =>
    {
        using var row = _count.Begin().Bind((long)ours);
        row.Step();
        return ((int)row.Int64(0), (int)row.Int64(1));
    });

    /// <summary>Removes signed keys and keys of last resort from before a time, but for the newest, and one-time keys above a count,
    /// the oldest first.</summary>
    public void Prune(ServiceIdKind ours, DateTimeOffset before, int oneTimeKept) => store.Transact(() =>
    {
        var time = before.ToUnixTimeMilliseconds();
        _pruneSigned.Begin().Bind((long)ours).Bind(time).Execute();
        _pruneLastResort.Begin().Bind((long)ours).Bind(time).Execute();
        _pruneEc.Begin().Bind((long)ours).Bind(oneTimeKept).Execute();
        _pruneKem.Begin().Bind((long)ours).Bind(oneTimeKept).Execute();
    });

    /// <summary>Removes one-time keys that nobody can have been given.</summary>
    public void Remove(ServiceIdKind ours, IEnumerable<uint> ec, IEnumerable<uint> kem) => store.Transact(() =>
    {
        foreach (var id in ec)
        {
            _removeEc.Begin().Bind((long)ours).Bind(id).Execute();
        }

        foreach (var id in kem)
        {
            _removeKem.Begin().Bind((long)ours).Bind(id).Execute();
        }
    });

    /// <summary>Those that a message names, as far as they are held.</summary>
    public HeldPreKeys Held(ServiceIdKind ours, PreKeySignalMessage message) => store.Read(() =>
    {
        using var signed = _signed.Begin().Bind((long)ours).Bind(message.SignedId);
        using var kem = _kem.Begin().Bind((long)ours).Bind(message.KemId);
        using var ec = _ec.Begin().Bind((long)ours).Bind(message.OneTimeId);
        return new HeldPreKeys(
            signed.Step() ? SignedPreKey.Read(signed.Bytes(0)) : null,
            kem.Step() ? KemPreKey.Read(kem.Bytes(0)) : null,
            ec.Step() ? PreKey.Read(ec.Bytes(0)) : null);
    });

    /// <summary>Takes away what a handshake used up; a second use of the last resort with the same keys is refused.</summary>
    /// <exception cref="ProtocolException">Duplicate.</exception>
    public void Use(ServiceIdKind ours, PreKeysUsed used)
    {
        var isDuplicate = store.Transact(() =>
        {
            if (used.OneTimeId is { } oneTime)
            {
                _removeEc.Begin().Bind((long)ours).Bind(oneTime).Execute();
            }

            _removeKem.Begin().Bind((long)ours).Bind(used.KemId).Execute();
            if (store.Database.Changes > 0)
            {
                return false;
            }

            _use.Begin().Bind((long)ours).Bind(used.KemId).Bind(used.SignedId).Bind(used.BaseKey.Serialized).Execute();
            return store.Database.Changes == 0;
        });
        if (isDuplicate)
        {
            throw new ProtocolException(ProtocolError.Duplicate, "A handshake with the last-resort key was taken before.");
        }
    }

    private void Write(byte[] record, Action<byte[]> write)
    {
        try
        {
            store.Transact(() => write(record));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(record);
        }
    }
}
