using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Fluister.Server.Federation;
using Fluister.Server.Messages;
using Fluister.Server.Operations;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Mailboxes;

// How letters go out of mailboxes: acknowledged, which is gathered from all mailboxes into one piece of work; or too old.
internal sealed partial class MailboxStore
{
    private readonly ConcurrentQueue<Acknowledgement> _acknowledged = [];
    private readonly TakingOut _takingOut;
    private int _isTakingOut;

    /// <summary>Takes a letter out, because its device has it, and tells its sender where they want to know. Returns at once: the watcher
    /// hears when it has happened.</summary>
    /// <param name="mailbox">The device's mailbox.</param>
    /// <param name="sequence">The letter's place; 0 where no mailbox holds it.</param>
    /// <param name="receipt">What the sender is told.</param>
    /// <param name="watcher">Who hears of it.</param>
    public void Acknowledge(MailboxKey mailbox, long sequence, DeliveryReceipt? receipt, IMailboxWatcher watcher)
    {
        var elsewhere = receipt is null ? null : Relay?.Forward(receipt);
        var receipts = elsewhere is null ? receipt?.Letters(_accounts, _clock) ?? [] : [];
        _acknowledged.Enqueue(new Acknowledgement(mailbox, sequence, receipts, elsewhere, watcher));
        TakeOut();
    }

    /// <summary>Deletes letters that nobody has fetched in time.</summary>
    /// <returns>How many.</returns>
    public async Task<int> PurgeAsync()
    {
        var all = 0;
        while (true)
        {
            var purged = await _database.WriteAsync(Purge).ConfigureAwait(false);
            all += purged;
            if (purged < ServerLimits.PurgedAtOnce)
            {
                return all;
            }
        }
    }

    private int Purge(SqliteSession session)
    {
        var gone = session.Query(
            """
            DELETE FROM letter WHERE seq IN (SELECT seq FROM letter ORDER BY seq LIMIT ?2) AND expires <= ?1
            RETURNING (SELECT aci FROM mailbox WHERE id = mailbox), (SELECT device FROM mailbox WHERE id = mailbox), size,
                COALESCE(payload, 0)
            """,
            row => (
                Mailbox: new MailboxKey(new Guid((byte[])row[0], bigEndian: true), row.GetInt32(1)),
                Size: row.GetInt64(2),
                Payload: row.GetInt64(3)),
            _clock.Now.ToUnixTimeMilliseconds(),
            ServerLimits.PurgedAtOnce);
        foreach (var letter in gone)
        {
            _book.Add(letter.Mailbox, -1, -letter.Size);
            Release(session, letter.Payload);
        }

        return gone.Count;
    }

    // Deletes a letter, and what went to many with the last that needs it; false where it is not there. In two steps without a trigger:
    // every message comes here, and so SQLite need not prepare to take half of it back.
    private bool TryDelete(SqliteSession session, MailboxKey key, long mailbox, long sequence)
    {
        var found = session.Statement("SELECT size, COALESCE(payload, 0) FROM letter WHERE seq = ?1 AND mailbox = ?2")
            .Bind(1, sequence).Bind(2, mailbox).RunForTwo();
        if (found is not var (size, payload))
        {
            return false;
        }

        session.Statement("DELETE FROM letter WHERE seq = ?1").Bind(1, sequence).Run();
        Release(session, payload);
        _book.Add(key, -1, -size);
        return true;
    }

    /// <summary>So many need a payload no more, and with the last of them it goes; within somebody's transaction. 0 is none.</summary>
    public static void Release(SqliteSession session, long payload, int times = 1)
    {
        if (payload > 0 && session.Statement("UPDATE payload SET letters = letters - ?2 WHERE id = ?1 RETURNING letters")
            .Bind(1, payload).Bind(2, times).Run() <= 0)
        {
            session.Statement("DELETE FROM payload WHERE id = ?1").Bind(1, payload).Run();
        }
    }

    private void TakeOut()
    {
        if (!_acknowledged.IsEmpty && Interlocked.Exchange(ref _isTakingOut, 1) == 0)
        {
            _takingOut.Failure = null;
            _database.Post(_takingOut);
        }
    }

    // There is one, and it is at work as long as there is anything to take out.
    private sealed class TakingOut(MailboxStore store) : DatabaseWork
    {
        private readonly List<Acknowledgement> _batch = [];
        private readonly List<NewLetter> _receipts = [];
        private readonly List<OutboxItem> _elsewhere = [];
        private readonly List<MailboxKey> _unlinked = [];
        private readonly Dictionary<IMailboxWatcher, int> _watchers = [];
        private int _delivered;

        public override bool IsPatient => true;

        public override void Run(SqliteSession session)
        {
            _receipts.Clear();
            _elsewhere.Clear();
            _unlinked.Clear();
            _delivered = 0;
            while (_batch.Count < ServerLimits.Acknowledgements && store._acknowledged.TryDequeue(out var acknowledgement))
            {
                _batch.Add(acknowledgement);
            }

            foreach (var (key, sequence, receipts, elsewhere, _) in _batch)
            {
                if (sequence > 0)
                {
                    if (store._book.Open(session, key) is not { } mailbox
                        || !store.TryDelete(session, key, mailbox.Id, sequence))
                    {
                        // It was acknowledged before, on an earlier connection too; its sender has been told.
                        continue;
                    }

                    _delivered++;
                }

                // A sender's device may have gone meanwhile; then nobody is told there.
                foreach (var receipt in receipts)
                {
                    if (store.TryAppend(session, [receipt], default, _unlinked))
                    {
                        _receipts.Add(receipt);
                    }
                }

                if (elsewhere is not null && store.Relay!.Outbox.Append(session, elsewhere))
                {
                    _elsewhere.Add(elsewhere);
                }
            }
        }

        public override void Complete()
        {
            store.End(_unlinked);
            store.Hand(_receipts, default);
            store.Relay?.Outbox.Announce(_elsewhere);
            Telemetry.Delivered.Add(_delivered);
            Tell((watcher, letters) => watcher.TakenOut(letters));
        }

        // They stay, and come again on the next connection.
        public override void Fail(Exception failure)
        {
            while (store._acknowledged.TryDequeue(out var acknowledgement))
            {
                _batch.Add(acknowledgement);
            }

            Tell((watcher, letters) => watcher.NotTakenOut(letters));
        }

        private void Tell(Action<IMailboxWatcher, int> tell)
        {
            foreach (var acknowledgement in _batch)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_watchers, acknowledgement.Watcher, out _)++;
            }

            try
            {
                foreach (var (watcher, letters) in _watchers)
                {
                    tell(watcher, letters);
                }
            }
            finally
            {
                _batch.Clear();
                _watchers.Clear();
                Volatile.Write(ref store._isTakingOut, 0);
                store.TakeOut();
            }
        }
    }
}
