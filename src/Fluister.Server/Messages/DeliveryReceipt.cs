using Fluister.Protocol.Addresses;
using Fluister.Server.Accounts;
using Fluister.Server.Mailboxes;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Server.Messages;

/// <summary>What the server tells a sender who said who they are, once a device has acknowledged the message: that it was
/// delivered.</summary>
/// <param name="Sender">Who is told.</param>
/// <param name="Recipient">By which id the message was addressed.</param>
/// <param name="Device">Which device has it.</param>
/// <param name="Timestamp">The message's own time, which names it.</param>
internal sealed record DeliveryReceipt(Guid Sender, ServiceId Recipient, int Device, ulong Timestamp)
{
    /// <summary>The receipt that an envelope asks for, once its device acknowledges it; none for sealed ones, for receipts themselves, and
    /// for what an account's own devices say to each other.</summary>
    public static DeliveryReceipt? For(Envelope envelope, int device)
    {
        if (!envelope.HasSourceServiceId || envelope.Type == Envelope.Types.Type.ServerDeliveryReceipt
            || !ServiceId.TryRead(envelope.SourceServiceId.Span, out var source)
            || !ServiceId.TryRead(envelope.DestinationServiceId.Span, out var recipient)
            || source == recipient)
        {
            return null;
        }

        return new DeliveryReceipt(source.Uuid, recipient, device, envelope.ClientTimestamp);
    }

    /// <summary>The receipt for each of the sender's devices; within somebody's transaction.</summary>
    public IEnumerable<NewLetter> Letters(SqliteSession session, ServerClock clock)
    {
        var devices = session.Query("SELECT id FROM device WHERE aci = ?1 ORDER BY id", row => row.GetInt32(0), AccountStore.Bytes(Sender));
        return devices.Select(device =>
        {
            var guid = clock.NewGuid();
            var envelope = new Envelope
            {
                Type = Envelope.Types.Type.ServerDeliveryReceipt,
                ClientTimestamp = Timestamp,
                ServerTimestamp = (ulong)clock.Now.ToUnixTimeMilliseconds(),
                SourceServiceId = UnsafeByteOperations.UnsafeWrap(Recipient.ToBytes()),
                SourceDevice = (uint)Device,
                DestinationServiceId = UnsafeByteOperations.UnsafeWrap(ServiceId.Aci(Sender).ToBytes()),
                ServerGuid = UnsafeByteOperations.UnsafeWrap(AccountStore.Bytes(guid)),
                Urgent = false,
            };
            return new NewLetter(new MailboxKey(Sender, device), guid, envelope.ToByteArray());
        });
    }
}
