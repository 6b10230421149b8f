using Fluister.Client.Contents;

namespace Fluister.Client.Expiring;

/// <summary>Removes messages whose time is over, for good and with their files, and sleeps until the next one's is.</summary>
/// <remarks>A file goes after the commit that took its last message away, and after a crash between the two on the next look.</remarks>
internal sealed class DisappearingMessages : IAsyncDisposable
{
    private readonly ClientContext _context;
    private readonly FileRemover _files;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _woken = new(0, 1);
    private Task _work = Task.CompletedTask;

    /// <summary>Does nothing before <see cref="Start"/>.</summary>
    /// <param name="context">The account.</param>
    /// <param name="delete">Deletes a file of a message, by its path below the folder of attachments.</param>
    public DisappearingMessages(ClientContext context, Action<string> delete)
    {
        _context = context;
        _files = new FileRemover(context.Store, delete);
        context.Store.Messages.WhenTimerBegins(Wake);
    }

    /// <summary>Begins.</summary>
    public void Start() => _work = Task.Run(RunAsync);

    /// <summary>Looks now.</summary>
    public void Wake()
    {
        try
        {
            _woken.Release();
        }
        catch (Exception settled) when (settled is SemaphoreFullException or ObjectDisposedException)
        {
            // A look is asked for already, or the client is closing.
        }
    }

    /// <summary>Removes what is due; tells when the next look is.</summary>
    /// <exception cref="ClientException">Store.</exception>
    public DateTimeOffset Sweep()
    {
        var store = _context.Store;
        while (true)
        {
            var now = _context.Clock.GetUtcNow();
            var (removed, next) = store.Transact(() =>
            {
                var (expired, later) = store.Messages.Expired(now, ClientLimits.ExpiredAtOnce);
                foreach (var message in expired)
                {
                    LocalDeletes.Remove(_context, message);
                }

                return (expired.Select(message => message.Id).ToList(), later);
            });
            if (removed.Count > 0)
            {
                _context.Tell(new MessagesExpired(removed));
            }

            if (removed.Count < ClientLimits.ExpiredAtOnce)
            {
                _files.Run();
                var last = now + ClientLimits.ExpiryLook;
                return next < last ? next.Value : last;
            }
        }
    }

    /// <summary>Ends the work.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _work.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        _stop.Dispose();
        _woken.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var pause = ClientLimits.ExpiryLook;
                try
                {
                    pause = Sweep() - _context.Clock.GetUtcNow();
                }
                catch (ClientException failed) when (failed.Error == ClientError.Store)
                {
                    // A disk that is full or fails: the next look is soon.
                }

                await WaitAsync(pause).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Closing.
        }
    }

    private async Task WaitAsync(TimeSpan pause)
    {
        if (pause <= TimeSpan.Zero)
        {
            _stop.Token.ThrowIfCancellationRequested();
            return;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var time = Task.Delay(pause, _context.Clock, ended.Token);
        await Task.WhenAny(time, _woken.WaitAsync(ended.Token)).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        _stop.Token.ThrowIfCancellationRequested();
    }
}
