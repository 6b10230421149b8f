using Fluister.Client.Receiving;
using Fluister.Client.Sending;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.Client.Contents;

/// <summary>What others tell of our messages: delivered, read, viewed.</summary>
internal sealed class Receipts(ClientContext context, Sender sender, PendingEffects pending)
{
    /// <summary>Takes a receipt. Only who a message was sent to can tell of it; a state is never lowered.</summary>
    public Effect? Handle(Incoming incoming, ReceiptMessage receipt)
    {
        var status = receipt.Type switch
        {
            ReceiptMessage.Types.Type.Read => "Read",
            ReceiptMessage.Types.Type.Viewed => "Viewed",
            _ => "Delivered",
        };
        var store = context.Store;
        if (store.Conversations.Find(incoming.Sender) is not { } conversation)
        {
            return null;
        }

        string? last = null;
        var unknown = 0;
        foreach (var value in receipt.Timestamp.Take(ClientLimits.TargetsPerContent))
        {
            if (ContentIds.Timestamp(value) is not { } sentAt)
            {
                continue;
            }

            if (receipt.Type == ReceiptMessage.Types.Type.Delivery)
            {
                sender.Delivered(new ProtocolAddress(incoming.Sender, incoming.Device), sentAt);
            }

            if (store.Messages.Find(context.Self.Aci, sentAt) is { } message)
            {
                last = Raise(message, conversation, status, incoming) ?? last;
            }
            else if (receipt.Type != ReceiptMessage.Types.Type.Delivery && unknown++ < ClientLimits.UnknownTargetsPerReceipt)
            {
                // What another device of ours sent may be told of before that device tells us.
                var one = new ReceiptMessage { Type = receipt.Type };
                one.Timestamp.Add(value);
                pending.Add(incoming, context.Self.Aci, sentAt, new Content { ReceiptMessage = one });
            }
        }

        return new Effect(conversation.Id, last);
    }

    private string? Raise(StoredMessage message, StoredConversation by, string status, Incoming incoming)
    {
        if (message.Json.Part("sendStateByConversationId")?.ContainsKey(by.Id) != true)
        {
            return null;
        }

        var raised = SendStates.Raise(message, by.Id, status, incoming.Timestamp);
        if (!ReferenceEquals(raised, message))
        {
            context.Store.Messages.Update(raised);
        }

        return message.Id;
    }
}
