namespace Fluister.Client.Store;

internal sealed partial class MessageTable
{

    private const string Insert =
        "INSERT INTO messages (id, conversationId, type, sourceServiceId, sourceDevice, sent_at, timestamp, received_at_ms, "
            + "serverTimestamp, body, expireTimer, expirationStartTimestamp, readStatus, seenStatus, isErased, isViewOnce, "
            + "unidentifiedDeliveryReceived, serverGuid, storyId, hasAttachments, hasFileAttachments, hasVisualMediaAttachments, "
            + "mentionsMe, hasUnreadPollVotes, json, received_at, schemaVersion) VALUES "
            + "(?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "
            + "?20, ?21, ?22, ?23, ?24, ?25, 14)";

    private const string UpdateById =
        "UPDATE messages SET conversationId = ?2, type = ?3, sourceServiceId = ?4, sourceDevice = ?5, sent_at = ?6, timestamp = ?6, "
            + "received_at_ms = ?7, serverTimestamp = ?8, body = ?9, expireTimer = ?10, expirationStartTimestamp = ?11, "
            + "readStatus = ?12, seenStatus = ?13, isErased = ?14, isViewOnce = ?15, unidentifiedDeliveryReceived = ?16, "
            + "serverGuid = ?17, storyId = ?18, hasAttachments = ?19, hasFileAttachments = ?20, hasVisualMediaAttachments = ?21, "
            + "mentionsMe = ?22, hasUnreadPollVotes = ?23, json = ?24 WHERE id = ?1 RETURNING rowid, received_at";

    private readonly StoreStatement _insert;
    private readonly StoreStatement _update;
    private readonly StoreStatement _lastPosition;
    private long? _lastReceived;
    private string? _ownAci;
    private Action? _timerBegins;

    /// <summary>Has something done when a message was written whose timer runs; within the transaction.</summary>
    public void WhenTimerBegins(Action look) => _timerBegins += look;

    /// <summary>Writes a new one; gives its position.</summary>
    public long Add(StoredMessage message) => _store.Transact(() =>
    {
        // As in Signal Desktop a counter that began as a time: readers order by it, and the clock may be set back.
        var received = Math.Max(message.ReceivedAt, LastReceived() + 1);
        Bind(_insert.Begin(), message).Bind(received).Execute();
        _lastReceived = received;
        var position = _store.Database.LastRowId;
        _parts.Write(message, received, isNew: true);
        NoteTimer(message);
        return position;
    });

    /// <summary>Writes one that is there.</summary>
    /// <exception cref="ClientException">NotFound.</exception>
    public void Update(StoredMessage message) => _store.Transact(() =>
    {
        long received;
        using (var row = Bind(_update.Begin(), message))
        {
            if (!row.Step())
            {
                throw new ClientException(ClientError.NotFound, "The message is not in the history any more.");
            }

            received = row.Int64(1);
            row.Execute();
        }

        _parts.Write(message, received, isNew: false);
        NoteTimer(message);
    });

    private void NoteTimer(StoredMessage message)
    {
        if (message is { ExpireTimer: > 0, ExpirationStart: not null })
        {
            _timerBegins?.Invoke();
        }
    }

    private StoreStatement.Run Bind(StoreStatement.Run row, StoredMessage message)
    {
        var json = message.Json;
        var files = MessageParts.FilesOf(message);
        bool? unread = message.Type == "outgoing" ? null : message.IsUnread;
        return row.Bind(message.Id).Bind(message.ConversationId).Bind(message.Type).Bind(message.Source).Bind(message.SourceDevice)
            .Bind(message.SentAt).Bind(message.ReceivedAt).Bind(message.ServerTimestamp).Bind(message.Body)
            .Bind(message.ExpireTimer > 0 ? message.ExpireTimer : null).Bind(message.ExpirationStart)
            .Bind(unread switch { null => null, true => 1L, false => 0L })
            .Bind(unread switch { null => 0L, true => 1L, false => 2L })
            .Bind(message.IsErased).Bind(message.IsViewOnce).Bind(message.IsSealed)
            .Bind(JsonColumn.Text(json, "serverGuid")).Bind(JsonColumn.Text(json, "storyId"))
            .Bind(files.Any).Bind(files.Plain).Bind(files.Visual).Bind(OwnAci() is { } own && MessageParts.Mentions(message, own))
            .Bind(JsonColumn.Flag(json, "hasUnreadPollVotes")).Bind(json);
    }

    private long LastReceived()
    {
        if (_lastReceived is { } last)
        {
            return last;
        }

        using var row = _lastPosition.Begin();
        return row.Step() ? row.Int64(0) : 0;
    }

    private string? OwnAci() => _ownAci ??= _store.Items.OwnAci();
}
