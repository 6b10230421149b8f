using Fluister.Server.Federation;
using Fluister.Server.Mailboxes;
using Fluister.Server.Requests;
using Fluister.Server.Stores.Sqlite;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Messages;

/// <summary>A message for many of whom some are here and some elsewhere, in one transaction: it goes into all mailboxes and the outbox, or
/// nowhere. The payload is kept once for those here, and once for those elsewhere.</summary>
/// <param name="mailboxes">Of those here.</param>
/// <param name="letters">For them.</param>
/// <param name="outbox">Of those elsewhere.</param>
/// <param name="items">For them, those of each peer together.</param>
/// <param name="shared">The payload.</param>
/// <param name="done">Hears false where a device here has gone meanwhile, and nothing was done.</param>
internal sealed class SendingToMany(
    MailboxStore mailboxes,
    IReadOnlyList<NewLetter> letters,
    Outbox outbox,
    IReadOnlyList<OutboxItem> items,
    ReadOnlyMemory<byte> shared,
    TaskCompletionSource<bool> done) : DatabaseWork
{
    private readonly List<MailboxKey> _unlinked = [];
    private bool _isAppended;

    /// <inheritdoc/>
    public override int Bytes { get; } = (2 * shared.Length) + letters.Sum(letter => letter.Envelope.Length)
        + items.Sum(item => item.Item.CalculateSize());

    /// <inheritdoc/>
    public override void Run(SqliteSession session)
    {
        _unlinked.Clear();
        var payload = 0L;
        _isAppended = mailboxes.TryAppend(session, letters, shared.Span, ref payload, _unlinked);
        if (_isAppended && !outbox.TryAppend(session, items, shared.Span))
        {
            // What is in the mailboxes is taken back.
            throw new RefusedException(Response.Unavailable(ServerLimits.OutboxRetry));
        }
    }

    /// <inheritdoc/>
    public override void Complete()
    {
        if (_isAppended)
        {
            mailboxes.Announce(letters, shared, _unlinked);
            outbox.Announce(items);
        }

        done.TrySetResult(_isAppended);
    }

    /// <inheritdoc/>
    public override void Fail(Exception failure)
    {
        if (failure is SqliteException { SqliteErrorCode: SqliteCodes.Constraint })
        {
            done.TrySetResult(false);
        }
        else
        {
            done.TrySetException(failure);
        }
    }
}
