using Fluister.Client.Store;

namespace Fluister.Client.Contents;

/// <summary>Marks messages of others as read: here, or because another device of ours says so.</summary>
internal static class ReadMarks
{
    /// <summary>Marks one; its timer begins. False where it was read before.</summary>
    /// <param name="store">The store.</param>
    /// <param name="message">The message.</param>
    /// <param name="readAt">When it was read, in milliseconds of Unix time.</param>
    public static bool Mark(ClientStore store, StoredMessage message, long readAt)
    {
        if (!message.IsUnread)
        {
            return false;
        }

        store.Messages.Update(message with
        {
            IsUnread = false,
            ExpirationStart = message.ExpireTimer > 0 ? message.ExpirationStart ?? readAt : message.ExpirationStart,
        });
        return true;
    }

    /// <summary>Takes read messages off a conversation's count.</summary>
    public static void Count(ClientStore store, string conversation, int read)
    {
        if (read > 0 && store.Conversations.Find(conversation) is { } known)
        {
            known.Json["unreadCount"] = Math.Max(0, (known.Json.Number("unreadCount") ?? 0) - read);
            known.Json.Remove("markedUnread");
            store.Conversations.Save(known);
        }
    }
}
