using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Accounts;

/// <summary>An account as the operator sees it: nothing that its owner has not told the server, and nothing of its messages. Beside that,
/// how many messages of it others have reported within <see cref="ServerLimits.ReportAge"/>.</summary>
internal sealed record ListedAccount(
    Guid Aci, string? Number, int Devices, DateTimeOffset Created, DateTimeOffset LastSeenDay, bool IsDisabled, int Reports)
{
    /// <summary>All accounts, the oldest first.</summary>
    public static List<ListedAccount> All(SqliteDatabase database, DateTimeOffset now) => database.Read(session => session.Query(
        """
        SELECT account.aci, number, COUNT(*), MIN(device.created), MAX(last_seen_day), disabled,
            (SELECT COUNT(*) FROM report WHERE source = account.aci AND report.created > ?1)
        FROM account JOIN device ON device.aci = account.aci GROUP BY account.aci ORDER BY MIN(device.created), account.aci
        """,
        row => new ListedAccount(
            new Guid((byte[])row[0], bigEndian: true),
            row.IsDBNull(1) ? null : row.GetString(1),
            row.GetInt32(2),
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)),
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4)),
            row.GetBoolean(5),
            row.GetInt32(6)),
        (now - ServerLimits.ReportAge).ToUnixTimeMilliseconds()));
}
