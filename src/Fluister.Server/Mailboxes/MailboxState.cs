namespace Fluister.Server.Mailboxes;

/// <summary>A mailbox as the writer knows it: its number, and how many letters and bytes it holds.</summary>
internal readonly record struct MailboxState(long Id, int Letters, long Bytes)
{
    /// <summary>Holds more than it may.</summary>
    public bool IsOverfull => Letters > ServerLimits.MailboxLetters || Bytes > ServerLimits.MailboxBytes;
}
