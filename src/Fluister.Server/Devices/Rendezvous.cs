using Fluister.Server.Requests;

namespace Fluister.Server.Devices;

/// <summary>Things that one party leaves and another waits for, in either order, in memory.</summary>
/// <remarks>What is left is kept for <see cref="ServerLimits.AwaitedAge"/>, the newest <see cref="ServerLimits.Awaited"/> of them. A client
/// whose thing is gone, as after a restart, waits until its time is out and asks its user again.</remarks>
internal sealed class Rendezvous<TKey, TValue>(TimeProvider time)
    where TKey : notnull
    where TValue : class
{
    private readonly Dictionary<TKey, (TValue Value, DateTimeOffset Expires)> _left = [];
    private readonly Queue<(TKey Key, DateTimeOffset Expires)> _order = [];
    private readonly Dictionary<TKey, List<TaskCompletionSource<TValue>>> _waiting = [];
    private readonly Lock _lock = new();
    private int _waiters;

    /// <summary>Leaves a thing; those who wait for it have it.</summary>
    public void Leave(TKey key, TValue value)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            while (_order.TryPeek(out var oldest) && (_order.Count >= ServerLimits.Awaited || oldest.Expires <= now))
            {
                // Unless it was left anew since.
                if (_left.TryGetValue(_order.Dequeue().Key, out var left) && left.Expires == oldest.Expires)
                {
                    _left.Remove(oldest.Key);
                }
            }

            _left[key] = (value, now + ServerLimits.AwaitedAge);
            _order.Enqueue((key, now + ServerLimits.AwaitedAge));
            foreach (var waiter in _waiting.GetValueOrDefault(key) ?? [])
            {
                waiter.TrySetResult(value);
            }
        }
    }

    /// <summary>Waits for a thing; none where it did not come in time.</summary>
    /// <exception cref="RefusedException">503: too many wait.</exception>
    public async Task<TValue?> WaitAsync(TKey key, TimeSpan timeout, CancellationToken cancellation)
    {
        var waiter = new TaskCompletionSource<TValue>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_left.TryGetValue(key, out var left) && left.Expires > time.GetUtcNow())
            {
                return left.Value;
            }

            if (_waiters >= ServerLimits.Waiting)
            {
                throw new RefusedException(503);
            }

            _waiters++;
            if (!_waiting.TryGetValue(key, out var others))
            {
                _waiting[key] = others = [];
            }

            others.Add(waiter);
        }

        try
        {
            return await waiter.Task.WaitAsync(timeout, time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            Forget(key, waiter);
        }
    }

    private void Forget(TKey key, TaskCompletionSource<TValue> waiter)
    {
        lock (_lock)
        {
            _waiters--;
            _waiting[key].Remove(waiter);
            if (_waiting[key].Count == 0)
            {
                _waiting.Remove(key);
            }
        }
    }
}
