using System.Globalization;
using System.Numerics;
using System.Threading.Channels;
using Fluister.Client.Sending;
using Fluister.Client.Store;

namespace Fluister.Client.Accounts;

/// <summary>Does in the background what an account has to do with its home server beside messages: what is due is kept in the store, and
/// done once the server can be reached.</summary>
internal sealed class Upkeep : IAsyncDisposable
{
    private const string Item = "fluister.due.";

    private readonly ClientContext _context;
    private readonly UpkeepWork _work;
    private readonly Channel<bool> _wake =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<UpkeepTask, int> _failures = [];
    private readonly SemaphoreSlim _one = new(1);
    private Task _loop = Task.CompletedTask;
    private int _isStarted;

    /// <summary>Does nothing before <see cref="Start"/>.</summary>
    public Upkeep(ClientContext context, Sender sender) => (_context, _work) = (context, new UpkeepWork(context, sender));

    /// <summary>Within a transaction: something is to be done, whatever happens to this process. Then <see cref="Wake"/>.</summary>
    public static void Need(ItemTable items, UpkeepTask tasks)
    {
        foreach (var task in Each(tasks))
        {
            items.SetNumber(Name(task), (items.Number(Name(task)) ?? 0) + 1);
        }
    }

    /// <summary>What is due.</summary>
    public static UpkeepTask Due(ItemTable items) =>
        Each((UpkeepTask)((1 << UpkeepWork.Kinds) - 1)).Where(task => items.Number(Name(task)) is not null)
            .Aggregate(UpkeepTask.None, (all, task) => all | task);

    /// <summary>Begins; the connection is to be started too.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _isStarted, 1) == 0)
        {
            _loop = Task.Run(RunAsync);
            Wake();
        }
    }

    /// <summary>Looks whether something is due.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Does what is due now, and what that makes due, but for what was named; throws where it fails.</summary>
    /// <exception cref="ClientException">What the server said.</exception>
    public async Task DoAsync(UpkeepTask tasks, CancellationToken cancel)
    {
        foreach (var task in Each(tasks))
        {
            await DoOneAsync(task, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Does something while nothing else of this is done: two at once would write over each other at the server.</summary>
    public async Task AloneAsync(Func<Task> work, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Ends the work; what is due stays due.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        _stop.Dispose();
        _one.Dispose();
    }

    private static IEnumerable<UpkeepTask> Each(UpkeepTask tasks)
    {
        for (var rest = (int)tasks; rest != 0; rest &= rest - 1)
        {
            yield return (UpkeepTask)(1 << BitOperations.TrailingZeroCount(rest));
        }
    }

    private static string Name(UpkeepTask task) => Item + ((int)task).ToString(CultureInfo.InvariantCulture);

    private async Task RunAsync()
    {
        try
        {
            var pause = Timeout.InfiniteTimeSpan;
            while (true)
            {
                await WaitAsync(pause).ConfigureAwait(false);
                pause = await DoDueAsync().ConfigureAwait(false);
                await Task.Delay(ClientLimits.UpkeepLook, _context.Clock, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Closing.
        }
    }

    private async Task WaitAsync(TimeSpan pause)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var woken = _wake.Reader.ReadAsync(either.Token).AsTask();
        await Task.WhenAny(woken, Task.Delay(pause, _context.Clock, either.Token)).ConfigureAwait(false);
        await either.CancelAsync().ConfigureAwait(false);
        _stop.Token.ThrowIfCancellationRequested();
    }

    // Each in its order; what fails does not hold up the others.
    private async Task<TimeSpan> DoDueAsync()
    {
        var pause = Timeout.InfiniteTimeSpan;
        foreach (var task in Each(_context.Store.Read(() => Due(_context.Store.Items))))
        {
            try
            {
                await DoOneAsync(task, _stop.Token).ConfigureAwait(false);
                _failures.Remove(task);
            }
            catch (ClientException failed)
            {
                Shorten(PauseAfter(task, failed));
            }
#pragma warning disable CA1031 // Whatever a server brings about in one task: the loop goes on with the others.
            catch (Exception unforeseen) when (unforeseen is not OperationCanceledException)
#pragma warning restore CA1031
            {
                Shorten(PauseAfter(task, new ClientException(ClientError.Malformed, "A task of the account's failed.", unforeseen)));
            }
        }

        return pause;

        void Shorten(TimeSpan? next)
        {
            if (next is { } shorter && (pause == Timeout.InfiniteTimeSpan || shorter < pause))
            {
                pause = shorter;
            }
        }
    }

    private Task DoOneAsync(UpkeepTask task, CancellationToken cancel) => AloneAsync(
        async () =>
        {
            var before = _context.Store.Read(() => _context.Store.Items.Number(Name(task)));
            await _work.DoAsync(task, cancel).ConfigureAwait(false);
            _context.Store.Transact(() =>
            {
                // Needed once more meanwhile: what was done may have been too early for that.
                if (_context.Store.Items.Number(Name(task)) == before)
                {
                    _context.Store.Items.SetNumber(Name(task), null);
                }
            });
        },
        cancel);

    // None where there is no use in trying: until it is needed again, or the client is opened anew.
    private TimeSpan? PauseAfter(UpkeepTask task, ClientException failed)
    {
        var failures = _failures[task] = _failures.GetValueOrDefault(task) + 1;
        if (failed.Error == ClientError.Unlinked
            || (failed.Error is not (ClientError.Unreachable or ClientError.RateLimited) && failures >= ClientLimits.UpkeepTries))
        {
            return null;
        }

        var doubled = ClientLimits.UpkeepPause * Math.Pow(2, Math.Min(failures - 1, 10));
        var pause = failed.RetryAfter is { } wait && wait > doubled ? wait : doubled;
        return pause < ClientLimits.UpkeepLongestPause ? pause : ClientLimits.UpkeepLongestPause;
    }
}
