namespace Fluister.Server.Mailboxes;

/// <summary>A message in a mailbox: its place in the order, its id, and the envelope's bytes. Place 0 is that of a letter for devices
/// that are
/// connected, which no mailbox holds.</summary>
internal sealed record Letter(long Sequence, Guid Guid, byte[] Envelope);
