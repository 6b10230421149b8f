using System.Runtime.InteropServices;
using Fluister.Server.Accounts;
using Fluister.Server.Stores.Sqlite;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Mailboxes;

// How much waits for each device, and what happens where it is too much or too old.
internal sealed partial class MailboxStore
{
    // Letters and bytes by mailbox, counted once and then kept up to date; the writer's thread alone touches them.
    private readonly Dictionary<MailboxKey, (int Letters, long Bytes)> _counts = [];

    // Set where work failed: what it counted did not happen, so all is counted anew.
    private volatile bool _isMiscounted;

    /// <summary>Deletes letters that nobody has fetched in time.</summary>
    /// <returns>How many.</returns>
    public async Task<int> PurgeAsync()
    {
        var all = 0;
        while (true)
        {
            var purged = await WriteAsync(session =>
            {
                var gone = session.Query(
                    """
                    DELETE FROM mailbox WHERE seq IN (SELECT seq FROM mailbox WHERE expires <= ?1 ORDER BY expires LIMIT ?2)
                    RETURNING aci, device, size
                    """,
                    row => (Mailbox: new MailboxKey(new Guid((byte[])row[0], bigEndian: true), row.GetInt32(1)), Size: row.GetInt64(2)),
                    time.GetUtcNow().ToUnixTimeMilliseconds(),
                    ServerLimits.PurgedAtOnce);
                gone.ForEach(letter => Count(letter.Mailbox, -1, -letter.Size));
                return gone.Count;
            }).ConfigureAwait(false);
            all += purged;
            if (purged < ServerLimits.PurgedAtOnce)
            {
                return all;
            }
        }
    }

    private async Task<T> WriteAsync<T>(Func<SqliteSession, T> work)
    {
        try
        {
            return await database.WriteAsync(session =>
            {
                if (_isMiscounted)
                {
                    _isMiscounted = false;
                    _counts.Clear();
                }

                return work(session);
            }).ConfigureAwait(false);
        }
        catch (SqliteException)
        {
            _isMiscounted = true;
            throw;
        }
    }

    // A primary's oldest letters go; a linked device that has not come for so long is unlinked, as at Signal's (facts: MessagePersister).
    private List<MailboxKey> Limit(SqliteSession session, IReadOnlyList<NewLetter> letters)
    {
        var unlinked = new List<MailboxKey>();
        foreach (var mailbox in letters.Select(letter => letter.Mailbox))
        {
            var (count, bytes) = _counts.GetValueOrDefault(mailbox);
            if (count <= ServerLimits.MailboxLetters && bytes <= ServerLimits.MailboxBytes)
            {
                continue;
            }

            if (mailbox.Device != Device.Primary)
            {
                session.Run("DELETE FROM device WHERE aci = ?1 AND id = ?2", AccountStore.Bytes(mailbox.Aci), mailbox.Device);
                _counts.Remove(mailbox);
                unlinked.Add(mailbox);
                continue;
            }

            while (count > ServerLimits.MailboxLetters || bytes > ServerLimits.MailboxBytes)
            {
                var size = session.First(
                    """
                    DELETE FROM mailbox WHERE seq = (SELECT seq FROM mailbox WHERE aci = ?1 AND device = ?2 ORDER BY seq LIMIT 1)
                    RETURNING size
                    """,
                    row => (long?)row.GetInt64(0),
                    AccountStore.Bytes(mailbox.Aci),
                    mailbox.Device);
                if (size is not { } gone)
                {
                    _counts.Remove(mailbox);
                    break;
                }

                Count(mailbox, -1, -gone);
                (count, bytes) = (count - 1, bytes - gone);
            }
        }

        return unlinked;
    }

    private void StartCounting(SqliteSession session, MailboxKey mailbox)
    {
        if (_counts.ContainsKey(mailbox))
        {
            return;
        }

        if (_counts.Count >= ServerLimits.CountedMailboxes)
        {
            _counts.Clear();
        }

        _counts[mailbox] = session.First(
            "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM mailbox WHERE aci = ?1 AND device = ?2",
            row => (row.GetInt32(0), row.GetInt64(1)),
            AccountStore.Bytes(mailbox.Aci),
            mailbox.Device);
    }

    private void Count(MailboxKey mailbox, int letters, long bytes)
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(_counts, mailbox);
        if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref count))
        {
            count = (count.Letters + letters, count.Bytes + bytes);
        }
    }
}
