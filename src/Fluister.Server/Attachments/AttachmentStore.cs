using Fluister.Server.Accounts;
using Fluister.Server.Requests;
using Fluister.Server.Stores.Sqlite;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Attachments;

/// <summary>Which attachments there are, whose they are, and how much each account has; what the quotas go by.</summary>
internal sealed class AttachmentStore(SqliteDatabase database, TimeProvider time)
{
    private const string Columns = "key, aci, length, hash, created, expires";

    /// <summary>An attachment that has not expired; or none.</summary>
    public Attachment? Find(Guid key) => database.Read(session => Find(session, key, Now));

    /// <summary>Whether any attachment has these bytes.</summary>
    public bool Has(byte[] hash) =>
        database.Read(session => session.First("SELECT EXISTS (SELECT 1 FROM attachment WHERE hash = ?1)", row => row.GetBoolean(0), hash));

    /// <summary>Everything of an account, oldest first; within somebody's transaction.</summary>
    public static List<Attachment> Of(SqliteSession session, Guid aci) => session.Query(
        $"SELECT {Columns} FROM attachment WHERE aci = ?1 ORDER BY created", Read, AccountStore.Bytes(aci));

    /// <summary>How long an account must wait until it may upload so many bytes; none where it may now.</summary>
    public TimeSpan? Wait(Guid aci, long bytes) => database.Read(session => Wait(session, aci, bytes, Now));

    /// <summary>Notes an upload that begins, or begins anew; it counts in full from now on.</summary>
    /// <exception cref="RefusedException">409: it is complete. 401: the account has gone. 429: beyond its quota for now.</exception>
    public Task BeginAsync(Guid key, Guid aci, long length)
    {
        var now = Now;
        return database.WriteAsync(session =>
        {
            var before = Find(session, key, now);
            if (before?.Hash is not null)
            {
                throw new RefusedException(409);
            }

            if (AccountStore.Find(session, aci) is not { IsDisabled: false })
            {
                throw new RefusedException(401);
            }

            session.Run("DELETE FROM attachment WHERE key = ?1", AccountStore.Bytes(key));
            if (Wait(session, aci, length, now) is { } wait)
            {
                throw new RefusedException(Response.TooMany(wait));
            }

            session.Run(
                $"INSERT INTO attachment ({Columns}) VALUES (?1, ?2, ?3, NULL, ?4, ?5)",
                AccountStore.Bytes(key),
                AccountStore.Bytes(aci),
                length,
                now.ToUnixTimeMilliseconds(),
                (now + ServerLimits.UploadAge).ToUnixTimeMilliseconds());
            return true;
        });
    }

    /// <summary>Says that all bytes of an upload are on the disk. False where it is not wanted any more: its account has gone.</summary>
    public Task<bool> CompleteAsync(Guid key, byte[] hash)
    {
        var expires = (Now + ServerLimits.AttachmentAge).ToUnixTimeMilliseconds();
        return database.WriteAsync(session => session.First(
            "UPDATE attachment SET hash = ?2, expires = ?3 WHERE key = ?1 RETURNING 1",
            row => row.GetBoolean(0),
            AccountStore.Bytes(key),
            hash,
            expires));
    }

    /// <summary>Forgets an attachment.</summary>
    public Task DeleteAsync(Guid key) => database.WriteAsync(session =>
    {
        session.Run("DELETE FROM attachment WHERE key = ?1", AccountStore.Bytes(key));
        return true;
    });

    /// <summary>Forgets what has expired.</summary>
    public Task PurgeAsync()
    {
        var now = Now.ToUnixTimeMilliseconds();
        return database.WriteAsync(session =>
        {
            session.Run("DELETE FROM attachment WHERE expires <= ?1", now);
            return true;
        });
    }

    private DateTimeOffset Now => time.GetUtcNow();

    private static TimeSpan? Wait(SqliteSession session, Guid aci, long bytes, DateTimeOffset now)
    {
        var account = AccountStore.Bytes(aci);
        var day = now - ServerLimits.AttachmentDay;
        var (lately, first) = session.First(
            "SELECT COALESCE(SUM(length), 0), MIN(created) FROM attachment WHERE aci = ?1 AND created > ?2",
            row => (row.GetInt64(0), row.IsDBNull(1) ? (long?)null : row.GetInt64(1)),
            account,
            day.ToUnixTimeMilliseconds());
        if (lately + bytes > ServerLimits.AttachmentBytesOfADay)
        {
            return first is { } oldest ? DateTimeOffset.FromUnixTimeMilliseconds(oldest) - day : ServerLimits.AttachmentDay;
        }

        var (all, end) = session.First(
            "SELECT COALESCE(SUM(length), 0), MIN(expires) FROM attachment WHERE aci = ?1 AND expires > ?2",
            row => (row.GetInt64(0), row.IsDBNull(1) ? (long?)null : row.GetInt64(1)),
            account,
            now.ToUnixTimeMilliseconds());
        return all + bytes <= ServerLimits.AttachmentBytesOfAnAccount ? null
            : end is { } next ? DateTimeOffset.FromUnixTimeMilliseconds(next) - now : ServerLimits.AttachmentDay;
    }

    private static Attachment? Find(SqliteSession session, Guid key, DateTimeOffset now) => session.First(
        $"SELECT {Columns} FROM attachment WHERE key = ?1 AND expires > ?2", Read, AccountStore.Bytes(key), now.ToUnixTimeMilliseconds());

    private static Attachment Read(SqliteDataReader row) => new(
        new Guid((byte[])row[0], bigEndian: true),
        new Guid((byte[])row[1], bigEndian: true),
        row.GetInt64(2),
        row.IsDBNull(3) ? null : (byte[])row[3],
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4)),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)));
}
