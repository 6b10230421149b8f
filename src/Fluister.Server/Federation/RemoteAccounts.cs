using Fluister.Server.Requests;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;

namespace Fluister.Server.Federation;

/// <summary>The device lists of peers' accounts that somebody here has written to, in the table remote_account: asked for once, and pushed
/// by their homes from then on.</summary>
internal sealed class RemoteAccounts(SqliteDatabase database, PeerClient client, TimeProvider time)
{
    /// <summary>An account, as it is known or as its home says; none where its home says that there is none.</summary>
    /// <exception cref="RefusedException">503: its home is not reached, and nothing is known.</exception>
    public Task<RemoteAccount?> FindAsync(Peer peer, Guid aci, CancellationToken cancellation)
    {
        _ = (database, client, time, peer, aci, cancellation);
        throw new NotSupportedException();
    }

    /// <summary>Takes a list that came with an answer, unless a later one is known.</summary>
    public Task KeepAsync(Peer peer, DeviceList list)
    {
        _ = (this, peer, list);
        throw new NotSupportedException();
    }

    /// <summary>Takes a pushed list, or a correction, within somebody's transaction: if the account is known, is the peer's own, and no
    /// later list is known.</summary>
    public void Apply(SqliteSession session, ServerTag peer, DeviceList list)
    {
        _ = (this, session, peer, list);
        throw new NotSupportedException();
    }

    /// <summary>Its home has deleted an account; within somebody's transaction.</summary>
    public void Delete(SqliteSession session, ServerTag peer, Guid aci)
    {
        _ = (this, session, peer, aci);
        throw new NotSupportedException();
    }
}
