namespace Fluister.Simulation.Worlds;

/// <summary>The world's time: it stands still until the world moves it on, timer by timer.</summary>
internal sealed class WorldClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<(WorldTimer Timer, int Set), (DateTimeOffset Due, long Order)> _due = new();
    private DateTimeOffset _now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private long _order;

    /// <summary>When the next timer falls due; none where none waits.</summary>
    public DateTimeOffset? Next
    {
        get
        {
            lock (_lock)
            {
                while (_due.TryPeek(out var next, out var at))
                {
                    if (next.Timer.IsSet(next.Set))
                    {
                        return at.Due;
                    }

                    _due.Dequeue();
                }

                return null;
            }
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Moves time on to a moment, or to the first timer before it, which is called.</summary>
    /// <returns>Whether the moment has come, and no timer is due.</returns>
    public bool MoveTo(DateTimeOffset moment)
    {
        WorldTimer timer;
        lock (_lock)
        {
            if (Next is not { } next || next > moment)
            {
                _now = moment > _now ? moment : _now;
                return true;
            }

            _now = next > _now ? next : _now;
            timer = _due.Dequeue().Timer;
            timer.Rewind();
        }

        timer.Call();
        return false;
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new WorldTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class WorldTimer(WorldClock clock, Action call) : ITimer
    {
        private int _set;
        private bool _isWaiting;
        private TimeSpan _period;

        public bool IsSet(int set) => _isWaiting && _set == set;

        public void Call() => call();

        // With the clock's lock: it has fallen due.
        public void Rewind() => Set(_period > TimeSpan.Zero ? _period : Timeout.InfiniteTimeSpan);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                _period = period;
                Set(dueTime);
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Set(TimeSpan dueTime)
        {
            _set++;
            _isWaiting = dueTime != Timeout.InfiniteTimeSpan;
            if (_isWaiting)
            {
                clock._due.Enqueue((this, _set), (clock._now + dueTime, clock._order++));
            }
        }
    }
}
