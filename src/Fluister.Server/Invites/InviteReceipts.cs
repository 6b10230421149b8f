using System.Security.Cryptography;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Invites;

/// <summary>Which receipts an invite has bought: one for each use, and the same again for the same request, so that an answer that was
/// lost costs nothing.</summary>
/// <remarks>A request is kept as a hash with a secret of the server's, and nothing in it is in the receipt that is shown later.</remarks>
internal sealed class InviteReceipts(SqliteDatabase database, byte[] key)
{
    private static ReadOnlySpan<byte> Label => "receipt request\0"u8;

    /// <summary>Buys a receipt.</summary>
    /// <param name="token">The invite.</param>
    /// <param name="request">What the client asks with.</param>
    /// <param name="expiration">When the receipt would expire, in seconds since 1970.</param>
    /// <param name="now">The time.</param>
    /// <returns>What became of it, and when the receipt expires: for a request that was answered before, as it was then.</returns>
    public Task<(IssuedReceipt Issued, ulong Expiration)> BuyAsync(
        byte[] token, ReadOnlyMemory<byte> request, ulong expiration, DateTimeOffset now)
    {
        byte[] named = [.. Label, .. request.Span];
        var tag = HMACSHA256.HashData(key, named);
        return database.WriteAsync(session =>
        {
            var usesLeft = session.First<int?>(
                "SELECT uses_left FROM invite WHERE token = ?1 AND revoked = 0", row => row.GetInt32(0), token);
            var before = session.First<long?>(
                "SELECT expires FROM invite_receipt WHERE token = ?1 AND tag = ?2", row => row.GetInt64(0), token, tag);
            if (usesLeft is null)
            {
                return (IssuedReceipt.UnknownInvite, 0UL);
            }

            if (before is { } milliseconds)
            {
                return (IssuedReceipt.Given, (ulong)milliseconds / 1000);
            }

            if (!InviteStore.Use(session, token, now))
            {
                return (usesLeft == 0 ? IssuedReceipt.UsedUp : IssuedReceipt.UnknownInvite, 0UL);
            }

            session.Run(
                "INSERT INTO invite_receipt (token, tag, expires) VALUES (?1, ?2, ?3)", token, tag, (long)expiration * 1000);
            return (IssuedReceipt.Given, expiration);
        });
    }
    /// <summary>Forgets which receipts were redeemed that would not be taken any more anyway.</summary>
    public Task<int> PurgeAsync(DateTimeOffset now) => database.WriteAsync(session =>
        session.Run("DELETE FROM redeemed_receipt WHERE expires <= ?1", now.ToUnixTimeMilliseconds()));
}
