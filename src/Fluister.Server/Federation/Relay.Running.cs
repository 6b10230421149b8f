using System.Collections.Concurrent;
using Fluister.Wire;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Federation;

/// <content>A link for each peer, whatever its state: it looks at that itself.</content>
internal sealed partial class Relay
{
    private readonly ConcurrentDictionary<ServerTag, PeerLink> _links = [];
    private readonly SemaphoreSlim _places = new(ServerLimits.TransactionsAtOnce);
    private readonly SemaphoreSlim _limited = new(ServerLimits.LimitedTransactionsAtOnce);
    private readonly Signal _changed = new();
    private readonly ConcurrentDictionary<ServerTag, DateTimeOffset> _lost = [];

    /// <summary>Sends what waits, until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var running = new Dictionary<ServerTag, Task>();
        var watching = Watch.RunAsync(stopping);
        try
        {
            while (true)
            {
                var changed = _changed.NextAsync();
                IReadOnlyList<Peer> peers;
                try
                {
                    peers = Peers.All;
                }
                catch (SqliteException)
                {
                    // The disk fails to read, or there are too many open files: in a moment.
                    await Task.Delay(ServerLimits.BusyRetry, _time, stopping).ConfigureAwait(false);
                    continue;
                }

                foreach (var peer in peers)
                {
                    // Not whether its task has ended: that ends a moment after it has said so.
                    if (!_links.ContainsKey(peer.Tag))
                    {
                        var link = new PeerLink(peer.Tag, this, _places, _limited, _time, _random, _log);
                        _links[peer.Tag] = link;
                        running[peer.Tag] = Task.Run(() => RunAsync(peer.Tag, link, stopping), CancellationToken.None);
                    }
                }

                foreach (var link in _links.Values)
                {
                    link.Hear();
                }

                await changed.WaitAsync(stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // It was asked to.
        }
        finally
        {
            await Task.WhenAll([watching, .. running.Values]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Whether a peer was not reached the last time that something was sent.</summary>
    public bool IsDown(ServerTag peer) => _links.TryGetValue(peer, out var link) && link.IsDown;

    /// <summary>Notes that a peer and this server disagree about what was sent; not each time, since a peer may say so in all that it
    /// sends and answers.</summary>
    public void TellLost(Peer peer)
    {
        var now = _time.GetUtcNow();
        if ((now - _lost.GetValueOrDefault(peer.Tag)).Duration() >= ServerLimits.LostStep)
        {
            _lost[peer.Tag] = now;
            _log.Lost(peer);
        }
    }

    /// <summary>Deletes what waited too long, and what need not be known any more.</summary>
    public async Task PurgeAsync()
    {
        await Outbox.PurgeAsync().ConfigureAwait(false);
        await Inbox.PurgeAsync().ConfigureAwait(false);
    }

    private async Task RunAsync(ServerTag tag, PeerLink link, CancellationToken stopping)
    {
        try
        {
            await link.RunAsync(stopping).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is, there is a link again, and not at once.
        catch (Exception failed) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            _log.LinkFailed(failed, tag);
            await Task.Delay(ServerLimits.BusyRetry, _time, stopping).ConfigureAwait(false);
        }
        finally
        {
            _links.TryRemove(new(tag, link));

            // Perhaps it was added again a moment ago.
            _changed.Set();
        }
    }

    private void Wake(ServerTag tag)
    {
        if (_links.TryGetValue(tag, out var link))
        {
            link.Wake();
        }
    }

    private void Hear(Peer peer)
    {
        if (_links.TryGetValue(peer.Tag, out var link))
        {
            link.Hear();
        }
    }

    private void Offer(OutboxItem item, ReadOnlyMemory<byte> shared)
    {
        if (_links.TryGetValue(item.Peer, out var link))
        {
            link.Offer(item, shared.Span);
        }
    }
}
