using Fluister.Client.Sending;
using Fluister.Protocol.SealedSender;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Client.Contents;

/// <summary>Tells our other devices.</summary>
internal static class Syncs
{
    private const int MostPadding = 512;

    /// <summary>Puts a sync message into the outbox, within a transaction.</summary>
    public static void Enqueue(ClientContext context, Sender sender, SyncMessage sync)
    {
        sync.Padding = Padding(context);
        sender.Enqueue(new OutgoingContent
        {
            Recipient = context.Self.Aci,
            Timestamp = sender.NextTimestamp(),
            Content = new Content { SyncMessage = sync }.ToByteArray(),
            Hint = ContentHint.Resendable,
            IsUrgent = false,
        });
    }

    /// <summary>Who is blocked.</summary>
    public static SyncMessage.Types.Blocked Blocked(ClientContext context)
    {
        var blocked = new SyncMessage.Types.Blocked();
        foreach (var conversation in context.Store.Conversations.All())
        {
            if (MessageRequests.IsBlocked(conversation) && conversation.ServiceId is { } person)
            {
                blocked.Acis.Add(person.ToString());
                blocked.AcisBinary.Add(person.ToByteString());
            }
        }

        return blocked;
    }

    /// <summary>Settings of the account; receipts and indicators are on until somebody turns them off.</summary>
    public static SyncMessage.Types.Configuration Configuration(ClientContext context) => new()
    {
        ReadReceipts = context.Store.Items.Flag("read-receipt-setting") ?? true,
        TypingIndicators = context.Store.Items.Flag("typingIndicators") ?? true,
        UnidentifiedDeliveryIndicators = context.Store.Items.Flag("sealedSenderIndicators") ?? false,
        LinkPreviews = context.Store.Items.Flag("linkPreviews") ?? true,
    };

    /// <summary>What the account's keys are derived from.</summary>
    public static SyncMessage.Types.Keys Keys(ClientContext context) => new()
    {
        AccountEntropyPool = context.Self.EntropyPool.RevealText(),
    };

    // Hides which kind of sync message it is by its size.
    private static ByteString Padding(ClientContext context)
    {
        Span<byte> length = stackalloc byte[2];
        context.Random.Fill(length);
        var padding = new byte[1 + (((length[0] << 8) | length[1]) % MostPadding)];
        context.Random.Fill(padding);
        return UnsafeByteOperations.UnsafeWrap(padding);
    }
}
