using Fluister.Server.Federation;

namespace Fluister.Server.Mailboxes;

/// <summary>A device has a letter: it is to be taken out of the mailbox, and its sender's devices get receipts, or its sender's home
/// does.</summary>
internal readonly record struct Acknowledgement(
    MailboxKey Mailbox, long Sequence, IReadOnlyList<NewLetter> Receipts, OutboxItem? Elsewhere, IMailboxWatcher Watcher);
