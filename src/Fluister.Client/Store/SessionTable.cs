using System.Security.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Sessions;

namespace Fluister.Client.Store;

/// <summary>Sessions with devices, for each of our two ids. The records that were used last stay parsed in memory.</summary>
/// <remarks>A record that is given out belongs to the table: it is not disposed of, and is not used outside the store's gate. One piece of
/// work may use <see cref="ClientLimits.ParsedSessions"/> of them.</remarks>
internal sealed class SessionTable
{
    private readonly ClientStore _store;
    private readonly Dictionary<(ServiceIdKind Ours, ProtocolAddress Theirs), LinkedListNode<Entry>> _parsed = [];
    private readonly LinkedList<Entry> _byUse = [];
    private readonly StoreStatement _find;
    private readonly StoreStatement _update;
    private readonly StoreStatement _insert;
    private readonly StoreStatement _remove;
    private readonly StoreStatement _all;
    private readonly StoreStatement _accounts;

    public SessionTable(ClientStore store)
    {
        _store = store;
        store.WhenRolledBack(Forget);
        store.WhenClosed(Forget);
        _find = new(store, "SELECT record FROM sessions WHERE id = ?");
        _update = new(store, "UPDATE sessions SET record = ?2 WHERE id = ?1");
        _insert = new(store, "INSERT INTO sessions (id, ourServiceId, serviceId, conversationId, deviceId, record) VALUES (?1, ?2, ?3, "
            + "ifnull((SELECT id FROM conversations WHERE serviceId = ?3), ''), ?4, ?5)");
        _remove = new(store, "DELETE FROM sessions WHERE id = ?");
        _all = new(store, "SELECT id, deviceId FROM sessions WHERE serviceId = ? ORDER BY deviceId");
        _accounts = new(store, "SELECT DISTINCT serviceId FROM sessions");
    }

    private readonly record struct Entry((ServiceIdKind Ours, ProtocolAddress Theirs) Key, SessionRecord Record);

    /// <summary>The record of a device; an empty one where there is none.</summary>
    public SessionRecord Get(ServiceIdKind ours, ProtocolAddress theirs) => _store.Read(() =>
    {
        if (_parsed.TryGetValue((ours, theirs), out var known))
        {
            _byUse.Remove(known);
            _byUse.AddLast(known);
            return known.Value.Record;
        }

        using var row = _find.Begin().Bind(Id(ours, theirs));
        var record = row.Step() ? SessionRecord.Read(row.Bytes(0)) : new SessionRecord();
        Keep((ours, theirs), record);
        return record;
    });

    /// <summary>Writes a record, the one that <see cref="Get"/> gave.</summary>
    public void Save(ServiceIdKind ours, ProtocolAddress theirs, SessionRecord record) => _store.Transact(() =>
    {
        var bytes = record.Write();
        _update.Begin().Bind(Id(ours, theirs)).Bind(bytes).Execute();
        if (_store.Database.Changes == 0)
        {
            _insert.Begin().Bind(Id(ours, theirs)).Bind(OurId(ours)).Bind(theirs.Account).Bind(theirs.Device).Bind(bytes).Execute();
        }

        CryptographicOperations.ZeroMemory(bytes);
        if (!_parsed.TryGetValue((ours, theirs), out var known) || !ReferenceEquals(known.Value.Record, record))
        {
            Drop((ours, theirs));
            Keep((ours, theirs), record);
        }
    });

    /// <summary>Removes the record of a device.</summary>
    public void Remove(ServiceIdKind ours, ProtocolAddress theirs) => _store.Transact(() =>
    {
        _remove.Begin().Bind(Id(ours, theirs)).Execute();
        Drop((ours, theirs));
    });

    /// <summary>The devices of an account with a session that may be used for sending.</summary>
    public IReadOnlyList<int> Devices(ServiceIdKind ours, ServiceId theirs, DateTimeOffset now) => _store.Read<IReadOnlyList<int>>(() =>
    [
        .. All(theirs).Where(session => session.Ours == ours
            && Get(ours, new ProtocolAddress(theirs, session.Device)).HasUsableSenderChain(now)).Select(session => session.Device),
    ]);

    /// <summary>Archives all sessions with an account, so that the next message begins new ones.</summary>
    public void ArchiveAll(ServiceId theirs) => _store.Transact(() =>
    {
        foreach (var (ours, device) in All(theirs))
        {
            var address = new ProtocolAddress(theirs, device);
            var record = Get(ours, address);
            record.Archive();
            Save(ours, address, record);
        }
    });

    /// <summary>Accounts with sessions.</summary>
    public IReadOnlyList<ServiceId> Accounts() => _store.Read<IReadOnlyList<ServiceId>>(() =>
    {
        var accounts = new List<ServiceId>();
        using var rows = _accounts.Begin();
        while (rows.Step())
        {
            if (rows.Id(0) is { } account)
            {
                accounts.Add(account);
            }
        }

        return accounts;
    });

    private static string Prefix(ServiceIdKind ours) => ours == ServiceIdKind.Aci ? "aci:" : "pni:";

    private static string Id(ServiceIdKind ours, ProtocolAddress theirs) => Prefix(ours) + theirs;

    /// <summary>For other readers alone: our id may change with a number, and the session stays ours.</summary>
    private string OurId(ServiceIdKind ours) => (ours == ServiceIdKind.Aci ? _store.Items.OwnAci() : _store.Items.Text("pni")) ?? "";

    private List<(ServiceIdKind Ours, int Device)> All(ServiceId theirs)
    {
        var sessions = new List<(ServiceIdKind, int)>();
        using var rows = _all.Begin().Bind(theirs);
        while (rows.Step())
        {
            var isAci = rows.Text(0)!.StartsWith(Prefix(ServiceIdKind.Aci), StringComparison.Ordinal);
            sessions.Add((isAci ? ServiceIdKind.Aci : ServiceIdKind.Pni, (int)rows.Int64(1)));
        }

        return sessions;
    }

    private void Keep((ServiceIdKind, ProtocolAddress) key, SessionRecord record)
    {
        if (_byUse.Count >= ClientLimits.ParsedSessions)
        {
            Drop(_byUse.First!.Value.Key);
        }

        _parsed[key] = _byUse.AddLast(new Entry(key, record));
    }

    private void Drop((ServiceIdKind, ProtocolAddress) key)
    {
        if (_parsed.Remove(key, out var known))
        {
            _byUse.Remove(known);
            known.Value.Record.Dispose();
        }
    }

    private void Forget()
    {
        foreach (var entry in _byUse)
        {
            entry.Record.Dispose();
        }

        _byUse.Clear();
        _parsed.Clear();
    }
}
