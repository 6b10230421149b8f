using Fluister.Client.Store;
using Fluister.Protocol.Addresses;

namespace Fluister.Client.Contents;

/// <summary>Finds the message that a reaction, an edit, a vote or a deletion is about.</summary>
internal sealed class Targets(MessageTable messages)
{
    /// <summary>The message, where it is in the same conversation and still has its content. False with null: it has not come
    /// yet.</summary>
    public bool TryFind(Origin origin, ServiceId author, long sentAt, out StoredMessage? message)
    {
        message = messages.Find(author, sentAt);
        if (message is null)
        {
            return false;
        }

        if (message.ConversationId != origin.Conversation.Id || message.Type is not ("incoming" or "outgoing") || message.IsErased)
        {
            message = null;
        }

        return true;
    }

    /// <summary>Whether its author may still change it, by the server's times; in Note to Self always.</summary>
    public static bool IsInTime(Origin origin, StoredMessage message) =>
        (origin.IsOurs && origin.Conversation.ServiceId == origin.Author)
        || Math.Abs(origin.ServerTimestamp - (message.ServerTimestamp ?? message.SentAt)) <= ClientLimits.ChangeReceived.TotalMilliseconds;
}
