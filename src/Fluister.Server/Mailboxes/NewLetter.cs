using Fluister.Server.Messages;

namespace Fluister.Server.Mailboxes;

/// <summary>A message for one device, before it is in its mailbox. Where letters share a payload, the envelope's content is the device's
/// own key material only.</summary>
internal sealed record NewLetter(MailboxKey Mailbox, byte[] Envelope, bool IsStory = false, DeliveryReceipt? Receipt = null)
{
    /// <summary>The place that the writer has given it.</summary>
    public long Sequence { get; set; }

    /// <summary>As it is delivered.</summary>
    public Letter With(ReadOnlyMemory<byte> shared) => new(Sequence, Envelope, IsStory, Receipt, shared);
}
