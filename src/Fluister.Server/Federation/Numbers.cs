namespace Fluister.Server.Federation;

/// <summary>Numbers that only grow, taken from the clock: a server that was restored from a backup gives none out twice.</summary>
/// <remarks>Milliseconds since 1970 times 2^20; the next number where the clock stands still, or was set back.</remarks>
internal sealed class Numbers(TimeProvider time)
{
    private const int CountedBits = 20;

    private long _last;

    /// <summary>When a number was given, to the millisecond.</summary>
    public static DateTimeOffset TimeOf(long number) => DateTimeOffset.FromUnixTimeMilliseconds(number >> CountedBits);

    /// <summary>The next number; of two calls the later gets the higher.</summary>
    public long Next()
    {
        var now = At(time.GetUtcNow());
        long last, next;
        do
        {
            last = Volatile.Read(ref _last);
            next = Math.Max(last + 1, now);
        }
        while (Interlocked.CompareExchange(ref _last, next, last) != last);
        return next;
    }

    /// <summary>When a number was given, but for a clock that stood still or was set back.</summary>
    public static DateTimeOffset Time(long number) => DateTimeOffset.FromUnixTimeMilliseconds(number >> CountedBits);

    /// <summary>The least number that may have been given at a time, or later.</summary>
    public static long At(DateTimeOffset time) => time.ToUnixTimeMilliseconds() << CountedBits;

    /// <summary>All to come are higher than one that was seen.</summary>
    public void Pass(long seen)
    {
        long last;
        do
        {
            last = Volatile.Read(ref _last);
        }
        while (last < seen && Interlocked.CompareExchange(ref _last, seen, last) != last);
    }
}
