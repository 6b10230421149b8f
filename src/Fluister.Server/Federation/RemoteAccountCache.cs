using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Federation;

/// <summary>Accounts of peers in memory: each message to one asks for it.</summary>
internal sealed class RemoteAccountCache()
    : CommittedCache<RemoteAccount>(ServerLimits.CachedRemoteAccounts, account => account.Aci, _ => null);
