using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Federation;

/// <summary>Accounts of peers in memory: each message to one asks for it.</summary>
/// <remarks>As <see cref="Accounts.AccountCache"/>: what a commit changed goes out before anybody hears of the commit, and who has read
/// before a commit does not bring it in afterwards. Of two generations of at most <see cref="ServerLimits.CachedRemoteAccounts"/> each,
/// the elder goes when the younger is full.</remarks>
internal sealed class RemoteAccountCache : IDatabaseFollower
{
    private readonly Lock _lock = new();
    private readonly List<Guid> _touched = [];
    private Dictionary<Guid, RemoteAccount> _younger = [];
    private Dictionary<Guid, RemoteAccount> _elder = [];
    private long _changes;

    /// <summary>How many changes there were: to be read before the database is.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>How many are held.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _younger.Count + _elder.Count;
            }
        }
    }

    /// <summary>An account, if it is held.</summary>
    public RemoteAccount? Find(Guid aci)
    {
        lock (_lock)
        {
            if (!_younger.TryGetValue(aci, out var account) && _elder.TryGetValue(aci, out account))
            {
                Put(account);
            }

            return account;
        }
    }

    /// <summary>Holds an account that was read, unless something has changed since.</summary>
    public void Add(RemoteAccount account, long changes)
    {
        lock (_lock)
        {
            if (_changes == changes)
            {
                Put(account);
            }
        }
    }

    /// <summary>Holds an account in another's place, if that is still the one that is held.</summary>
    public void Replace(RemoteAccount before, RemoteAccount after)
    {
        lock (_lock)
        {
            if (_younger.TryGetValue(before.Aci, out var held) && ReferenceEquals(held, before))
            {
                _younger[before.Aci] = after;
            }
        }
    }

    /// <inheritdoc/>
    public void Touched(Guid aci) => _touched.Add(aci);

    /// <inheritdoc/>
    public void Mark()
    {
        // What is taken back was touched in vain, which does no harm.
    }

    /// <inheritdoc/>
    public void TakeBack(bool all)
    {
        if (all)
        {
            _touched.Clear();
        }
    }

    /// <inheritdoc/>
    public void Committed()
    {
        if (_touched.Count == 0)
        {
            return;
        }

        lock (_lock)
        {
            _changes++;
            foreach (var aci in _touched)
            {
                _younger.Remove(aci);
                _elder.Remove(aci);
            }
        }

        _touched.Clear();
    }

    /// <inheritdoc/>
    public void ChangedElsewhere()
    {
        lock (_lock)
        {
            _changes++;
            _younger.Clear();
            _elder.Clear();
        }
    }

    private void Put(RemoteAccount account)
    {
        if (_younger.Count >= ServerLimits.CachedRemoteAccounts)
        {
            (_younger, _elder) = ([], _younger);
        }

        _younger[account.Aci] = account;
    }
}
