using System.Text.Json.Nodes;
using System.Threading.Channels;
using Fluister.Client.Receiving;
using Fluister.Client.Transport;

namespace Fluister.Client.Contents;

/// <summary>Works through a queue of jobs of the store, one after the other, and again after a failure that will pass.</summary>
internal sealed class JobLoop : IAsyncDisposable
{
    private readonly ClientContext _context;
    private readonly string _queue;
    private readonly Func<string, JsonObject, CancellationToken, Task> _work;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<bool> _wake =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Lock _lock = new();
    private readonly List<TaskCompletionSource> _idle = [];
    private readonly Task _loop;
    private volatile bool _hasStarted;
    private bool _isWorking;

    /// <summary>Does nothing before it is started.</summary>
    /// <param name="context">What rooms share.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="work">Does a job, and takes it out of the store in the same transaction as its effect. A
    /// <see cref="ClientException"/> that it throws is of what will pass: the server cannot be reached.</param>
    public JobLoop(ClientContext context, string queue, Func<string, JsonObject, CancellationToken, Task> work)
    {
        (_context, _queue, _work) = (context, queue, work);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Begins to work.</summary>
    public void Start()
    {
        _hasStarted = true;
        Wake();
    }

    /// <summary>There is something new to do, or a chance that what failed works now.</summary>
    public void Wake()
    {
        if (_hasStarted)
        {
            _wake.Writer.TryWrite(true);
        }
    }

    /// <summary>Waits until nothing is left to do.</summary>
    /// <exception cref="ClientException">Unlinked, InUse: nothing will be done now; it stays in the store.</exception>
    public Task IdleAsync(CancellationToken cancel)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            // A job leaves the store before what it did is told.
            if (!_isWorking && _context.Store.Jobs.Waiting(_queue, 1).Count == 0)
            {
                return Task.CompletedTask;
            }

            _idle.Add(waiter);
        }

        Wake();
        return waiter.Task.WaitAsync(cancel);
    }

    /// <summary>Ends the work; what is not done stays in the store.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        lock (_lock)
        {
            _idle.ForEach(waiter => waiter.TrySetCanceled());
        }

        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var backoff = new Backoff(_context.Random);
        try
        {
            while (await _wake.Reader.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
            {
                _wake.Reader.TryRead(out _);
                while (await NextAsync(backoff).ConfigureAwait(false))
                {
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Closing.
        }
    }

    // False where nothing is left.
    private async Task<bool> NextAsync(Backoff backoff)
    {
        try
        {
            lock (_lock)
            {
                _isWorking = _context.Store.Jobs.Waiting(_queue, 1).Count > 0;
                if (!_isWorking)
                {
                    _idle.ForEach(waiter => waiter.TrySetResult());
                    _idle.Clear();
                    return false;
                }
            }

            var (id, data) = _context.Store.Jobs.Waiting(_queue, 1)[0];
            await DoAsync(id, data).ConfigureAwait(false);
            backoff.Reset();
        }
        catch (Exception failed) when (failed is ClientException || EnvelopeTaker.IsOfStore(failed))
        {
            if (failed is ClientException { Error: ClientError.Unlinked or ClientError.InUse } final)
            {
                Fail(final);
            }

            var stated = (failed as ClientException)?.RetryAfter;
            var isLimited = failed is ClientException { Error: ClientError.RateLimited or ClientError.Challenged };
            await PauseAsync(backoff.Next(stated), isStated: isLimited && stated is not null).ConfigureAwait(false);
        }

        return true;
    }

    // What nobody foresaw would go wrong the next time too: the job is given up, and those behind it go on.
    private async Task DoAsync(string id, JsonObject data)
    {
        try
        {
            await _work(id, data, _stop.Token).ConfigureAwait(false);
        }
        catch (ClientException failed) when (failed.Error is ClientError.Unreachable or ClientError.RateLimited)
        {
            // One file that the server cannot give now must not hold up the others.
            _context.Store.Jobs.Defer(id);
            throw;
        }
        catch (Exception failed) when (failed is not (ClientException or OperationCanceledException) && !EnvelopeTaker.IsOfStore(failed))
        {
            _context.Store.Jobs.Remove(id);
        }
    }

    // Who waits would wait in vain: nothing is done until the account is linked again.
    private void Fail(ClientException cause)
    {
        lock (_lock)
        {
            _idle.ForEach(waiter => waiter.TrySetException(cause));
            _idle.Clear();
        }
    }

    // Whoever wakes it ends the pause, but for one that the server asked for: every message that comes wakes it.
    private async Task PauseAsync(TimeSpan pause, bool isStated)
    {
        if (isStated)
        {
            await Task.Delay(pause, _context.Clock, _stop.Token).ConfigureAwait(false);
            return;
        }

        using var both = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var over = Task.Delay(pause, _context.Clock, both.Token);
        var woken = _wake.Reader.WaitToReadAsync(both.Token).AsTask();
        await Task.WhenAny(over, woken).ConfigureAwait(false);
        _wake.Reader.TryRead(out _);
        await both.CancelAsync().ConfigureAwait(false);
        _stop.Token.ThrowIfCancellationRequested();
    }
}
