using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Accounts;

/// <summary>An account as the operator sees it: nothing that its owner has not told the server, and nothing of its messages.</summary>
internal sealed record ListedAccount(
    Guid Aci, string? Number, int Devices, DateTimeOffset Created, DateTimeOffset LastSeenDay, bool IsDisabled)
{
    /// <summary>All accounts, the oldest first.</summary>
    public static List<ListedAccount> All(SqliteDatabase database) => database.Read(session => session.Query(
        """
        SELECT account.aci, number, COUNT(*), MIN(created), MAX(last_seen_day), disabled
        FROM account JOIN device ON device.aci = account.aci GROUP BY account.aci ORDER BY MIN(created), account.aci
        """,
        row => new ListedAccount(
            new Guid((byte[])row[0], bigEndian: true),
            row.IsDBNull(1) ? null : row.GetString(1),
            row.GetInt32(2),
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)),
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4)),
            row.GetBoolean(5))));
}
