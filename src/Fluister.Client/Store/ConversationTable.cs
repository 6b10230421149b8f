using Fluister.Protocol.Addresses;

namespace Fluister.Client.Store;

/// <summary>People and groups. Those that were used last stay in memory; what is given out is a copy.</summary>
internal sealed class ConversationTable
{
    private const string Columns =
        "SELECT id, type, serviceId, e164, name, profileName, profileFamilyName, active_at, json, groupId FROM conversations";

    private readonly ClientStore _store;
    private readonly Dictionary<string, StoredConversation> _byId = [];
    private readonly Dictionary<ServiceId, string> _byPerson = [];
    private readonly StoreStatement _all;
    private readonly StoreStatement _find;
    private readonly StoreStatement _findPerson;
    private readonly StoreStatement _save;
    private readonly StoreStatement _messages;
    private readonly StoreStatement _remove;

    public ConversationTable(ClientStore store)
    {
        _store = store;
        store.WhenRolledBack(Forget);
        _all = new(store, Columns + " ORDER BY active_at DESC, id");
        _find = new(store, Columns + " WHERE id = ?");
        _findPerson = new(store, Columns + " WHERE serviceId = ? ORDER BY rowid LIMIT 1");
        _save = new(store,
            "INSERT INTO conversations (id, type, serviceId, e164, name, profileName, profileFamilyName, profileFullName, active_at, json, "
                + "groupId, expireTimerVersion, members) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) "
                + "ON CONFLICT (id) DO UPDATE SET type = ?2, serviceId = ?3, e164 = ?4, name = ?5, profileName = ?6, "
                + "profileFamilyName = ?7, profileFullName = ?8, active_at = ?9, json = ?10, groupId = ?11, expireTimerVersion = ?12, "
                + "members = ?13");
        _messages = new(store, "SELECT id FROM messages WHERE conversationId = ?");
        _remove = new(store, "DELETE FROM conversations WHERE id = ?");
    }

    /// <summary>All of them, the last active first.</summary>
    public IReadOnlyList<StoredConversation> All() => _store.Read<IReadOnlyList<StoredConversation>>(() =>
    {
        var all = new List<StoredConversation>();
        using var rows = _all.Begin();
        while (rows.Step())
        {
            all.Add(Read(rows));
        }

        return all;
    });

    /// <summary>By its id; null where there is none.</summary>
    public StoredConversation? Find(string id) => _store.Read(() =>
    {
        if (_byId.TryGetValue(id, out var known))
        {
            return Copy(known);
        }

        using var row = _find.Begin().Bind(id);
        return row.Step() ? Keep(Read(row)) : null;
    });

    /// <summary>A person's; null where there is none.</summary>
    public StoredConversation? Find(ServiceId person) => _store.Read(() =>
    {
        if (_byPerson.TryGetValue(person, out var id))
        {
            return Find(id);
        }

        using var row = _findPerson.Begin().Bind(person);
        return row.Step() ? Keep(Read(row)) : null;
    });

    /// <summary>A person's, made where there is none. The person's own account has one too: Note to Self.</summary>
    public StoredConversation GetOrAdd(ServiceId person) => Find(person) ?? _store.Transact(() =>
    {
        var made = new StoredConversation { Id = RowUuid.New(), ServiceId = person };
        Save(made);
        return made;
    });

    /// <summary>Writes one, new or known.</summary>
    public void Save(StoredConversation conversation) => _store.Transact(() =>
    {
        var json = ConversationJson.Of(conversation);
        _save.Begin().Bind(conversation.Id).Bind(conversation.Type).Bind(conversation.ServiceId).Bind(conversation.Number)
            .Bind(conversation.Name).Bind(conversation.ProfileName).Bind(conversation.ProfileFamilyName)
            .Bind(ConversationJson.FullName(conversation)).Bind(conversation.ActiveAt).Bind(json)
            .Bind(JsonColumn.Text(json, "groupId")).Bind(JsonColumn.Number(json, "expireTimerVersion") ?? 1).Bind((string?)null).Execute();
        Drop(conversation.Id);
    });

    /// <summary>Removes one with all its messages.</summary>
    public void Remove(string id) => _store.Transact(() =>
    {
        var messages = new List<string>();
        using (var rows = _messages.Begin().Bind(id))
        {
            while (rows.Step())
            {
                messages.Add(rows.Text(0)!);
            }
        }

        foreach (var message in messages)
        {
            _store.Messages.Remove(message);
        }

        _remove.Begin().Bind(id).Execute();
        Drop(id);
    });

    private static StoredConversation Read(StoreStatement.Run row) => new()
    {
        Id = row.Text(0)!,
        Type = row.Text(1) ?? "private",
        ServiceId = row.Id(2),
        Number = row.Text(3),
        Name = row.Text(4),
        ProfileName = row.Text(5),
        ProfileFamilyName = row.Text(6),
        ActiveAt = row.Number(7),
        Json = row.Json(8),
    };

    /// <summary>JSON that nobody has looked into is copied as bytes.</summary>
    private static StoredConversation Copy(StoredConversation known) => known with { Json = known.Json.DeepClone().AsObject() };

    private StoredConversation Keep(StoredConversation read)
    {
        if (_byId.Count >= ClientLimits.CachedConversations)
        {
            Forget();
        }

        _byId[read.Id] = read;
        if (read.ServiceId is { } person)
        {
            _byPerson[person] = read.Id;
        }

        return Copy(read);
    }

    private void Drop(string id)
    {
        if (_byId.Remove(id, out var known) && known.ServiceId is { } person)
        {
            _byPerson.Remove(person);
        }
    }

    private void Forget()
    {
        _byId.Clear();
        _byPerson.Clear();
    }
}
