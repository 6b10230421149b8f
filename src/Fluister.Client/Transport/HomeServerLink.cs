using System.Threading.Channels;
using Fluister.Cryptography;

namespace Fluister.Client.Transport;

/// <summary>Stays connected to the home server: by a WebSocket that says who we are, over which messages come, and by one that does
/// not.</summary>
/// <remarks>Connects again after a loss, with growing pauses and jitter, at once when the network comes back or the computer wakes.
/// Requests wait for a connection as long as their cancellation allows.</remarks>
internal sealed partial class HomeServerLink : IAsyncDisposable
{
    private readonly LinkIdentity? _identity;
    private readonly TimeProvider _clock;
    private readonly SocketLoop _identified;
    private readonly SocketLoop _anonymous;
    private readonly DeliveryQueue _deliveries = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private Action<ConnectionChanged>? _changed;
    private Task _running = Task.CompletedTask;
    private bool _withMessages;
    private bool _isStarted;
    private bool _isDisposed;

    /// <summary>Prepares to connect.</summary>
    /// <param name="server">The server, as it is known.</param>
    /// <param name="identity">Who we are; null before there is an account: then there is only the connection that does not say it.</param>
    /// <param name="clock">The time.</param>
    /// <param name="random">For pauses.</param>
    public HomeServerLink(HomeServerDescriptor server, LinkIdentity? identity, TimeProvider clock, RandomSource random)
    {
        (Server, _identity, _clock, _handler) = (server, identity, clock, Handler(server));
        _identified = new SocketLoop(stop => OpenAsync(isAnonymous: false, stop), TellIdentified, clock, random);
        _anonymous = new SocketLoop(stop => OpenAsync(isAnonymous: true, stop), _ => { }, clock, random);
    }

    /// <summary>Envelopes as they come, bounded: when the reader is slow, the socket is not read from. It ends with the cause where there
    /// is no use in connecting any more (Unlinked, InUse, Refused), and without one when the link is disposed of.</summary>
    public ChannelReader<Delivery> Deliveries => _deliveries;

    /// <summary>Why the connection that says who we are is not there; null while it is, or before the first try has failed.</summary>
    public ClientException? Cause => _identified.Cause;

    /// <summary>The same of the connection that does not say it.</summary>
    public ClientException? AnonymousCause => _anonymous.Cause;

    /// <summary>Has somebody told when the connection that says who we are is there, and when it is lost.</summary>
    public void WhenChanged(Action<ConnectionChanged> tell)
    {
        lock (_gate)
        {
            _changed += tell;
        }
    }

    /// <summary>Begins to connect.</summary>
    /// <param name="withMessages">Whether messages are to be pushed; without, only requests are made, and another connection of the same
    /// device keeps its messages.</param>
    public void Start(bool withMessages)
    {
        lock (_gate)
        {
            if (_isStarted)
            {
                throw new InvalidOperationException("The link was started already.");
            }

            (_isStarted, _withMessages) = (true, withMessages);
            _running = Task.Run(RunAsync);
        }
    }

    /// <summary>Asks, and waits for the answer.</summary>
    /// <exception cref="ClientException">Unreachable: the connection was lost before the answer, or none came in time; Unlinked; InUse;
    /// Refused: the server takes no connection of ours any more.</exception>
    public async Task<ServiceResponse> AskAsync(ServiceRequest request, CancellationToken cancel)
    {
        if (!request.IsAnonymous && _identity is null)
        {
            throw new InvalidOperationException("A request of an account needs one.");
        }

        // A request that never left goes over the next connection.
        var loop = request.IsAnonymous ? _anonymous : _identified;
        ServiceResponse? response;
        do
        {
            var socket = await loop.ConnectedAsync(cancel).ConfigureAwait(false);
            response = await socket.AskAsync(request, cancel).ConfigureAwait(false);
        }
        while (response is null);
        return response;
    }

    /// <summary>The network may be back, or the computer woke: tries at once, and looks whether connections are still alive.</summary>
    public void Nudge()
    {
        _identified.Nudge();
        _anonymous.Nudge();
    }

    /// <summary>Ends the connections; acknowledgements that were made leave before, where the server takes them in time.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            (_isDisposed, _isStarted) = (true, true);
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.WaitAsync(Timeout.InfiniteTimeSpan, _clock).ConfigureAwait(false);
        _deliveries.Complete(null);
        _handler.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var stop = _stopping.Token;
        using var signals = new NetworkSignals(Nudge, _clock);
        var watching = signals.RunAsync(stop);
        var anonymous = _anonymous.RunAsync(stop);
        if (_identity is not null && await _identified.RunAsync(stop).ConfigureAwait(false) is { } cause)
        {
            _deliveries.Complete(cause);
        }

        await anonymous.ConfigureAwait(false);
        await watching.ConfigureAwait(false);
    }

    private void TellIdentified(LinkEnd? end)
    {
        Action<ConnectionChanged>? tell;
        lock (_gate)
        {
            tell = _changed;
        }

        tell?.Invoke(new ConnectionChanged(end is null, end?.Cause));
    }
}
