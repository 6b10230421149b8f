using Fluister.Client.Store;
using Fluister.Wire.Protos;

namespace Fluister.Client.Contents;

/// <summary>Deletion for everyone: only by the author, and only for a while.</summary>
internal sealed class Deletes(ClientStore store, Targets targets, PendingEffects pending)
{
    /// <summary>Takes a deletion.</summary>
    /// <exception cref="ClientException">Malformed: no message named.</exception>
    public Effect? Handle(Origin origin, DataMessage data)
    {
        if (ContentIds.Timestamp(data.Delete.TargetSentTimestamp) is not { } sentAt)
        {
            throw new ClientException(ClientError.Malformed, "A deletion that came names no message.");
        }

        if (!targets.TryFind(origin, origin.Author, sentAt, out var message))
        {
            pending.Add(origin, origin.Author, sentAt, new Content { DataMessage = data });
            return new Effect(origin.Conversation.Id);
        }

        if (message is null || !Targets.IsInTime(origin, message))
        {
            return null;
        }

        var erased = Erasure.ForEveryone(message, origin.ServerTimestamp);
        store.Messages.Update(erased);
        FileRemovals.Note(store, message, erased, origin.ReceivedAt);
        return new Effect(message.ConversationId, message.Id);
    }
}
