using Fluister.Client.Sending;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.SealedSender;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Client.Contents;

/// <summary>Puts messages of ours into the outbox, with what our other devices are told of them. Within a transaction.</summary>
internal sealed class OutgoingMessages(ClientContext context, Sender sender)
{
    /// <summary>Puts a message into the outbox.</summary>
    /// <param name="to">For whom; ourselves for Note to Self.</param>
    /// <param name="data">The message.</param>
    /// <param name="messageId">The row whose state of sending follows.</param>
    /// <param name="isUrgent">Worth waking a device for.</param>
    /// <param name="place">The place in the outbox that was kept for it.</param>
    public void Enqueue(ServiceId to, DataMessage data, string? messageId = null, bool isUrgent = true, long? place = null) => Enqueue(
        to, (long)data.Timestamp, new Content { DataMessage = data }, Transcripts.Of(to, (long)data.Timestamp, data, edit: null), messageId,
        isUrgent, place);

    /// <summary>Puts an edit into the outbox.</summary>
    public void Enqueue(ServiceId to, EditMessage edit, string messageId, long? place = null) => Enqueue(
        to, (long)edit.DataMessage.Timestamp, new Content { EditMessage = edit },
        Transcripts.Of(to, (long)edit.DataMessage.Timestamp, message: null, edit), messageId, isUrgent: true, place);

    /// <summary>The conversation with a person, as it is once we write to it: it is no request any more.</summary>
    /// <exception cref="ClientException">BadInput: the person is blocked.</exception>
    public StoredConversation Open(ServiceId to, bool isMessage)
    {
        var conversation = context.Store.Conversations.GetOrAdd(to);
        if (MessageRequests.IsBlocked(conversation))
        {
            throw new ClientException(ClientError.BadInput, "The person is blocked: unblock them before you write to them.");
        }

        conversation.Json["profileSharing"] = true;
        if (isMessage)
        {
            conversation.Json["sentMessageCount"] = (conversation.Json.Number("sentMessageCount") ?? 0) + 1;
            conversation.Json["messageCount"] = (conversation.Json.Number("messageCount") ?? 0) + 1;
            conversation.Json["timestamp"] = context.Clock.GetUtcNow().ToUnixTimeMilliseconds();
            conversation.Json.Remove("isArchived");
            conversation.Json.Remove("removalStage");
            conversation = conversation with { ActiveAt = context.Clock.GetUtcNow().ToUnixTimeMilliseconds() };
        }

        context.Store.Conversations.Save(conversation);
        return conversation;
    }

    private void Enqueue(
        ServiceId to, long timestamp, Content content, byte[] transcript, string? messageId, bool isUrgent, long? place)
    {
        var outgoing = new OutgoingContent
        {
            Recipient = to,
            Timestamp = timestamp,
            Content = content.ToByteArray(),
            Hint = ContentHint.Resendable,
            IsUrgent = isUrgent,
            MessageId = messageId,
            Transcript = transcript,
        };
        if (place is { } kept)
        {
            sender.Fill(kept, outgoing);
        }
        else
        {
            sender.Enqueue(outgoing);
        }
    }
}
