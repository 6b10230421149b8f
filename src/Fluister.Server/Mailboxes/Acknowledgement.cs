namespace Fluister.Server.Mailboxes;

/// <summary>A device has a letter: it is to be taken out of the mailbox, and its sender's devices get receipts.</summary>
internal readonly record struct Acknowledgement(
    MailboxKey Mailbox, long Sequence, IReadOnlyList<NewLetter> Receipts, IMailboxWatcher Watcher);
