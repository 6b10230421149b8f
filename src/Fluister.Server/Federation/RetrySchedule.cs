using System.Buffers.Binary;
using Fluister.Cryptography;

namespace Fluister.Server.Federation;

/// <summary>How long a peer is left alone that was not reached: a second, then twice as long each time, up to half a minute, and after a
/// day up to an hour; each a little more or less, so that servers which lost each other do not try in step.</summary>
internal sealed class RetrySchedule(TimeProvider time, RandomSource random)
{
    // Beyond, the wait is the longest in any case.
    private const int CountedFailures = 20;

    private DateTimeOffset _since;
    private int _failures;

    /// <summary>Whether the last try has failed.</summary>
    public bool IsDown => Volatile.Read(ref _failures) > 0;

    /// <summary>It was reached.</summary>
    public void Reset() => Volatile.Write(ref _failures, 0);

    /// <summary>It was not reached once more.</summary>
    /// <param name="asked">How long it has asked to be left alone, where it has.</param>
    /// <returns>When to try again.</returns>
    public TimeSpan Next(TimeSpan? asked)
    {
        var now = time.GetUtcNow();
        _since = _failures == 0 ? now : _since;
        var most = now - _since >= ServerLimits.LongDown ? ServerLimits.LateRetry : ServerLimits.Retry;
        var wait = ServerLimits.FirstRetry * Math.Pow(2, Math.Min(_failures, CountedFailures));
        Volatile.Write(ref _failures, _failures + 1);
        wait = (wait < most ? wait : most) * Jitter();
        var least = asked < ServerLimits.LateRetry ? asked.Value : asked is null ? TimeSpan.Zero : ServerLimits.LateRetry;
        return wait > least ? wait : least;
    }

    // From 3/4 to 5/4.
    private double Jitter()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        random.Fill(bytes);
        return 0.75 + (0.5 * BinaryPrimitives.ReadUInt32LittleEndian(bytes) / uint.MaxValue);
    }
}
