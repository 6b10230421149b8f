namespace Fluister.Server.Mailboxes;

/// <summary>A message for one device, before it is in its mailbox. Where letters share a payload, the envelope's content is the device's
/// own
/// key material only.</summary>
internal sealed record NewLetter(MailboxKey Mailbox, Guid Guid, byte[] Envelope);
