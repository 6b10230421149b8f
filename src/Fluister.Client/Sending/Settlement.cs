using Fluister.Client.Contents;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.SealedSender;

namespace Fluister.Client.Sending;

/// <summary>Takes things out of the outbox, in one transaction with what follows from their being sent or given up.</summary>
internal sealed class Settlement(ClientContext context, SealedAccess access, PniSignatures signatures)
{
    /// <summary>What goes to the recipient's devices; to our own account, only what other devices are told. Within the store's
    /// gate.</summary>
    public ReadOnlyMemory<byte> Content(OutgoingContent outgoing) =>
        outgoing.IsPlaintext ? outgoing.Content
        : outgoing.Recipient == context.Self.Aci && !outgoing.Transcript.IsEmpty ? outgoing.Transcript
        : signatures.Complete(outgoing.Recipient, outgoing.Content);

    /// <summary>The server has it: the history says so, the send log keeps the content, and our other devices are told next.</summary>
    public SendResult Settle(OutboxItem item, IReadOnlyList<SealedCopy> copies, ReadOnlyMemory<byte> content, bool isSealed)
    {
        var outgoing = item.Outgoing;
        context.Store.Transact(() =>
        {
            context.Store.Outbox.Remove(item.Number);
            if (!outgoing.IsPlaintext && outgoing.Hint != ContentHint.Implicit)
            {
                foreach (var copy in copies)
                {
                    context.Store.SendLog.Add(
                        new ProtocolAddress(outgoing.Recipient, copy.Device), outgoing.Timestamp, content.Span, outgoing.Hint);
                }
            }

            if (isSealed)
            {
                access.Taken(outgoing.Recipient);
            }

            NoteSent(outgoing, isSealed);
            if (!outgoing.Transcript.IsEmpty && outgoing.Recipient != context.Self.Aci)
            {
                context.Store.Outbox.Add(Transcript(outgoing, isSealed));
            }
        });
        return new SendResult(new MessageSent(outgoing.Recipient, outgoing.Timestamp, outgoing.MessageId, isSealed), null);
    }

    /// <summary>It will never be sent: the history says so.</summary>
    public SendResult GiveUp(OutboxItem item, ClientException cause)
    {
        var outgoing = item.Outgoing;
        context.Store.Transact(() =>
        {
            context.Store.Outbox.Remove(item.Number);
            if (cause.Error == ClientError.NotFound && context.Store.Conversations.Find(outgoing.Recipient) is { } conversation)
            {
                conversation.Json["discoveredUnregisteredAt"] = context.Clock.GetUtcNow().ToUnixTimeMilliseconds();
                context.Store.Conversations.Save(conversation);
            }

            if (outgoing.MessageId is { } id && context.Store.Messages.Find(id) is { } message)
            {
                context.Store.Messages.Update(SendStates.Failed(message, message.ConversationId, context.Clock.GetUtcNow()));
            }
        });
        return new SendResult(null, new SendFailed(outgoing.Recipient, outgoing.Timestamp, outgoing.MessageId, cause));
    }

    // Named by the same time as the message that it tells of, as Signal does.
    private OutgoingContent Transcript(OutgoingContent outgoing, bool isSealed) => new()
    {
        Recipient = context.Self.Aci,
        Timestamp = outgoing.Timestamp,
        Content = Transcripts.Sent(outgoing.Transcript, isSealed, context.Clock.GetUtcNow().ToUnixTimeMilliseconds()),
        Hint = ContentHint.Resendable,
        IsUrgent = false,
    };

    private void NoteSent(OutgoingContent outgoing, bool isSealed)
    {
        if (outgoing.MessageId is not { } id || context.Store.Messages.Find(id) is not { } message)
        {
            return;
        }

        var now = context.Clock.GetUtcNow();
        var noted = SendStates.Sent(message, message.ConversationId, now) with { IsSealed = isSealed };
        context.Store.Messages.Update(noted.ExpireTimer > 0 && noted.ExpirationStart is null
            ? noted with { ExpirationStart = now.ToUnixTimeMilliseconds() }
            : noted);
    }
}
