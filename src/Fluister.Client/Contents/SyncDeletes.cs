using System.Text.Json.Nodes;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;
using Google.Protobuf;
using DeleteForMe = Fluister.Wire.Protos.SyncMessage.Types.DeleteForMe;

namespace Fluister.Client.Contents;

/// <summary>What was deleted on another device of ours, for ourselves alone, goes here too.</summary>
internal sealed class SyncDeletes(ClientContext context)
{
    /// <summary>Takes it.</summary>
    public Effect Handle(DeleteForMe deletes)
    {
        var touched = new HashSet<string>();
        foreach (var delete in deletes.MessageDeletes.Take(ClientLimits.TargetsPerContent))
        {
            if (Find(delete.Conversation) is { } conversation)
            {
                touched.Add(conversation.Id);
                foreach (var named in delete.Messages.Take(ClientLimits.TargetsPerContent))
                {
                    if (Find(conversation, named) is { } message)
                    {
                        LocalDeletes.Remove(context, message);
                    }
                }
            }
        }

        foreach (var delete in deletes.ConversationDeletes.Take(ClientLimits.TargetsPerContent))
        {
            if (Find(delete.Conversation) is { } conversation)
            {
                touched.Add(conversation.Id);
                UpTo(conversation, delete);
            }
        }

        foreach (var delete in deletes.LocalOnlyConversationDeletes.Take(ClientLimits.TargetsPerContent))
        {
            // Only a conversation in which nobody ever wrote is deleted so.
            if (Find(delete.Conversation) is { } conversation
                && context.Store.Messages.Last(conversation.Id, 1) is not [{ Type: "incoming" or "outgoing" }, ..])
            {
                touched.Add(conversation.Id);
                LocalDeletes.Clear(context, conversation, through: null);
            }
        }

        foreach (var delete in deletes.AttachmentDeletes.Take(ClientLimits.TargetsPerContent))
        {
            if (Find(delete.Conversation) is { } conversation && Find(conversation, delete.TargetMessage) is { } message)
            {
                touched.Add(conversation.Id);
                RemoveFile(message, delete);
            }
        }

        return new Effect(touched.Count == 1 ? touched.Single() : null);
    }

    // Everything up to the newest of the named messages that is here; what came after it stays.
    private void UpTo(StoredConversation conversation, DeleteForMe.Types.ConversationDelete delete)
    {
        var newest = delete.MostRecentMessages.Concat(delete.MostRecentNonExpiringMessages).Take(ClientLimits.TargetsPerContent)
            .Select(named => Find(conversation, named)).MaxBy(message => message?.RowId);
        if (newest is not null)
        {
            LocalDeletes.Clear(context, conversation, newest);
        }
    }

    private void RemoveFile(StoredMessage message, DeleteForMe.Types.AttachmentDelete delete)
    {
        var uuid = delete.ClientUuid.Length == 16 ? new Guid(delete.ClientUuid.Span, bigEndian: true).ToString() : null;
        var digest = delete.FallbackDigest.IsEmpty ? null : Convert.ToBase64String(delete.FallbackDigest.Span);
        var hash = delete.FallbackPlaintextHash.IsEmpty ? null : Convert.ToHexStringLower(delete.FallbackPlaintextHash.Span);
        bool IsMeant(JsonObject file) => (uuid is not null && file.Text("clientUuid") == uuid)
            || (digest is not null && file.Text("digest") == digest) || (hash is not null && file.Text("plaintextHash") == hash);
        if (!message.Json.Parts("attachments").Any(IsMeant))
        {
            return;
        }

        var json = (JsonObject)message.Json.DeepClone();
        json["attachments"] = new JsonArray(
            [.. message.Json.Parts("attachments").Where(file => !IsMeant(file)).Select(file => file.DeepClone())]);
        var rest = message with { Json = json };
        context.Store.Messages.Update(rest);
        FileRemovals.Note(context.Store, message, rest, context.Clock.GetUtcNow());
    }

    private StoredConversation? Find(ConversationIdentifier? id) => id?.IdentifierCase switch
    {
        ConversationIdentifier.IdentifierOneofCase.ThreadServiceId => Find(ContentIds.Any(ByteString.Empty, id.ThreadServiceId)),
        ConversationIdentifier.IdentifierOneofCase.ThreadServiceIdBinary => Find(ContentIds.Any(id.ThreadServiceIdBinary, "")),
        _ => null,
    };

    private StoredConversation? Find(ServiceId? person) => person is { } id ? context.Store.Conversations.Find(id) : null;

    private StoredMessage? Find(StoredConversation conversation, AddressableMessage? named)
    {
        var author = named?.AuthorCase switch
        {
            AddressableMessage.AuthorOneofCase.AuthorServiceId => ContentIds.Any(ByteString.Empty, named.AuthorServiceId),
            AddressableMessage.AuthorOneofCase.AuthorServiceIdBinary => ContentIds.Any(named.AuthorServiceIdBinary, ""),
            _ => null,
        };
        return author is { } known && ContentIds.Timestamp(named!.SentTimestamp) is { } sentAt
            && context.Store.Messages.Find(known, sentAt) is { } message && message.ConversationId == conversation.Id ? message : null;
    }
}
