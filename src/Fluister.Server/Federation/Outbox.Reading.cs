using Fluister.Server.Mailboxes;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Federation;

// How items leave: read, settled because the peer has answered for them, or too old.
internal sealed partial class Outbox
{
    /// <summary>What waits for a peer after a number, as much as one transaction takes.</summary>
    /// <param name="peer">For whom.</param>
    /// <param name="after">After which number.</param>
    /// <param name="isHeld">Accounts whose items are passed over.</param>
    /// <param name="most">How many items at most.</param>
    public OutboxBatch Read(ServerTag peer, long after, Func<Guid, bool> isHeld, int most = ServerLimits.TransactionItems)
    {
        var transaction = new Transaction();
        var items = new List<WaitingItem>();
        var places = new Dictionary<long, uint>();
        var (bytes, last, isNext) = (0, after, false);
        _database.Read(session => session.Query(
            """
            SELECT number, account, item, payload.id, payload.bytes, size FROM outbox LEFT JOIN payload ON payload.id = outbox.payload
            WHERE peer = ?1 AND number > ?2 AND expires > ?3 ORDER BY number
            """,
            row =>
            {
                last = row.GetInt64(0);
                var account = (byte[])row[1];
                var id = new Guid(account, bigEndian: true);
                if (isHeld(id))
                {
                    isNext = false;
                    return 0;
                }

                var read = (byte[])row[2];
                var item = Item.Parser.ParseFrom(read);
                item.Number = (ulong)last;
                item.Account = UnsafeByteOperations.UnsafeWrap(account);
                var payload = row.IsDBNull(3) ? 0 : row.GetInt64(3);
                if (payload > 0)
                {
                    item.Message.Payload = Place(row, payload);
                }

                bytes += read.Length;
                transaction.Items.Add(item);
                items.Add(new WaitingItem(last, id, row.GetInt32(5), payload, isNext));
                isNext = true;
                return 0;
            },
            isEnough: () => transaction.Items.Count >= most || bytes >= ServerLimits.TransactionBytes,
            (long)peer.Value,
            after,
            _time.GetUtcNow().ToUnixTimeMilliseconds()));
        return new OutboxBatch(transaction, items, last);

        uint Place(SqliteDataReader row, long payload)
        {
            if (!places.TryGetValue(payload, out var place))
            {
                var shared = (byte[])row[4];
                bytes += shared.Length;
                transaction.Payloads.Add(UnsafeByteOperations.UnsafeWrap(shared));
                places[payload] = place = (uint)transaction.Payloads.Count;
            }

            return place;
        }
    }

    /// <summary>The highest of our numbers that a peer has answered for, and the highest that waits for it.</summary>
    public (long Settled, long Waiting) Known(ServerTag peer) => _database.Read(session => session.First(
        "SELECT settled, (SELECT COALESCE(MAX(number), 0) FROM outbox WHERE peer = tag) FROM peer WHERE tag = ?1",
        row => (row.GetInt64(0), row.GetInt64(1)),
        (long)peer.Value));

    /// <summary>How much waits for each peer, and since when; those alone for which something waits.</summary>
    public IReadOnlyList<(ServerTag Peer, long Items, DateTimeOffset Since)> Backlogs() => _database.Read(session => session.Query(
        "SELECT peer, COUNT(*), MIN(number) FROM outbox GROUP BY peer",
        row => (new ServerTag((ulong)row.GetInt64(0)), row.GetInt64(1), Numbers.Time(row.GetInt64(2)))));

    /// <summary>Deletes what peers did not get in time, and counts it.</summary>
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
            DELETE FROM outbox WHERE number IN (SELECT number FROM outbox ORDER BY number LIMIT ?2) AND expires <= ?1
            RETURNING peer, size, COALESCE(payload, 0)
            """,
            row => (Peer: new ServerTag((ulong)row.GetInt64(0)), Size: row.GetInt64(1), Payload: row.GetInt64(2)),
            _time.GetUtcNow().ToUnixTimeMilliseconds(),
            ServerLimits.PurgedAtOnce);
        foreach (var (peer, size, payload) in gone)
        {
            Book.Add(peer, -1, -size);
            MailboxStore.Release(session, payload);
        }

        foreach (var peer in gone.CountBy(item => item.Peer))
        {
            session.Run("UPDATE peer SET expired = expired + ?2 WHERE tag = ?1", (long)peer.Key.Value, peer.Value);
        }

        return gone.Count;
    }
}
