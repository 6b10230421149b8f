using System.Security.Cryptography;
using Fluister.Server.Accounts;
using Fluister.Server.Stores.Sqlite;

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

    /// <summary>Notes a report; the same one twice is one, and one about nobody is none.</summary>
    public async Task AddAsync(Guid reporter, string source, Guid message, byte[]? token)
    {
        var about = Guid.TryParseExact(source, "D", out var id) ? accounts.Find(id) : accounts.FindByNumber(source);
        if (about is null)
        {
            return;
        }

        var expected = new byte[TokenBytes];
        WriteToken(reporter, message, expected);
        var isProven = token is not null && CryptographicOperations.FixedTimeEquals(token, expected);
        await database.WriteAsync(session =>
        {
            session.Run(
                "INSERT OR IGNORE INTO report (reporter, source, guid, is_proven, created) VALUES (?1, ?2, ?3, ?4, ?5)",
                AccountStore.Bytes(reporter),
                AccountStore.Bytes(about.Aci),
                AccountStore.Bytes(message),
                isProven,
                time.GetUtcNow().ToUnixTimeMilliseconds());
            return session.Run(
                "DELETE FROM report WHERE id <= (SELECT id FROM report ORDER BY id DESC LIMIT 1 OFFSET ?1)", ServerLimits.Reports);
        }).ConfigureAwait(false);
    }

    /// <summary>Deletes those that are too old.</summary>
    public Task<int> PurgeAsync() => database.WriteAsync(session => session.Run(
        "DELETE FROM report WHERE created <= ?1", (time.GetUtcNow() - ServerLimits.ReportAge).ToUnixTimeMilliseconds()));

    /// <summary>How many reports there are, and how many of them bear a message's token.</summary>
    public (int All, int Proven) Count() => database.Read(session => session.First(
        "SELECT COUNT(*), COALESCE(SUM(is_proven), 0) FROM report", row => (row.GetInt32(0), row.GetInt32(1))));
}
