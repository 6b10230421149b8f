using Fluister.Server.Operations;
using Fluister.Server.Requests;

namespace Fluister.Server.Limits;

/// <summary>Token buckets in memory, one for each limit and key. A restart fills them all; an attacker cannot cause one.</summary>
/// <remarks>
/// <para>A bucket is one number: the time at which it will be full again (the generic cell rate algorithm, ITU-T I.371, annex A). One that
/// is full need not be kept, so that memory holds only those who were busy of late.</para>
/// <para>There are at most <see cref="ServerLimits.Buckets"/>. Where that many are not full, those nearest to full are let go.</para>
/// </remarks>
internal sealed class RateLimits(TimeProvider time)
{
    private readonly Dictionary<(Limit Limit, LimitKey Key), DateTimeOffset> _fullAt = [];
    private readonly Lock _lock = new();

    /// <summary>How many buckets are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _fullAt.Count;
            }
        }
    }

    /// <summary>Takes a token, or several.</summary>
    /// <exception cref="RefusedException">429, with the time after which there will be enough.</exception>
    public void Take(Limit limit, LimitKey key, int tokens = 1)
    {
        if (Wait(limit, key, tokens) is { } wait)
        {
            throw new RefusedException(Response.TooMany(wait));
        }
    }

    /// <summary>Takes tokens, or says how long it is until there will be enough.</summary>
    public TimeSpan? Wait(Limit limit, LimitKey key, int tokens = 1)
    {
        var now = time.GetUtcNow();
        var whole = limit.Burst * limit.Refill;
        lock (_lock)
        {
            // No bucket is emptier than empty, whatever the clock was set back by, or another thread has seen it show.
            var fullAt = _fullAt.TryGetValue((limit, key), out var kept) && kept > now ? kept : now;
            if (fullAt > now + whole)
            {
                _fullAt[(limit, key)] = fullAt = now + whole;
            }

            var after = fullAt + (tokens * limit.Refill);
            var wait = after - now - whole;
            if (wait > TimeSpan.Zero)
            {
                Telemetry.Refused.Add(1, new KeyValuePair<string, object?>("limit", limit.Name));
                return wait;
            }

            if (_fullAt.Count >= ServerLimits.Buckets)
            {
                Forget(now);
            }

            _fullAt[(limit, key)] = after;
            return null;
        }
    }

    /// <summary>Whether there is a token; it is not taken.</summary>
    public bool Allows(Limit limit, LimitKey key)
    {
        lock (_lock)
        {
            return !_fullAt.TryGetValue((limit, key), out var fullAt)
                || fullAt + limit.Refill - time.GetUtcNow() <= limit.Burst * limit.Refill;
        }
    }

    /// <summary>Puts a token back that was taken for nothing.</summary>
    public void GiveBack(Limit limit, LimitKey key)
    {
        lock (_lock)
        {
            if (_fullAt.TryGetValue((limit, key), out var fullAt))
            {
                _fullAt[(limit, key)] = fullAt - limit.Refill;
            }
        }
    }

    /// <summary>Fills a bucket again, because what it protects was done rightly.</summary>
    public void Clear(Limit limit, LimitKey key)
    {
        lock (_lock)
        {
            _fullAt.Remove((limit, key));
        }
    }

    // The full ones; and where these are few, a quarter of all, those that would be full first.
    private void Forget(DateTimeOffset now)
    {
        foreach (var bucket in _fullAt.Where(bucket => bucket.Value <= now).Select(bucket => bucket.Key).ToList())
        {
            _fullAt.Remove(bucket);
        }

        if (_fullAt.Count > ServerLimits.Buckets / 4 * 3)
        {
            foreach (var bucket in _fullAt.OrderBy(bucket => bucket.Value).Take(ServerLimits.Buckets / 4).ToList())
            {
                _fullAt.Remove(bucket.Key);
            }
        }
    }
}
