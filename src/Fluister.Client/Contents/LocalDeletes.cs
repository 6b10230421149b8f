using Fluister.Client.Sending;
using Fluister.Client.Store;
using Fluister.Wire.Protos;
using DeleteForMe = Fluister.Wire.Protos.SyncMessage.Types.DeleteForMe;

namespace Fluister.Client.Contents;

/// <summary>Deletes messages from this device's history, for good.</summary>
internal static class LocalDeletes
{
    /// <summary>One message.</summary>
    public static void Remove(ClientContext context, StoredMessage message)
    {
        FileRemovals.Note(context.Store, message, after: null, context.Clock.GetUtcNow());
        context.Store.Messages.Remove(message.Id);
        context.Store.SendLog.Forget(message);
        ReadMarks.Count(context.Store, message.ConversationId, message.IsUnread ? 1 : 0);
    }

    /// <summary>A conversation's messages: all, or up to one; where none are left, it is listed no more. The person stays known.</summary>
    public static void Clear(ClientContext context, StoredConversation conversation, StoredMessage? through)
    {
        var before = through is null ? long.MaxValue : through.RowId + 1;
        while (context.Store.Messages.Last(conversation.Id, ClientLimits.DeletedAtOnce, before) is { Count: > 0 } messages)
        {
            foreach (var message in messages)
            {
                Remove(context, message);
            }
        }

        if (context.Store.Messages.Last(conversation.Id, 1).Count == 0 && context.Store.Conversations.Find(conversation.Id) is { } empty)
        {
            empty.Json["messageCount"] = 0;
            empty.Json["unreadCount"] = 0;
            context.Store.Conversations.Save(empty with { ActiveAt = null });
        }
    }

    /// <summary>Messages of a conversation, and tells our other devices.</summary>
    public static void Remove(ClientContext context, Sender sender, StoredConversation conversation, IReadOnlyList<StoredMessage> messages)
    {
        foreach (var part in messages.Chunk(ClientLimits.TargetsPerReceipt))
        {
            var deletes = new DeleteForMe.Types.MessageDeletes { Conversation = Named(conversation) };
            deletes.Messages.Add(part.Where(message => message.Source is not null).Select(Named));
            var sync = new DeleteForMe();
            sync.MessageDeletes.Add(deletes);
            Syncs.Enqueue(context, sender, new SyncMessage { DeleteForMe = sync });
            foreach (var message in part)
            {
                Remove(context, message);
            }
        }
    }

    /// <summary>All messages of a conversation, and tells our other devices up to where.</summary>
    public static void Clear(ClientContext context, Sender sender, StoredConversation conversation)
    {
        var last = context.Store.Messages.Last(conversation.Id, ClientLimits.DeletedAtOnce)
            .Where(message => message is { Type: "incoming" or "outgoing", Source: not null }).ToList();
        var delete = new DeleteForMe.Types.ConversationDelete { Conversation = Named(conversation), IsFullDelete = true };
        delete.MostRecentMessages.Add(last.Take(ClientLimits.AddressedByDeletion).Select(Named));
        delete.MostRecentNonExpiringMessages.Add(
            last.Where(message => message.ExpireTimer == 0).Take(ClientLimits.AddressedByDeletion).Select(Named));
        var sync = new DeleteForMe();
        sync.ConversationDeletes.Add(delete);
        Syncs.Enqueue(context, sender, new SyncMessage { DeleteForMe = sync });
        Clear(context, conversation, through: null);
    }

    private static ConversationIdentifier Named(StoredConversation conversation) =>
        conversation.ServiceId is { } person ? new ConversationIdentifier { ThreadServiceIdBinary = person.ToByteString() } : new();

    private static AddressableMessage Named(StoredMessage message) => new()
    {
        AuthorServiceIdBinary = message.Source!.Value.ToByteString(),
        SentTimestamp = (ulong)message.SentAt,
    };
}
