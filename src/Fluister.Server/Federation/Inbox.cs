using Fluister.Server.Accounts;
using Fluister.Server.Limits;
using Fluister.Server.Mailboxes;
using Fluister.Server.Messages;
using Fluister.Server.Requests;
using Fluister.Server.Stores;
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

    /// <summary>Called with what went wrong with an item of a peer's, which was refused for it: a mistake of this program.</summary>
    public Action<Peer, Exception>? Failed { get; set; }

    /// <summary>Takes a transaction: what it answers for is on the disk.</summary>
    /// <param name="peer">Who sends it; it may speak for its own tag only.</param>
    /// <param name="transaction">What.</param>
    /// <exception cref="RefusedException">400: not a transaction; 403: the peer was removed a moment ago.</exception>
    public async Task<TransactionResponse> TakeAsync(Peer peer, Transaction transaction)
    {
        Check(transaction);
        var changes = accounts.Changes;
        var items = new IncomingItem[transaction.Items.Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Look(peer, transaction, transaction.Items[i]);
        }

        var waits = new TakingLimits(item => Wait(peer, item), items.Length);
        try
        {
            return await PostAsync(peer, (long)transaction.Settled, items, changes, waits).ConfigureAwait(false);
        }
        catch (Exception failed) when (IsOfItem(failed))
        {
            return await TakeApartAsync(peer, (long)transaction.Settled, items, changes, waits).ConfigureAwait(false);
        }
    }

    private Task<TransactionResponse> PostAsync(
        Peer peer, long settled, ReadOnlyMemory<IncomingItem> items, long changes, TakingLimits waits, int first = 0)
    {
        var done = new TaskCompletionSource<TransactionResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        database.Post(new Taking(this, peer, settled, items.ToArray(), changes, waits, first, done));
        return done.Task;
    }

    // Each by itself, still in order, so that the one that fails takes no other with it: it is refused, since nothing would become of it
    // if it came again.
    private async Task<TransactionResponse> TakeApartAsync(
        Peer peer, long settled, IncomingItem[] items, long changes, TakingLimits waits)
    {
        var begun = PostAsync(peer, settled, default, changes, waits);
        var taking = new Task<TransactionResponse>[items.Length];
        for (var i = 0; i < items.Length; i++)
        {
            taking[i] = PostAsync(peer, 0, items.AsMemory(i, 1), changes, waits, i);
        }

        var response = await begun.ConfigureAwait(false);
        for (var i = 0; i < items.Length; i++)
        {
            try
            {
                var taken = await taking[i].ConfigureAwait(false);
                response.Outcomes.Add(taken.Outcomes);
                response.Highest = Math.Max(response.Highest, taken.Highest);
            }
            catch (Exception failed) when (IsOfItem(failed))
            {
                Failed?.Invoke(peer, failed);
                if (items[i].Number > 0)
                {
                    // It has come, and the peer hears so: else the peer's next "settled" would look as if something were lost here. Without
                    // a mark, so that it is refused again if the answer does not arrive.
                    IncomingItem[] refused = [items[i] with { Fate = Outcome.Types.Kind.Refused, Letters = [], IsMarked = false }];
                    var noted = await PostAsync(peer, 0, refused, changes, waits, i).ConfigureAwait(false);
                    response.Highest = Math.Max(response.Highest, noted.Highest);
                    response.Outcomes.Add(new Outcome { Number = items[i].Item.Number, Kind = Outcome.Types.Kind.Refused });
                }
            }
        }

        return response;
    }

    // A disk that is full, a writer that is busy, or a peer that is gone: the whole comes again, or nothing does.
    private static bool IsOfItem(Exception failed) => failed is not (StoreException or RefusedException or OperationCanceledException);

    /// <summary>Forgets up to where there were items, where that is so long ago that none of those is taken any more.</summary>
    public Task<int> PurgeAsync() => database.WriteAsync(session => session.Run(
        "DELETE FROM inbox_mark WHERE number < ?1", Numbers.At(clock.Now - ServerLimits.MarkAge)));

    // What can be no transaction of a server that keeps to the protocol; a single item is answered for by itself.
    private void Check(Transaction transaction)
    {
        var latest = (ulong)Numbers.At(clock.Now + ServerLimits.NumbersFuture);
        var isSound = transaction.Settled <= latest
            && transaction.Items.Count <= ServerLimits.TransactionItems + ServerLimits.OfferedItems
            && transaction.Payloads.Count <= transaction.Items.Count
            && transaction.Payloads.All(payload => payload.Length is > 0 and <= ServerLimits.MessageContent);
        var last = 0UL;
        foreach (var item in transaction.Items)
        {
            isSound &= item.Number is 0 || (item.Number > last && item.Number <= latest);
            last = Math.Max(last, item.Number);
        }

        if (!isSound)
        {
            throw new RefusedException(400);
        }
    }
}
