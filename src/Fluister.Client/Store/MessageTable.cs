using Fluister.Protocol.Addresses;

namespace Fluister.Client.Store;

/// <summary>Messages. What has tables of its own in Signal Desktop's stores (files, reactions, mentions, edits) is written there too, from
/// the message's JSON.</summary>
internal sealed partial class MessageTable
{
    private const string Columns =
        "SELECT m.rowid, m.id, m.conversationId, m.type, m.sourceServiceId, m.sourceDevice, m.sent_at, m.received_at_ms, "
            + "m.serverTimestamp, m.body, m.expireTimer, m.expirationStartTimestamp, m.readStatus, m.isErased, m.isViewOnce, "
            + "m.unidentifiedDeliveryReceived, m.json FROM messages m";

    private readonly ClientStore _store;
    private readonly MessageParts _parts;
    private readonly StoreStatement _find;
    private readonly StoreStatement _findSent;
    private readonly StoreStatement _findEdited;
    private readonly StoreStatement _last;
    private readonly StoreStatement _unread;
    private readonly StoreStatement _expired;
    private readonly StoreStatement _nextExpiry;
    private readonly StoreStatement _usesFile;
    private readonly StoreStatement _remove;

    public MessageTable(ClientStore store)
    {
        _store = store;
        _parts = new MessageParts(store);
        store.WhenRolledBack(() => _lastReceived = null);
        _find = new(store, Columns + " WHERE m.id = ?");
        _findSent = new(store, Columns + " WHERE m.sent_at = ? AND m.sourceServiceId = ? ORDER BY m.rowid LIMIT 1");
        _findEdited = new(store, Columns
            + " JOIN edited_messages e ON e.messageId = m.id WHERE e.sentAt = ? AND m.sourceServiceId = ? ORDER BY m.rowid LIMIT 1");
        _last = new(store, Columns + " WHERE m.conversationId = ? AND m.rowid < ? ORDER BY m.rowid DESC LIMIT ?");
        _unread = new(store,
            Columns + " WHERE m.conversationId = ? AND m.readStatus = 1 AND m.sent_at <= ? ORDER BY m.sent_at, m.rowid LIMIT ?");
        _expired = new(store,
            $"{Columns} WHERE {Expiring} AND m.expiresAt <= ? ORDER BY m.expiresAt LIMIT ?");
        _nextExpiry = new(store, $"SELECT m.expiresAt FROM messages m WHERE {Expiring} AND m.expiresAt > ? ORDER BY m.expiresAt LIMIT 1");
        _insert = new(store, Insert);
        _update = new(store, UpdateById);
        _lastPosition = new(store, "SELECT received_at FROM messages ORDER BY rowid DESC LIMIT 1");
        _usesFile = new(store,
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM message_attachments WHERE path = ?1) "
                + "OR EXISTS (SELECT 1 FROM message_attachments WHERE thumbnailPath = ?1) "
                + "OR EXISTS (SELECT 1 FROM message_attachments WHERE screenshotPath = ?1)");
        _remove = new(store, "DELETE FROM messages WHERE id = ?");
    }

    /// <summary>The condition of the index of expiring messages.</summary>
    private const string Expiring = "m.expirationStartTimestamp IS NOT NULL AND m.expireTimer > 0";

    /// <summary>By its id; null where there is none.</summary>
    public StoredMessage? Find(string id) => _store.Read(() =>
    {
        using var row = _find.Begin().Bind(id);
        return row.Step() ? Read(row) : null;
    });

    /// <summary>The message that an author sent at a time; also by the time of one of its edits.</summary>
    public StoredMessage? Find(ServiceId author, long sentAt) => _store.Read(() =>
    {
        using (var sent = _findSent.Begin().Bind(sentAt).Bind(author))
        {
            if (sent.Step())
            {
                return Read(sent);
            }
        }

        using var edited = _findEdited.Begin().Bind(sentAt).Bind(author);
        return edited.Step() ? Read(edited) : null;
    });

    /// <summary>The last of a conversation before a position (or of all), newest first.</summary>
    public IReadOnlyList<StoredMessage> Last(string conversation, int limit, long before = long.MaxValue) => _store.Read(() =>
    {
        using var rows = _last.Begin().Bind(conversation).Bind(before).Bind(limit);
        return ReadAll(rows);
    });

    /// <summary>Those of a conversation that are not read, oldest first, up to a time of sending; at most <paramref name="limit"/> at
    /// once: who marks them asks again until there are none.</summary>
    public IReadOnlyList<StoredMessage> Unread(
        string conversation, long until = long.MaxValue, int limit = ClientLimits.UnreadAtOnce) => _store.Read(() =>
    {
        using var rows = _unread.Begin().Bind(conversation).Bind(until).Bind(limit);
        return ReadAll(rows);
    });

    /// <summary>Those whose time is over, at most <paramref name="limit"/>; and when the next one's is.</summary>
    public (IReadOnlyList<StoredMessage> Expired, DateTimeOffset? Next) Expired(DateTimeOffset now, int limit) =>
        _store.Read<(IReadOnlyList<StoredMessage>, DateTimeOffset?)>(() =>
        {
            var time = now.ToUnixTimeMilliseconds();
            using var rows = _expired.Begin().Bind(time).Bind(limit);
            var expired = ReadAll(rows);
            if (expired.Count >= limit)
            {
                return (expired, now);
            }

            using var next = _nextExpiry.Begin().Bind(time);
            return (expired, next.Step() ? Time(next.Int64(0)) : null);
        });

    /// <summary>Whether a message has the file at a path.</summary>
    public bool UsesFile(string path) => _store.Read(() =>
    {
        using var row = _usesFile.Begin().Bind(path);
        return row.Step();
    });

    /// <summary>Removes one, for good; its files are the caller's to remove before.</summary>
    public void Remove(string id) => _store.Transact(() =>
    {
        _parts.RemoveReactions(id);
        _remove.Begin().Bind(id).Execute();
    });

    private static List<StoredMessage> ReadAll(StoreStatement.Run rows)
    {
        var messages = new List<StoredMessage>();
        while (rows.Step())
        {
            messages.Add(Read(rows));
        }

        return messages;
    }

    private static StoredMessage Read(StoreStatement.Run row) => new()
    {
        RowId = row.Int64(0),
        Id = row.Text(1)!,
        ConversationId = row.Text(2)!,
        Type = row.Text(3) ?? "",
        Source = row.Id(4),
        SourceDevice = (int)row.Int64(5),
        SentAt = row.Int64(6),
        ReceivedAt = row.Int64(7),
        ServerTimestamp = row.Number(8),
        Body = row.Text(9),
        ExpireTimer = row.Int64(10),
        ExpirationStart = row.Number(11),
        IsUnread = row.Int64(12) == 1,
        IsErased = row.Int64(13) != 0,
        IsViewOnce = row.Int64(14) != 0,
        IsSealed = row.Int64(15) != 0,
        Json = row.Json(16),
    };

    /// <summary>A time that came from others may lie beyond the calendar.</summary>
    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(
        Math.Clamp(milliseconds, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
}
