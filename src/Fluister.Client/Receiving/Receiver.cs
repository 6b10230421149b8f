using Fluister.Client.Contents;
using Fluister.Client.Keys;
using Fluister.Client.Sending;
using Fluister.Client.Transport;

namespace Fluister.Client.Receiving;

/// <summary>Takes envelopes: one transaction holds the session's state, the message's effect and the mark that it was taken; only then is
/// it acknowledged. Under load several share one commit, each undone alone where it fails.</summary>
internal sealed partial class Receiver : IAsyncDisposable
{
    private readonly ClientContext _context;
    private readonly ContentHandler _handler;
    private readonly Sender _sender;
    private readonly PreKeyUpkeep _upkeep;
    private readonly EnvelopeOpener _opener;
    private readonly EnvelopeTaker _taker;
    private readonly Func<CancellationToken, ValueTask> _room;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _queueEmpty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _work = Task.CompletedTask;

    /// <summary>Takes nothing before <see cref="Start"/>.</summary>
    /// <param name="context">What the rooms share.</param>
    /// <param name="handler">Gives content its effect.</param>
    /// <param name="sender">Sends what repairs sessions.</param>
    /// <param name="upkeep">Is told of pre-keys that were used.</param>
    /// <param name="room">Waits until there is room for more events.</param>
    public Receiver(
        ClientContext context, ContentHandler handler, Sender sender, PreKeyUpkeep upkeep, Func<CancellationToken, ValueTask> room)
    {
        (_context, _handler, _sender, _upkeep, _room) = (context, handler, sender, upkeep, room);
        _opener = new EnvelopeOpener(context);
        var decryptor = new EnvelopeDecryptor(context, new IdentityChanges(context), new PniSignatures(context));
        _taker = new EnvelopeTaker(context, handler, sender, decryptor, new SessionRepair(context, sender));
    }

    /// <summary>Is called after each commit.</summary>
    public Action? Committed { get; init; }

    /// <summary>Starts to take what the link delivers.</summary>
    public void Start() => _work = Task.Run(RunAsync);

    /// <summary>Completes when everything that waited at the server when <see cref="Start"/> was called is in the store.</summary>
    /// <exception cref="ClientException">That will not happen: the server does not know this device any more, or another program is
    /// connected as it.</exception>
    public Task QueueEmptyAsync(CancellationToken cancel) => _queueEmpty.Task.WaitAsync(cancel);

    /// <summary>Ends the work.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _work.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        _queueEmpty.TrySetCanceled(CancellationToken.None);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var deliveries = _context.Api.Link.Deliveries;
        List<Delivery> batch = new(ClientLimits.EnvelopesPerCommit);
        try
        {
            while (await deliveries.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
            {
                await _room(_stop.Token).ConfigureAwait(false);
                batch.Clear();
                while (batch.Count < ClientLimits.EnvelopesPerCommit && deliveries.TryRead(out var delivery))
                {
                    batch.Add(delivery);
                }

                await TakeAsync(batch).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Closing: what was not acknowledged comes again.
            return;
        }
        catch (ClientException ended)
        {
            _queueEmpty.TrySetException(ended);
            return;
        }

        _queueEmpty.TrySetCanceled(CancellationToken.None);
    }
}
