using System.Buffers.Binary;
using System.Security.Cryptography;
using Fluister.Server.Accounts;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;

namespace Fluister.Server.Messages;

/// <summary>What devices have reported as spam: who, about whom, which message; the operator reads it. Never what a message said.</summary>
/// <remarks>Each delivered message bears a token, by which a report proves that the reporter was sent a message with that id.</remarks>
internal sealed class SpamReports(SqliteDatabase database, AccountStore accounts, byte[] key, TimeProvider time)
{
    /// <summary>Bytes of a token.</summary>
    public const int TokenBytes = 16;

    private static ReadOnlySpan<byte> Label => "fluister report of spam"u8;

    /// <summary>Writes the token of a message to an account.</summary>
    public void WriteToken(Guid recipient, Guid message, Span<byte> token)
    {
        Span<byte> text = stackalloc byte[Label.Length + 32];
        Label.CopyTo(text);
        recipient.TryWriteBytes(text[Label.Length..], bigEndian: true, out _);
        message.TryWriteBytes(text[(Label.Length + 16)..], bigEndian: true, out _);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, text, hash);
        hash[..TokenBytes].CopyTo(token);
    }

    /// <summary>Notes a report about an account here; the same one twice is one, and one about nobody is none.</summary>
    public async Task AddAsync(Guid reporter, string source, Guid message, byte[]? token)
    {
        if ((Guid.TryParseExact(source, "D", out var id) ? accounts.Find(id) : accounts.FindByNumber(source)) is { } about)
        {
            await AddAsync(reporter, about.Aci, message, token).ConfigureAwait(false);
        }
    }

    /// <summary>Notes a report; false where it was noted already.</summary>
    /// <param name="reporter">An account here.</param>
    /// <param name="about">An account, here or elsewhere.</param>
    /// <param name="message">The message's id.</param>
    /// <param name="token">What came with the message, or nothing.</param>
    /// <param name="with">What else is done in the same transaction where the report is new, by whether it is proven.</param>
    public Task<bool> AddAsync(Guid reporter, Guid about, Guid message, byte[]? token, Action<SqliteSession, bool>? with = null)
    {
        var expected = new byte[TokenBytes];
        WriteToken(reporter, message, expected);
        var isProven = token is not null && CryptographicOperations.FixedTimeEquals(token, expected);
        var now = time.GetUtcNow();
        return database.WriteAsync(session =>
        {
            if (!Add(session, reporter, about, message, isProven, now))
            {
                return false;
            }

            with?.Invoke(session, isProven);
            return true;
        });
    }

    /// <summary>Notes a report that a peer has passed on about an account here, without the reporter; within somebody's transaction.
    /// Of each peer so many are kept that it cannot push out those of others.</summary>
    /// <returns>False where it was noted already.</returns>
    public static bool AddOfPeer(SqliteSession session, ServerTag peer, Guid about, Guid message, bool isProven, DateTimeOffset now)
    {
        var reporter = Reporter(peer);
        if (!Add(session, reporter, about, message, isProven, now))
        {
            return false;
        }

        session.Run(
            """
            DELETE FROM report WHERE reporter = ?1
                AND id <= (SELECT id FROM report WHERE reporter = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)
            """,
            AccountStore.Bytes(reporter),
            ServerLimits.ReportsOfPeer);
        return true;
    }

    /// <summary>Deletes what was reported about an account of a peer's that is gone; within somebody's transaction.</summary>
    public static void DeleteAbout(SqliteSession session, Guid about) =>
        session.Run("DELETE FROM report WHERE source = ?1", AccountStore.Bytes(about));

    /// <summary>Deletes those that are too old.</summary>
    public Task<int> PurgeAsync() => database.WriteAsync(session => session.Run(
        "DELETE FROM report WHERE created <= ?1", (time.GetUtcNow() - ServerLimits.ReportAge).ToUnixTimeMilliseconds()));

    /// <summary>How many reports there are, and how many of them bear a message's token.</summary>
    public (int All, int Proven) Count() => database.Read(session => session.First(
        "SELECT COUNT(*), COALESCE(SUM(is_proven), 0) FROM report", row => (row.GetInt32(0), row.GetInt32(1))));

    // All of a peer's as one: the tag, as the first 40 bits, and zeros, which no account's id is.
    private static Guid Reporter(ServerTag peer)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(bytes, peer.Value << (64 - ServerTag.Bits));
        return new Guid(bytes, bigEndian: true);
    }

    private static bool Add(SqliteSession session, Guid reporter, Guid about, Guid message, bool isProven, DateTimeOffset now)
    {
        var added = session.Run(
            "INSERT OR IGNORE INTO report (reporter, source, guid, is_proven, created) VALUES (?1, ?2, ?3, ?4, ?5)",
            AccountStore.Bytes(reporter),
            AccountStore.Bytes(about),
            AccountStore.Bytes(message),
            isProven,
            now.ToUnixTimeMilliseconds());
        session.Run(
            "DELETE FROM report WHERE id <= (SELECT id FROM report ORDER BY id DESC LIMIT 1 OFFSET ?1)", ServerLimits.Reports);
        return added > 0;
    }
}
