using Fluister.Server.Accounts;
using Fluister.Server.Limits;
using Fluister.Server.Mailboxes;
using Fluister.Server.Messages;
using Fluister.Server.Requests;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;

namespace Fluister.Server.Federation;

/// <summary>Takes what peers send, each item once, whatever is sent again: a mark for each peer and account says up to which number.
/// </summary>
/// <remarks>What an item does and the mark that it was done are one transaction of the database, and the answer comes when that is on the
/// disk.</remarks>
internal sealed partial class Inbox(
    SqliteDatabase database, ServerTag own, AccountStore accounts, MailboxStore mailboxes, SpamReports reports, SendLimits limits,
    ServerClock clock)
{
    private readonly MailboxStore _mailboxes = mailboxes;

    /// <summary>Lists of peers' accounts.</summary>
    public required RemoteAccounts Accounts { get; init; }

    /// <summary>Lists of own accounts.</summary>
    public required Followers Followers { get; init; }

    /// <summary>Called with a peer of whose items some were lost here, or which knows of more than is known here.</summary>
    public Action<Peer>? Lost { get; set; }

    /// <summary>Takes a transaction: what it answers for is on the disk.</summary>
    /// <param name="peer">Who sends it; it may speak for its own tag only.</param>
    /// <param name="transaction">What.</param>
    /// <exception cref="RefusedException">400: not a transaction; 403: the peer was removed a moment ago.</exception>
    public Task<TransactionResponse> TakeAsync(Peer peer, Transaction transaction)
    {
        Check(transaction);
        var changes = accounts.Changes;
        var items = new IncomingItem[transaction.Items.Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Look(peer, transaction, transaction.Items[i]);
        }

        var done = new TaskCompletionSource<TransactionResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        database.Post(new Taking(this, peer, (long)transaction.Settled, items, changes, done));
        return done.Task;
    }

    /// <summary>Forgets up to where there were items, where that is so long ago that none of those is taken any more.</summary>
    public Task<int> PurgeAsync() => database.WriteAsync(session => session.Run(
        "DELETE FROM inbox_mark WHERE number < ?1", Numbers.At(clock.Now - ServerLimits.MarkAge)));

    // What can be no transaction of a server that keeps to the protocol; a single item is answered for by itself.
    private static void Check(Transaction transaction)
    {
        var isSound = transaction.Settled <= long.MaxValue
            && transaction.Items.Count <= ServerLimits.TransactionItems + ServerLimits.OfferedItems
            && transaction.Payloads.Count <= transaction.Items.Count
            && transaction.Payloads.All(payload => payload.Length is > 0 and <= ServerLimits.MessageContent);
        var last = 0UL;
        foreach (var item in transaction.Items)
        {
            isSound &= item.Number is 0 || (item.Number > last && item.Number <= long.MaxValue);
            last = Math.Max(last, item.Number);
        }

        if (!isSound)
        {
            throw new RefusedException(400);
        }
    }
}
