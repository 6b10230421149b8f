namespace Fluister.ServerTests.Client;

/// <summary>The system's clock, set on or back by a test; its timers are the system's.</summary>
internal sealed class MovableClock : TimeProvider
{
    private long _ticks;

    /// <summary>By how much it is ahead.</summary>
    public TimeSpan Ahead
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _ticks));
        set => Interlocked.Exchange(ref _ticks, value.Ticks);
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}
