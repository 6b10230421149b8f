using Fluister.Server.Accounts;
using Fluister.Server.Operations;
using Fluister.Server.Stores.Sqlite;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Mailboxes;

// How letters come into mailboxes, and what goes where there is too much.
internal sealed partial class MailboxStore
{
    /// <summary>Keeps a payload for as many as will need it; within somebody's transaction. Each lets go of it by <see cref="Release"/>.
    /// </summary>
    public static long Hold(SqliteSession session, ReadOnlySpan<byte> payload, int times) =>
        session.Statement("INSERT INTO payload (bytes, letters) VALUES (?1, ?2) RETURNING id").Bind(1, payload).Bind(2, times).Run()!.Value;

    /// <summary>Appends letters within somebody's transaction; who commits it calls <see cref="Announce"/> afterwards.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="letters">At most one for each mailbox.</param>
    /// <param name="shared">What all of them share; empty for nothing.</param>
    /// <param name="payload">Where it is kept; kept by the first that needs it, where it is 0.</param>
    /// <param name="unlinked">Receives the mailboxes of devices that went because they were full.</param>
    /// <returns>False where one of the devices is gone, or is another by now: then nothing was done.</returns>
    public bool TryAppend(
        SqliteSession session,
        IReadOnlyList<NewLetter> letters,
        ReadOnlySpan<byte> shared,
        ref long payload,
        List<MailboxKey> unlinked)
    {
        for (var i = 0; i < letters.Count; i++)
        {
            if (_book.Open(session, letters[i].Mailbox) is not { } state || !state.IsOf(letters[i]))
            {
                return false;
            }
        }

        if (!shared.IsEmpty && letters.Count > 0)
        {
            // It may be gone again, with a device that was unlinked.
            var kept = payload == 0 ? null : session.Statement("UPDATE payload SET letters = letters + ?2 WHERE id = ?1 RETURNING id")
                .Bind(1, payload).Bind(2, letters.Count).Run();
            payload = kept ?? Hold(session, shared, letters.Count);
        }

        var insert = session.Statement(
            "INSERT INTO letter (seq, mailbox, size, expires, payload, envelope) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        insert.Bind(4, (_clock.Now + ServerLimits.MessageAge).ToUnixTimeMilliseconds())
            .Bind(5, shared.IsEmpty ? null : payload);
        for (var i = 0; i < letters.Count; i++)
        {
            var letter = letters[i];

            // It was there a moment ago, and what one letter unlinks no other goes to: a message has one for each mailbox.
            var mailbox = _book.Open(session, letter.Mailbox)!.Value;
            var size = letter.Envelope.Length + shared.Length;
            letter.Sequence = _book.NextPlace(session);
            insert.Bind(1, letter.Sequence).Bind(2, mailbox.Id).Bind(3, size).Bind(6, letter.Envelope).Run();
            _book.Add(letter.Mailbox, 1, size);
            if ((mailbox with { Letters = mailbox.Letters + 1, Bytes = mailbox.Bytes + size }).IsOverfull)
            {
                Limit(session, letter.Mailbox, unlinked);
            }
        }

        return true;
    }

    /// <summary>Letters that were appended are on the disk: their devices get them.</summary>
    public void Announce(IReadOnlyList<NewLetter> letters, ReadOnlyMemory<byte> shared, IReadOnlyList<MailboxKey> unlinked)
    {
        End(unlinked);
        Hand(letters, shared);
        Telemetry.Accepted.Add(letters.Count);
    }

    private bool TryAppend(
        SqliteSession session, IReadOnlyList<NewLetter> letters, ReadOnlySpan<byte> shared, List<MailboxKey> unlinked)
    {
        var payload = 0L;
        return TryAppend(session, letters, shared, ref payload, unlinked);
    }

    // A primary's oldest letters go; a linked device that has not come for so long is unlinked, as at Signal's (facts: MessagePersister).
    private void Limit(SqliteSession session, MailboxKey mailbox, List<MailboxKey> unlinked)
    {
        if (mailbox.Device != Device.Primary)
        {
            session.Run("DELETE FROM device WHERE aci = ?1 AND id = ?2", AccountStore.Bytes(mailbox.Aci), mailbox.Device);
            unlinked.Add(mailbox);
            return;
        }

        while (_book.Open(session, mailbox) is { IsOverfull: true } full)
        {
            var oldest = session.Statement("SELECT seq FROM letter WHERE mailbox = ?1 ORDER BY seq LIMIT 1").Bind(1, full.Id).Run();
            if (oldest is not { } sequence || !TryDelete(session, mailbox, full.Id, sequence))
            {
                throw new InvalidOperationException("A mailbox is full, and nothing is in it.");
            }
        }
    }

    private sealed class Appending(
        MailboxStore store, IReadOnlyList<NewLetter> letters, ReadOnlyMemory<byte> shared, TaskCompletionSource<bool> done) : DatabaseWork
    {
        private readonly List<MailboxKey> _unlinked = [];
        private bool _isAppended;

        public override int Bytes { get; } = shared.Length + letters.Sum(letter => letter.Envelope.Length);

        public override void Run(SqliteSession session)
        {
            _unlinked.Clear();
            _isAppended = store.TryAppend(session, letters, shared.Span, _unlinked);
        }

        public override void Complete()
        {
            if (_isAppended)
            {
                store.Announce(letters, shared, _unlinked);
            }

            done.TrySetResult(_isAppended);
        }

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
}
