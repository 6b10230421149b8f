using Fluister.Protocol;
using Fluister.Protocol.ZkGroup;
using Fluister.Protocol.ZkGroup.Receipts;
using Fluister.Server.Accounts;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Registration;

/// <summary>Receipts that register accounts without a number: what they say, and that each is taken once.</summary>
/// <remarks>A receipt's serial is the client's own, and was never seen when the receipt was given: so nothing here tells which invite
/// an account came from.</remarks>
internal static class Redemption
{
    /// <summary>What a receipt is good for, by Signal's number: a login.</summary>
    public const ulong Level = 300;

    private const int Day = 86_400;

    /// <summary>When a receipt expires that is given now, in seconds since 1970.</summary>
    /// <remarks>The same for all that are given within some days.</remarks>
    public static ulong Expiration(DateTimeOffset now)
    {
        var day = now.ToUnixTimeSeconds() / Day;
        var shared = (day + (ServerLimits.ReceiptGridDays / 2)) / ServerLimits.ReceiptGridDays * ServerLimits.ReceiptGridDays;
        return (ulong)((shared * Day) + (long)ServerLimits.ReceiptAge.TotalSeconds);
    }

    /// <summary>A receipt that this server gave, that is for a login, and that is good now; or none.</summary>
    public static ReceiptCredentialPresentation? Check(ReadOnlySpan<byte> bytes, ServerSecretParams keys, DateTimeOffset now)
    {
        try
        {
            var shown = ReceiptCredentialPresentation.Read(bytes);
            return shown.Level == Level && IsGood(shown.Expiration, now) && keys.Verify(shown) ? shown : null;
        }
        catch (ProtocolException)
        {
            return null;
        }
    }

    /// <summary>Whether a receipt has not been taken; if not, the account that it made, or none where that is gone. Within somebody's
    /// transaction.</summary>
    public static (bool IsFresh, Account? Account) Find(SqliteSession session, ReceiptCredentialPresentation receipt) => session.First(
        "SELECT aci FROM redeemed_receipt WHERE serial = ?1",
        row => (true, row.IsDBNull(0) ? null : (byte[])row[0]),
        receipt.Serial.ToArray()) switch
    {
        (false, _) => (true, null),
        (true, null) => (false, null),
        (true, { } aci) => (false, AccountStore.Find(session, new Guid(aci, bigEndian: true))),
    };

    /// <summary>Takes a receipt for an account; within the transaction that makes the account.</summary>
    public static void Take(SqliteSession session, ReceiptCredentialPresentation receipt, Guid aci) => session.Run(
        "INSERT INTO redeemed_receipt (serial, expires, aci) VALUES (?1, ?2, ?3)",
        receipt.Serial.ToArray(),
        End(receipt.Expiration).ToUnixTimeMilliseconds(),
        AccountStore.Bytes(aci));

    private static bool IsGood(ulong expiration, DateTimeOffset now) =>
        expiration <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds() && now < End(expiration);

    // Longer than the invite is used for, far shorter than it says.
    private static DateTimeOffset End(ulong expiration) =>
        DateTimeOffset.FromUnixTimeSeconds((long)expiration) - ServerLimits.ReceiptAge + ServerLimits.ReceiptRedemption;
}
