using Fluister.Cryptography;

namespace Fluister.Client.Transport;

/// <summary>Keeps one WebSocket open: connects, and connects again after a loss, with growing pauses.</summary>
/// <param name="open">Connects, or says in a <see cref="LinkEndException"/> why not.</param>
/// <param name="tell">Hears when it is connected (null), and how that ended.</param>
/// <param name="clock">The time.</param>
/// <param name="random">For the pauses.</param>
internal sealed class SocketLoop(
    Func<CancellationToken, Task<LinkSocket>> open, Action<LinkEnd?> tell, TimeProvider clock, RandomSource random)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<LinkSocket> _connected = Fresh();
    private LinkSocket? _current;
    private TaskCompletionSource _nudged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Why there is no connection; null while there is one, or none was tried.</summary>
    public ClientException? Cause { get; private set; }

    /// <summary>The connection; waits until there is one.</summary>
    /// <exception cref="ClientException">There will be none any more.</exception>
    public Task<LinkSocket> ConnectedAsync(CancellationToken cancel)
    {
        lock (_gate)
        {
            return _connected.Task.WaitAsync(cancel);
        }
    }

    /// <summary>The network may be back, or may be another: tries at once where it waits, and looks where it is connected.</summary>
    public void Nudge()
    {
        lock (_gate)
        {
            _nudged.TrySetResult();
            _ = _current?.ProbeAsync(ClientLimits.ProbeTime);
        }
    }

    /// <summary>Runs until it is stopped, or there is no use in connecting any more.</summary>
    /// <returns>Why there is no use; null where it was stopped.</returns>
    public async Task<ClientException?> RunAsync(CancellationToken stop)
    {
        var backoff = new Backoff(random);
        while (!stop.IsCancellationRequested)
        {
            var (end, lasted) = await ConnectOnceAsync(stop).ConfigureAwait(false);
            if (stop.IsCancellationRequested)
            {
                break;
            }

            Cause = end.Cause;
            if (end.IsFinal)
            {
                Refuse(end.Cause);
                tell(end);
                return end.Cause;
            }

            tell(end);
            if (lasted >= ClientLimits.GoodConnection)
            {
                backoff.Reset();
            }

            await PauseAsync(backoff.Next(end.Cause.RetryAfter), stop).ConfigureAwait(false);
        }

        Refuse(new ClientException(ClientError.Unreachable, "The client was closed."));
        return null;
    }

    private static TaskCompletionSource<LinkSocket> Fresh()
    {
        var fresh = new TaskCompletionSource<LinkSocket>(TaskCreationOptions.RunContinuationsAsynchronously);

        // Nobody may ever wait for it; its exception is no news then.
        _ = fresh.Task.ContinueWith(
            task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return fresh;
    }

    private async Task<(LinkEnd End, TimeSpan Lasted)> ConnectOnceAsync(CancellationToken stop)
    {
        LinkSocket socket;
        try
        {
            socket = await open(stop).ConfigureAwait(false);
        }
        catch (LinkEndException refused)
        {
            return (refused.End, TimeSpan.Zero);
        }
        catch (ClientException failed)
        {
            // A later descriptor could not be kept.
            return (new LinkEnd(failed), TimeSpan.Zero);
        }
        catch (OperationCanceledException)
        {
            return (LinkEnd.Lost("The client was closed."), TimeSpan.Zero);
        }

        using (socket)
        {
            var began = clock.GetTimestamp();
            socket.WhenOver = Forget;
            lock (_gate)
            {
                _current = socket;
                _connected.TrySetResult(socket);
            }

            var running = socket.RunAsync(stop);
            Cause = null;
            tell(null);
            return (await running.ConfigureAwait(false), clock.GetElapsedTime(began));
        }
    }

    private void Forget()
    {
        lock (_gate)
        {
            (_current, _connected) = (null, Fresh());
        }
    }

    private void Refuse(ClientException cause)
    {
        lock (_gate)
        {
            _connected.TrySetException(cause);
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken stop)
    {
        Task nudged;
        lock (_gate)
        {
            _nudged = new(TaskCreationOptions.RunContinuationsAsynchronously);
            nudged = _nudged.Task;
        }

        await nudged.WaitAsync(pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
