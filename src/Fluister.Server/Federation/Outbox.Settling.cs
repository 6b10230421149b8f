using Fluister.Server.Mailboxes;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;

namespace Fluister.Server.Federation;

// What a peer has answered for goes.
internal sealed partial class Outbox
{
    /// <summary>Deletes what a peer has answered for, and notes what it has said; it may wait a moment for others to commit with.</summary>
    /// <param name="peer">Who has answered.</param>
    /// <param name="done">The items, and what became of each that was not simply done; in the order of their numbers.</param>
    /// <param name="settled">The highest of our numbers that the peer has answered for.</param>
    /// <param name="isLost">Whether one of the two was seen to have forgotten.</param>
    /// <param name="accounts">What is known of the peer's accounts, and is corrected.</param>
    public Task SettleAsync(
        ServerTag peer, IReadOnlyList<(WaitingItem Item, Outcome? Outcome)> done, long settled, bool isLost, RemoteAccounts accounts)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _database.Post(new Settling(this, peer, done, settled, isLost, accounts, ended));
        return ended.Task;
    }

    private sealed class Settling(
        Outbox outbox,
        ServerTag peer,
        IReadOnlyList<(WaitingItem Item, Outcome? Outcome)> done,
        long settled,
        bool isLost,
        RemoteAccounts accounts,
        TaskCompletionSource ended) : DatabaseWork
    {
        public override bool IsPatient => true;

        public override void Run(SqliteSession session)
        {
            for (var i = 0; i < done.Count;)
            {
                i = done[i].Item.Payload > 0 ? DeleteOne(session, i) : DeleteRun(session, i);
            }

            var refused = 0;
            foreach (var (item, outcome) in done)
            {
                refused += outcome is null ? 0 : Correct(session, item, outcome);
            }

            session.Run(
                "UPDATE peer SET settled = MAX(settled, ?2), refused = refused + ?3, lost = lost + ?4 WHERE tag = ?1",
                (long)peer.Value,
                settled,
                refused,
                isLost ? 1 : 0);
        }

        public override void Complete() => ended.TrySetResult();

        public override void Fail(Exception failure) => ended.TrySetException(failure);

        // With what it shares. Gives the place behind.
        private int DeleteOne(SqliteSession session, int place)
        {
            var item = done[place].Item;
            var size = session.Statement("DELETE FROM outbox WHERE number = ?1 AND peer = ?2 RETURNING size")
                .Bind(1, item.Number).Bind(2, (long)peer.Value).Run();
            if (size is { } bytes)
            {
                outbox.Book.Add(peer, -1, -bytes);
                MailboxStore.Release(session, item.Payload);
            }

            return place + 1;
        }

        // As many as follow each other with nothing else between them, at once.
        private int DeleteRun(SqliteSession session, int place)
        {
            var (end, bytes) = (place, 0L);
            do
            {
                bytes += done[end].Item.Size;
                end++;
            }
            while (end < done.Count && done[end].Item is { IsNext: true, Payload: 0 });

            var deleted = session.Statement("DELETE FROM outbox WHERE peer = ?1 AND number BETWEEN ?2 AND ?3 AND payload IS NULL")
                .Bind(1, (long)peer.Value).Bind(2, done[place].Item.Number).Bind(3, done[end - 1].Item.Number).RunForChanges();
            if (deleted == end - place)
            {
                outbox.Book.Add(peer, -deleted, -bytes);
            }
            else
            {
                // Some became too old meanwhile.
                outbox.Book.Forget(peer);
            }

            return end;
        }

        // 1 where the peer has not taken it.
        private int Correct(SqliteSession session, WaitingItem item, Outcome outcome)
        {
            switch (outcome.Kind)
            {
                case Outcome.Types.Kind.Done:
                    return 0;
                case Outcome.Types.Kind.Mismatched:
                    if (outcome.Devices is { } list)
                    {
                        accounts.Apply(session, peer, list);
                    }

                    return 0;
                case Outcome.Types.Kind.Nobody:
                    RemoteAccounts.Delete(session, peer, item.Account);
                    return 1;
                case Outcome.Types.Kind.NotAuthorized:
                    // It has another access key than is known here: its home is asked before the next message.
                    RemoteAccounts.Delete(session, peer, item.Account);
                    return 1;
                default:
                    return 1;
            }
        }
    }
}
