using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Accounts;

/// <summary>Accounts in memory, with their devices, by either of their ids: each request asks for some.</summary>
/// <remarks>That nobody has an id is held too, so that who asks again and again for an id cannot tell by the time whether somebody has it.
/// Any change ends that, since it may be somebody new.</remarks>
internal sealed class AccountCache()
    : CommittedCache<Account>(ServerLimits.CachedAccounts, account => account.Aci, account => account.Pni)
{
    private readonly HashSet<Guid> _nobodies = [];

    /// <summary>How many ids are held of which nobody has one.</summary>
    public int Nobodies
    {
        get
        {
            lock (Lock)
            {
                return _nobodies.Count;
            }
        }
    }

    /// <summary>Whether it is held that nobody has an id.</summary>
    public bool IsNobody(Guid id)
    {
        lock (Lock)
        {
            return _nobodies.Contains(id);
        }
    }

    /// <summary>Holds that nobody has an id, unless something has changed since that was read.</summary>
    public void AddNobody(Guid id, long changes)
    {
        lock (Lock)
        {
            if (Changes != changes)
            {
                return;
            }

            if (_nobodies.Count >= ServerLimits.CachedAccounts)
            {
                _nobodies.Clear();
            }

            _nobodies.Add(id);
        }
    }

    /// <inheritdoc/>
    protected override void Changed() => _nobodies.Clear();
}
