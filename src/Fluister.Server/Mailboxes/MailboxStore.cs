using System.Collections.Concurrent;
using Fluister.Server.Accounts;
using Fluister.Server.Federation;
using Fluister.Server.Messages;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Mailboxes;

/// <summary>What waits for each device, in order, until the device has acknowledged it.</summary>
/// <remarks>
/// <para>What was appended is on the disk before the sender hears of it, and before its device does: a watcher is handed what was
/// committed, in order, and whoever misses that reads it from the database.</para>
/// <para>What goes to many is stored once, in the table payload, with the number of letters that need it. It goes with the last of them,
/// whatever deletes that: an acknowledgement, expiry, or the end of a device, for which there is a trigger.</para>
/// </remarks>
internal sealed partial class MailboxStore
{
    private readonly ConcurrentDictionary<MailboxKey, IMailboxWatcher> _watchers = [];
    private readonly SqliteDatabase _database;
    private readonly AccountStore _accounts;
    private readonly ServerClock _clock;
    private readonly MailboxBook _book = new();

    /// <summary>Keeps mailboxes in a database.</summary>
    public MailboxStore(SqliteDatabase database, AccountStore accounts, ServerClock clock)
    {
        (_database, _accounts, _clock) = (database, accounts, clock);
        _takingOut = new TakingOut(this);
        database.Follow(_book);
    }

    /// <summary>Where receipts go whose senders are elsewhere; nowhere while it is not set.</summary>
    public Relay? Relay { get; set; }

    /// <summary>Appends letters to mailboxes, all of them or none.</summary>
    /// <returns>False where a device has gone meanwhile: nothing was appended.</returns>
    public Task<bool> AppendAsync(IReadOnlyList<NewLetter> letters, ReadOnlyMemory<byte> shared = default)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _database.Post(new Appending(this, letters, shared.ToArray(), done));
        return done.Task;
    }

    /// <summary>Offers letters to those devices that are connected now; they are not kept.</summary>
    public void Offer(IReadOnlyList<NewLetter> letters, ReadOnlyMemory<byte> shared = default) =>
        Hand(letters, shared.ToArray());

    /// <summary>The oldest letters after a place in the order: some of them, and none only where there are none.</summary>
    public IReadOnlyList<Letter> Read(MailboxKey mailbox, long after)
    {
        var bytes = 0;
        return _database.Read(session => session.Query(
            """
            SELECT seq, envelope, payload.bytes FROM letter LEFT JOIN payload ON payload.id = letter.payload
            WHERE mailbox = (SELECT id FROM mailbox WHERE aci = ?1 AND device = ?2) AND seq > ?3 AND expires > ?4 ORDER BY seq LIMIT ?5
            """,
            row =>
            {
                var envelope = (byte[])row[1];
                var whole = row.IsDBNull(2) ? envelope : EnvelopeWriter.Join(envelope, (byte[])row[2]);
                bytes += whole.Length;
                return Letter.Read(row.GetInt64(0), whole, mailbox.Device);
            },
            isEnough: () => bytes >= ServerLimits.LettersReadBytes,
            AccountStore.Bytes(mailbox.Aci),
            mailbox.Device,
            after,
            _clock.Now.ToUnixTimeMilliseconds(),
            ServerLimits.LettersRead));
    }

    /// <summary>How many letters and bytes the writer believes that a mailbox holds; for tests, while nothing is written.</summary>
    public (int Letters, long Bytes)? Known(MailboxKey mailbox) =>
        _book.Find(mailbox) is { } state ? (state.Letters, state.Bytes) : null;

    /// <summary>How many letters wait, of all devices.</summary>
    public long Count() => _database.Read(session => session.First("SELECT COUNT(*) FROM letter", row => row.GetInt64(0)));

    /// <summary>Who watches, if anybody does.</summary>
    public IMailboxWatcher? Watcher(MailboxKey mailbox) => _watchers.GetValueOrDefault(mailbox);

    /// <summary>Hands a watcher what comes from now on; the later of two watchers takes the place of the earlier.</summary>
    public void Watch(MailboxKey mailbox, IMailboxWatcher watcher) => _watchers[mailbox] = watcher;

    /// <summary>Ends a watch, unless another has taken its place.</summary>
    public void Unwatch(MailboxKey mailbox, IMailboxWatcher watcher) => _watchers.TryRemove(new(mailbox, watcher));

    // What is shared is a copy of its own, since whoever has it waiting would hold all of the request that it came in.
    private void Hand(IReadOnlyList<NewLetter> letters, ReadOnlyMemory<byte> shared)
    {
        for (var i = 0; i < letters.Count; i++)
        {
            if (_watchers.TryGetValue(letters[i].Mailbox, out var watcher))
            {
                watcher.Hand(letters[i].With(shared));
            }
        }
    }

    private void End(IReadOnlyList<MailboxKey> gone)
    {
        foreach (var mailbox in gone)
        {
            if (_watchers.TryGetValue(mailbox, out var watcher))
            {
                watcher.Gone();
            }
        }
    }
}
