using Fluister.Client.Sending;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.SealedSender;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Client.Contents;

/// <summary>Tells senders that their messages have come: for sealed messages, which the server cannot tell of, of people who may write to
/// us. One receipt a sender for all that came together.</summary>
internal sealed class DeliveryReceipts
{
    private readonly ClientStore _store;
    private readonly Sender _sender;
    private readonly List<(ServiceId Sender, long Timestamp)> _due = [];
    private bool _rolledBack;

    public DeliveryReceipts(ClientStore store, Sender sender)
    {
        _store = store;
        _sender = sender;
        store.WhenRolledBack(() => _rolledBack = true);
    }

    /// <summary>A message has come.</summary>
    public void Note(ServiceId sender, long timestamp) => _due.Add((sender, timestamp));

    /// <summary>As the last thing in a transaction: puts the receipts into the outbox.</summary>
    public void Flush()
    {
        // What was taken back is no longer in the history, and is not told of.
        var due = _rolledBack ? _due.Where(message => _store.Messages.Find(message.Sender, message.Timestamp) is not null) : _due;
        foreach (var group in due.GroupBy(message => message.Sender, message => (ulong)message.Timestamp))
        {
            Send(_sender, group.Key, ReceiptMessage.Types.Type.Delivery, group);
        }

        _due.Clear();
        _rolledBack = false;
    }

    /// <summary>Puts receipts of a kind for one sender into the outbox.</summary>
    public static void Send(Sender sender, ServiceId to, ReceiptMessage.Types.Type type, IEnumerable<ulong> timestamps)
    {
        foreach (var part in timestamps.Distinct().Chunk(ClientLimits.TargetsPerReceipt))
        {
            var receipt = new ReceiptMessage { Type = type };
            receipt.Timestamp.Add(part);
            sender.Enqueue(new OutgoingContent
            {
                Recipient = to,
                Timestamp = sender.NextTimestamp(),
                Content = new Content { ReceiptMessage = receipt }.ToByteArray(),
                Hint = ContentHint.Resendable,
                IsUrgent = false,
            });
        }
    }
}
