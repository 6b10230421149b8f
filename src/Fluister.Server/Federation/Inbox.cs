using Fluister.Server.Mailboxes;
using Fluister.Wire.Protos.Federation;

namespace Fluister.Server.Federation;

/// <summary>Takes what peers send, each item once, whatever is sent again: a mark for each peer and account says up to which number.
/// </summary>
internal sealed class Inbox(MailboxStore mailboxes)
{
    /// <summary>Takes a transaction: what it answers for is on the disk.</summary>
    /// <param name="peer">Who sends it; it may speak for its own tag only.</param>
    /// <param name="transaction">What.</param>
    public Task<TransactionResponse> TakeAsync(Peer peer, Transaction transaction)
    {
        _ = (mailboxes, peer, transaction);
        throw new NotSupportedException();
    }
}
