namespace Fluister.Server.Stores.Sqlite;

/// <summary>Rows in memory, in step with the database, by one or two ids each.</summary>
/// <remarks>
/// <para>What a commit changed goes out before anybody hears of the commit, so that who was told of a change finds it. Who has read before
/// a commit must not bring it in afterwards: they say at which count of changes they began to read.</para>
/// <para>Of two generations of at most so many ids each, the elder goes when the younger is full; what is asked for meanwhile moves
/// over.</para>
/// </remarks>
/// <param name="most">Ids of a generation.</param>
/// <param name="main">The id that a change names.</param>
/// <param name="other">Another id by which it is found; none where there is none.</param>
internal class CommittedCache<T>(int most, Func<T, Guid> main, Func<T, Guid?> other) : IDatabaseFollower
    where T : class
{
    private readonly List<Guid> _touched = [];
    private Dictionary<Guid, T> _younger = [];
    private Dictionary<Guid, T> _elder = [];
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
            lock (Lock)
            {
                return _younger.Count + _elder.Count;
            }
        }
    }

    /// <summary>Held by who reads or changes what is held.</summary>
    protected Lock Lock { get; } = new();

    /// <summary>What has an id, if it is held.</summary>
    public T? Find(Guid id)
    {
        lock (Lock)
        {
            if (!_younger.TryGetValue(id, out var entry) && _elder.TryGetValue(id, out entry))
            {
                Put(entry);
            }

            return entry;
        }
    }

    /// <summary>Holds what was read, unless something has changed since.</summary>
    public void Add(T entry, long changes)
    {
        lock (Lock)
        {
            if (_changes == changes)
            {
                Put(entry);
            }
        }
    }

    /// <summary>Holds one in another's place, if that is still the one that is held.</summary>
    public void Replace(T before, T after)
    {
        lock (Lock)
        {
            if (_younger.TryGetValue(main(before), out var held) && ReferenceEquals(held, before))
            {
                Put(after);
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

        lock (Lock)
        {
            _changes++;
            _touched.ForEach(Remove);
            Changed();
        }

        _touched.Clear();
    }

    /// <inheritdoc/>
    public void ChangedElsewhere()
    {
        lock (Lock)
        {
            _changes++;
            _younger.Clear();
            _elder.Clear();
            Changed();
        }
    }

    /// <summary>Something has changed; called with the lock.</summary>
    protected virtual void Changed()
    {
    }

    private void Put(T entry)
    {
        if (_younger.Count >= most)
        {
            (_younger, _elder) = ([], _younger);
        }

        _younger[main(entry)] = entry;
        if (other(entry) is { } id)
        {
            _younger[id] = entry;
        }
    }

    private void Remove(Guid id)
    {
        foreach (var generation in (ReadOnlySpan<Dictionary<Guid, T>>)[_younger, _elder])
        {
            if (generation.Remove(id, out var entry) && other(entry) is { } second)
            {
                generation.Remove(second);
            }
        }
    }
}
