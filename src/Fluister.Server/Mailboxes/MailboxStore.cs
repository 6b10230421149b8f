using System.Collections.Concurrent;
using Fluister.Protocol.SealedSender;
using Fluister.Server.Accounts;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Protos;
using Google.Protobuf;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Mailboxes;

/// <summary>What waits for each device, in order, until the device has acknowledged it.</summary>
/// <remarks>
/// <para>What was appended is on the disk before the sender hears of it. A watcher's call is a hint to read, never the message itself, so
/// nothing is lost where a hint is.</para>
/// <para>What goes to many is stored once, in the table payload, with the number of letters that need it; a trigger counts down and deletes
/// it with the last of them, whatever deletes that: an acknowledgement, expiry, or the end of a device.</para>
/// </remarks>
internal sealed partial class MailboxStore(SqliteDatabase database, TimeProvider time)
{
    private readonly ConcurrentDictionary<MailboxKey, IMailboxWatcher> _watchers = [];

    /// <summary>Appends letters to mailboxes, all of them or none.</summary>
    /// <returns>False where a device has gone meanwhile: nothing was appended.</returns>
    public async Task<bool> AppendAsync(IReadOnlyList<NewLetter> letters, ReadOnlyMemory<byte> shared = default)
    {
        List<MailboxKey> unlinked;
        try
        {
            unlinked = await WriteAsync(session => Append(session, letters, shared)).ConfigureAwait(false);
        }
        catch (SqliteException gone) when (gone.SqliteErrorCode == SqliteCodes.Constraint)
        {
            return false;
        }

        foreach (var mailbox in unlinked)
        {
            End(mailbox);
        }

        foreach (var letter in letters)
        {
            Hint(letter.Mailbox);
        }

        return true;
    }

    /// <summary>Offers letters to those devices that are connected now; they are not kept.</summary>
    public void Offer(IReadOnlyList<NewLetter> letters, ReadOnlyMemory<byte> shared = default)
    {
        foreach (var letter in letters)
        {
            if (_watchers.TryGetValue(letter.Mailbox, out var watcher))
            {
                watcher.Offer(new Letter(0, letter.Guid, shared.IsEmpty ? letter.Envelope : Join(letter.Envelope, shared.Span)));
            }
        }
    }

    /// <summary>The oldest letters after a place in the order: some of them, and none only where there are none.</summary>
    public IReadOnlyList<Letter> Read(MailboxKey mailbox, long after)
    {
        var bytes = 0;
        return database.Read(session => session.Query(
            """
            SELECT seq, guid, envelope, payload.bytes FROM mailbox LEFT JOIN payload ON payload.id = mailbox.payload
            WHERE aci = ?1 AND device = ?2 AND seq > ?3 AND expires > ?4 ORDER BY seq LIMIT ?5
            """,
            row =>
            {
                var envelope = (byte[])row[2];
                var letter = new Letter(
                    row.GetInt64(0),
                    new Guid((byte[])row[1], bigEndian: true),
                    row.IsDBNull(3) ? envelope : Join(envelope, (byte[])row[3]));
                bytes += letter.Envelope.Length;
                return letter;
            },
            isEnough: () => bytes >= ServerLimits.LettersReadBytes,
            AccountStore.Bytes(mailbox.Aci),
            mailbox.Device,
            after,
            time.GetUtcNow().ToUnixTimeMilliseconds(),
            ServerLimits.LettersRead));
    }

    /// <summary>Takes letters out, because their device has them, and in the same transaction puts in what that brings about.</summary>
    public async Task AcknowledgeAsync(
        MailboxKey mailbox, IReadOnlyList<long> sequences, Func<SqliteSession, IReadOnlyList<NewLetter>>? then = null)
    {
        if (sequences.Count == 0 && then is null)
        {
            return;
        }

        IReadOnlyList<NewLetter> letters = [];
        List<MailboxKey> unlinked = [];
        await WriteAsync(session =>
        {
            var before = (Letters: 0, Bytes: 0L);
            foreach (var sequence in sequences)
            {
                var size = session.First(
                    "DELETE FROM mailbox WHERE seq = ?1 AND aci = ?2 AND device = ?3 RETURNING size",
                    row => (long?)row.GetInt64(0),
                    sequence,
                    AccountStore.Bytes(mailbox.Aci),
                    mailbox.Device);
                before = size is { } bytes ? (before.Letters + 1, before.Bytes + bytes) : before;
            }

            Count(mailbox, -before.Letters, -before.Bytes);
            if (then is not null)
            {
                letters = then(session);
                unlinked = Append(session, letters, default);
            }

            return true;
        }).ConfigureAwait(false);
        unlinked.ForEach(End);
        foreach (var letter in letters)
        {
            Hint(letter.Mailbox);
        }
    }

    /// <summary>Whether a device is connected.</summary>
    public bool IsWatched(MailboxKey mailbox) => _watchers.ContainsKey(mailbox);

    /// <summary>Calls back whenever something may have come; the later of two watchers takes the place of the earlier.</summary>
    public void Watch(MailboxKey mailbox, IMailboxWatcher watcher) => _watchers[mailbox] = watcher;

    /// <summary>Ends a watch, unless another has taken its place.</summary>
    public void Unwatch(MailboxKey mailbox, IMailboxWatcher watcher) => _watchers.TryRemove(new(mailbox, watcher));

    private static byte[] Join(byte[] envelope, ReadOnlySpan<byte> shared)
    {
        var whole = Envelope.Parser.ParseFrom(envelope);
        whole.Content = UnsafeByteOperations.UnsafeWrap(MultiRecipientMessage.Join(whole.Content.Span, shared));
        return whole.ToByteArray();
    }

    private List<MailboxKey> Append(SqliteSession session, IReadOnlyList<NewLetter> letters, ReadOnlyMemory<byte> shared)
    {
        if (letters.Count == 0)
        {
            return [];
        }

        long? payload = shared.IsEmpty
            ? null
            : session.First(
                "INSERT INTO payload (bytes, letters) VALUES (?1, ?2) RETURNING id", row => row.GetInt64(0), shared.ToArray(),
                    letters.Count);
        var expires = (time.GetUtcNow() + ServerLimits.MessageAge).ToUnixTimeMilliseconds();
        foreach (var (mailbox, guid, envelope) in letters)
        {
            StartCounting(session, mailbox);
            session.Run(
                "INSERT INTO mailbox (aci, device, guid, size, expires, payload, envelope) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                AccountStore.Bytes(mailbox.Aci),
                mailbox.Device,
                AccountStore.Bytes(guid),
                envelope.Length + shared.Length,
                expires,
                payload,
                envelope);
            Count(mailbox, 1, envelope.Length + shared.Length);
        }

        return Limit(session, letters);
    }

    private void Hint(MailboxKey mailbox)
    {
        if (_watchers.TryGetValue(mailbox, out var watcher))
        {
            watcher.Hint();
        }
    }

    private void End(MailboxKey mailbox)
    {
        if (_watchers.TryGetValue(mailbox, out var watcher))
        {
            watcher.Gone();
        }
    }
}
