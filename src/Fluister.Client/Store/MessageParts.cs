namespace Fluister.Client.Store;

/// <summary>Parts of messages that have tables of their own: files, reactions, mentions, edits. The message's JSON says them all; the
/// tables are for readers that ask there, and for finding a message by the time of an edit.</summary>
internal sealed class MessageParts(ClientStore store)
{
    private readonly AttachmentRows _files = new(store);
    private readonly StoreStatement _removeReactions = new(store, "DELETE FROM reactions WHERE messageId = ?");
    private readonly StoreStatement _addReaction = new(store,
        "INSERT INTO reactions (conversationId, emoji, fromId, messageReceivedAt, targetAuthorAci, targetTimestamp, unread, messageId, "
            + "timestamp) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");

    private readonly StoreStatement _removeMentions = new(store, "DELETE FROM mentions WHERE messageId = ?");
    private readonly StoreStatement _addMention = new(store,
        "INSERT INTO mentions (messageId, mentionAci, start, length) VALUES (?, ?, ?, ?)");

    // The archive takes a new row for a new edit: rows of edits that are there stay.
    private readonly StoreStatement _addEdit = new(store,
        "INSERT INTO edited_messages (messageId, sentAt, readStatus, conversationId) SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS "
            + "(SELECT 1 FROM edited_messages WHERE messageId = ?1 AND sentAt = ?2)");

    private readonly StoreStatement _removeEdits = new(store, "DELETE FROM edited_messages WHERE messageId = ?");

    /// <summary>Whether a message has files, files that are no pictures, films or sounds, and pictures or films.</summary>
    public static (bool Any, bool Plain, bool Visual) FilesOf(StoredMessage message)
    {
        var (any, plain, visual) = (false, false, false);
        foreach (var file in JsonColumn.Objects(message.Json, "attachments"))
        {
            var type = JsonColumn.Text(file, "contentType") ?? "";
            var isVisual = type.StartsWith("image/", StringComparison.Ordinal) || type.StartsWith("video/", StringComparison.Ordinal);
            any = true;
            visual |= isVisual;
            plain |= !isVisual && !type.StartsWith("audio/", StringComparison.Ordinal);
        }

        return (any, plain, visual);
    }

    /// <summary>Whether a message mentions an account.</summary>
    public static bool Mentions(StoredMessage message, string aci) =>
        JsonColumn.Objects(message.Json, "bodyRanges").Any(range => JsonColumn.Text(range, "mentionAci") == aci);

    /// <summary>Writes the rows of a message, in place of those it had.</summary>
    public void Write(StoredMessage message, long received, bool isNew)
    {
        if (!isNew)
        {
            _files.Remove(message.Id);
            RemoveReactions(message.Id);
            _removeMentions.Begin().Bind(message.Id).Execute();
            if (message.IsErased)
            {
                _removeEdits.Begin().Bind(message.Id).Execute();
            }
        }

        _files.Add(message, received);
        foreach (var reaction in JsonColumn.Objects(message.Json, "reactions"))
        {
            if (JsonColumn.Text(reaction, "emoji") is { Length: > 0 } emoji)
            {
                _addReaction.Begin().Bind(message.ConversationId).Bind(emoji).Bind(JsonColumn.Text(reaction, "fromId")).Bind(received)
                    .Bind(JsonColumn.Text(reaction, "targetAuthorAci") ?? message.Source?.ToString()).Bind(message.SentAt).Bind(0)
                    .Bind(message.Id).Bind(JsonColumn.Number(reaction, "timestamp")).Execute();
            }
        }

        foreach (var range in JsonColumn.Objects(message.Json, "bodyRanges"))
        {
            if (JsonColumn.Text(range, "mentionAci") is { } aci)
            {
                _addMention.Begin().Bind(message.Id).Bind(aci).Bind(JsonColumn.Number(range, "start"))
                    .Bind(JsonColumn.Number(range, "length")).Execute();
            }
        }

        // The oldest first, as they came.
        foreach (var edit in JsonColumn.Objects(message.Json, "editHistory").Reverse())
        {
            if (JsonColumn.Number(edit, "timestamp") is { } at)
            {
                _addEdit.Begin().Bind(message.Id).Bind(at).Bind(message.IsUnread).Bind(message.ConversationId).Execute();
            }
        }
    }

    /// <summary>Removes the rows that do not go with the message by themselves.</summary>
    public void RemoveReactions(string id) => _removeReactions.Begin().Bind(id).Execute();
}
