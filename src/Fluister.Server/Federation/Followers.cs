using Fluister.Server.Accounts;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;

namespace Fluister.Server.Federation;

/// <summary>Which peers know which accounts of ours, in the table account_follower, and tells them of changes: triggers write who has
/// changed into changed_account, whichever program changed it, and from there it goes into the outbox.</summary>
internal sealed class Followers(SqliteDatabase database, AccountStore accounts, Outbox outbox, Numbers numbers)
{
    /// <summary>An account's list for a peer, which follows it from then on; none where there is no such account, or it is
    /// disabled.</summary>
    public Task<DeviceList?> DescribeAsync(ServerTag peer, Guid aci)
    {
        _ = (database, accounts, outbox, numbers, peer, aci);
        throw new NotSupportedException();
    }

    /// <summary>The list of an account as a transaction sees it.</summary>
    public DeviceList? Describe(SqliteSession session, Guid aci)
    {
        _ = (this, session, aci);
        throw new NotSupportedException();
    }
}
