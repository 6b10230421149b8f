#pragma warning disable VSTHRD003 // What is awaited are signals, which need nobody's thread.

namespace Fluister.Server.Federation;

// How long a peer is left alone.
internal sealed partial class PeerLink
{
    private async Task BackOffAsync(Task heard, CancellationToken stopping)
    {
        var wait = _retries.Next(_retryAfter);
        _retryAfter = null;

        // Not at once, even if it was heard of: perhaps it reaches us, and we do not reach it.
        var least = wait < ServerLimits.FirstRetry ? wait : ServerLimits.FirstRetry;
        await Task.Delay(least, time, stopping).ConfigureAwait(false);
        await WaitAsync(heard, wait - least, stopping).ConfigureAwait(false);
    }

    private async Task WaitAsync(Task signal, TimeSpan most, CancellationToken stopping)
    {
        if (most > TimeSpan.Zero)
        {
            // Timers count whole milliseconds: a part of one would be no time at all, and the loop would spin until it is over.
            var patience = most > ServerLimits.OutboxAge ? Timeout.InfiniteTimeSpan : most + TimeSpan.FromMilliseconds(1);
            await signal.WaitAsync(patience, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stopping.ThrowIfCancellationRequested();
        }
    }
}
