using Fluister.Server.Messages;

namespace Fluister.Server.Mailboxes;

/// <summary>A message for one device, before it is in its mailbox. Where letters share a payload, the envelope's content is the device's
/// own key material only.</summary>
internal sealed record NewLetter(MailboxKey Mailbox, byte[] Envelope, bool IsStory = false, DeliveryReceipt? Receipt = null)
{
    /// <summary>The number that the device has drawn that it is for: another device may have the same place by now. None for whichever it
    /// is.</summary>
    public int? RegistrationId { get; init; }

    /// <summary>Whether that is the number that goes with the account's number.</summary>
    public bool IsForPni { get; init; }

    /// <summary>The place that the writer has given it.</summary>
    public long Sequence { get; set; }

    /// <summary>As it is delivered.</summary>
    public Letter With(ReadOnlyMemory<byte> shared) => new(Sequence, Envelope, IsStory, Receipt, shared);
}
