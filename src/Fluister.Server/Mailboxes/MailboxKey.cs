namespace Fluister.Server.Mailboxes;

/// <summary>Whose mailbox: one for each device.</summary>
internal readonly record struct MailboxKey(Guid Aci, int Device);
