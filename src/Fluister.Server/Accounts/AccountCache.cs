using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Accounts;

/// <summary>Accounts in memory, with their devices, by either of their ids: each request asks for some.</summary>
/// <remarks>
/// <para>What a commit changed goes out before anybody hears of the commit, so that who was told of a change finds it. Who has read an
/// account before a commit must not bring it in afterwards: they say at which count of changes they began to read.</para>
/// <para>Of two generations of at most <see cref="ServerLimits.CachedAccounts"/> each, the elder goes when the younger is full; what is
/// asked for meanwhile moves over.</para>
/// <para>That nobody has an id is held too, so that who asks again and again for an id cannot tell by the time whether somebody has it. Any
/// change ends that, since it may be somebody new.</para>
/// </remarks>
internal sealed class AccountCache : IDatabaseFollower
{
    private readonly Lock _lock = new();
    private readonly List<Guid> _touched = [];
    private Dictionary<Guid, Account> _younger = [];
    private Dictionary<Guid, Account> _elder = [];
    private readonly HashSet<Guid> _nobodies = [];
    private long _changes;

    /// <summary>How many changes there were: to be read before the database is.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>Whether nothing has changed since a count of changes, not even in the transaction that is open; for the writer's thread.
    /// </summary>
    public bool IsAsOf(long changes) => _touched.Count == 0 && Changes == changes;

    /// <summary>How many ids are held.</summary>
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

    /// <summary>How many ids are held of which nobody has one.</summary>
    public int Nobodies
    {
        get
        {
            lock (_lock)
            {
                return _nobodies.Count;
            }
        }
    }

    /// <summary>The account with an id, of either kind, if it is held.</summary>
    public Account? Find(Guid id)
    {
        lock (_lock)
        {
            if (_younger.TryGetValue(id, out var account))
            {
                return account;
            }

            if (_elder.TryGetValue(id, out account))
            {
                Put(account);
            }

            return account;
        }
    }

    /// <summary>Holds an account that was read, unless something has changed since.</summary>
    public void Add(Account account, long changes)
    {
        lock (_lock)
        {
            if (_changes == changes)
            {
                Put(account);
            }
        }
    }

    /// <summary>Whether it is held that nobody has an id.</summary>
    public bool IsNobody(Guid id)
    {
        lock (_lock)
        {
            return _nobodies.Contains(id);
        }
    }

    /// <summary>Holds that nobody has an id, unless something has changed since that was read.</summary>
    public void AddNobody(Guid id, long changes)
    {
        lock (_lock)
        {
            if (_changes != changes)
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
            _touched.ForEach(Remove);
            _nobodies.Clear();
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
            _nobodies.Clear();
        }
    }

    private void Put(Account account)
    {
        if (_younger.Count >= ServerLimits.CachedAccounts)
        {
            (_younger, _elder) = ([], _younger);
        }

        _younger[account.Aci] = account;
        if (account.Pni is { } pni)
        {
            _younger[pni] = account;
        }
    }

    private void Remove(Guid aci)
    {
        foreach (var generation in (ReadOnlySpan<Dictionary<Guid, Account>>)[_younger, _elder])
        {
            if (generation.Remove(aci, out var account) && account.Pni is { } pni)
            {
                generation.Remove(pni);
            }
        }
    }
}
