using Fluister.Protocol.Addresses;
using Fluister.Server.Accounts;
using Fluister.Server.Mailboxes;
using Fluister.Wire.Protos;

namespace Fluister.Server.Messages;

/// <summary>What the server tells a sender who said who they are, once a device has acknowledged the message: that it was
/// delivered.</summary>
/// <param name="Sender">Who is told.</param>
/// <param name="Recipient">By which id the message was addressed.</param>
/// <param name="Device">Which device has it.</param>
/// <param name="Timestamp">The message's own time, which names it.</param>
internal sealed record DeliveryReceipt(Guid Sender, ServiceId Recipient, int Device, ulong Timestamp)
{
    /// <summary>The receipt that a message asks for; see <see cref="For(Envelope, int)"/>.</summary>
    public static DeliveryReceipt? For(in EnvelopeHead envelope, int device) =>
        envelope.Source is { } source && source != envelope.Destination
            ? new DeliveryReceipt(source.Uuid, envelope.Destination, device, envelope.ClientTimestamp)
            : null;

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

    /// <summary>The receipt for each of the sender's devices.</summary>
    public IReadOnlyList<NewLetter> Letters(AccountStore accounts, ServerClock clock) =>
        accounts.Find(ServiceId.Aci(Sender)) is { } account ? Letters(account, clock) : [];

    /// <summary>The receipt for each of the sender's devices.</summary>
    public IReadOnlyList<NewLetter> Letters(Account account, ServerClock clock)
    {
        var letters = new NewLetter[account.Devices.Count];
        for (var i = 0; i < letters.Length; i++)
        {
            var envelope = EnvelopeWriter.Write(
                new EnvelopeHead
                {
                    Type = Envelope.Types.Type.ServerDeliveryReceipt,
                    ClientTimestamp = Timestamp,
                    ServerTimestamp = (ulong)clock.Now.ToUnixTimeMilliseconds(),
                    Source = Recipient,
                    SourceDevice = Device,
                    Destination = ServiceId.Aci(Sender),
                    Guid = clock.NewGuid(),
                    IsUrgent = false,
                },
                []);
            letters[i] = new NewLetter(new MailboxKey(Sender, account.Devices[i].Id), envelope);
        }

        return letters;
    }
}
