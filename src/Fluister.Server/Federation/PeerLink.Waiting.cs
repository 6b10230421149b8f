#pragma warning disable VSTHRD003 // What is awaited are signals, which need nobody's thread.

using System.Buffers.Binary;

namespace Fluister.Server.Federation;

// How long a peer is left alone that was not reached.
internal sealed partial class PeerLink
{
    private int _failures;
    private DateTimeOffset _downSince;
    private TimeSpan? _retryAfter;

    private async Task BackOffAsync(Task heard, CancellationToken stopping)
    {
        var now = time.GetUtcNow();
        _downSince = _failures == 0 ? now : _downSince;
        var most = now - _downSince > ServerLimits.LongDown ? ServerLimits.LateRetry : ServerLimits.Retry;
        var wait = ServerLimits.FirstRetry * Math.Pow(2, Math.Min(_failures, 20));
        _failures++;
        wait = (wait < most ? wait : most) * Jitter();
        if (_retryAfter is { } asked)
        {
            asked = asked < ServerLimits.LateRetry ? asked : ServerLimits.LateRetry;
            wait = wait > asked ? wait : asked;
            _retryAfter = null;
        }

        // Not at once, even if it was heard of: perhaps it reaches us, and we do not reach it.
        var least = wait < ServerLimits.FirstRetry ? wait : ServerLimits.FirstRetry;
        await Task.Delay(least, time, stopping).ConfigureAwait(false);
        if (wait > least)
        {
            await WaitAsync(heard, wait - least, stopping).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(Task signal, TimeSpan most, CancellationToken stopping)
    {
        if (most > TimeSpan.Zero)
        {
            var patience = most > ServerLimits.LateRetry ? Timeout.InfiniteTimeSpan : most;
            await signal.WaitAsync(patience, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stopping.ThrowIfCancellationRequested();
        }
    }

    // From 3/4 to 5/4.
    private double Jitter()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        random.Fill(bytes);
        return 0.75 + (0.5 * BinaryPrimitives.ReadUInt32LittleEndian(bytes) / uint.MaxValue);
    }
}
