using System.Collections.Concurrent;
using Fluister.Server.Stores;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Fluister.Wire.Descriptors;
using Fluister.Wire.Protos.Federation;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Fluister.Server.Federation;

/// <summary>Keeps what is known of peers up to date: asks each now and then how it is, and fetches its descriptor where there is a later
/// one, or where what is known does not fit any more. What is older, expired, or signed by another key is not believed, whoever shows
/// it.</summary>
/// <param name="peers">The peers.</param>
/// <param name="client">Asks them.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where it is told what is wrong with them.</param>
/// <param name="reach">How a peer is reached for its descriptor, which no certificate vouches for.</param>
internal sealed class PeerWatch(PeerBook peers, PeerClient client, TimeProvider time, ILogger log, Func<Peer, HttpMessageHandler> reach)
{
    private readonly ConcurrentDictionary<ServerTag, DateTimeOffset> _looked = new();
    private readonly ConcurrentDictionary<ServerTag, bool> _held = new();

    /// <summary>Asks all of them, again and again, until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            await Task.Delay(ServerLimits.PeerPing, time, stopping).ConfigureAwait(false);
            try
            {
                foreach (var some in peers.All.Where(peer => peer.IsOpen || peer.IsUnattested).Chunk(ServerLimits.PeerPings))
                {
                    await Task.WhenAll(some.Select(peer => VisitAsync(peer, stopping))).ConfigureAwait(false);
                }
            }
            catch (SqliteException)
            {
                // The disk fails to read: the next time.
            }
        }
    }

    /// <summary>Fetches a peer's descriptor, at once and unless that was done of late; nobody waits for it.</summary>
    public void Look(Peer peer)
    {
        var now = time.GetUtcNow();
        var looked = _looked.GetValueOrDefault(peer.Tag);
        if ((now - looked).Duration() >= ServerLimits.DescriptorRetry
            && (looked == default ? _looked.TryAdd(peer.Tag, now) : _looked.TryUpdate(peer.Tag, now, looked)))
        {
            _ = Task.Run(() => FetchAsync(peer, CancellationToken.None));
        }
    }

    /// <summary>Fetches a peer's descriptor, and keeps it if it is a later one.</summary>
    public async Task FetchAsync(Peer peer, CancellationToken cancellation)
    {
        try
        {
            using var handler = reach(peer);
            var signed = await DescriptorFetch.FetchAsync(handler, peer.Url, time, cancellation).ConfigureAwait(false);
            var fault = SignedDescriptor.TryRead(signed, peer.Genesis, peer.Said, time.GetUtcNow(), out var said);
            fault = fault == DescriptorFault.None && !DescriptorCheck.IsUsable(said!) ? DescriptorFault.Malformed : fault;
            if (fault != DescriptorFault.None)
            {
                Tell(peer, fault.Explain());
            }
            else if (said!.Sequence > peer.Said.Sequence && await LeadsHereAsync(handler, peer, said, cancellation).ConfigureAwait(false))
            {
                await peers.UpdateAsync(peer.Tag, said, signed).ConfigureAwait(false);
            }
        }
        catch (PeerException failed)
        {
            peers.Note(peer, failed, time.GetUtcNow());
        }
        catch (SqliteException failed) when (failed.SqliteErrorCode == SqliteCodes.Constraint)
        {
            Tell(peer, "It names the domain of another peer.");
        }
        catch (Exception failed) when (failed is StoreException or SqliteException)
        {
            // The disk is full, or busy: the next time.
        }
    }

    // A domain is its who has it: there the same descriptor is found, or a later one. Else any peer could have the name of a server that
    // is not known here yet.
    private async Task<bool> LeadsHereAsync(
        HttpMessageHandler handler, Peer peer, DescriptorJson said, CancellationToken cancellation)
    {
        if (said.Domain.Equals(peer.Said.Domain, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        var url = new Uri(DescriptorCheck.Url(said));
        var there = url.Host.Equals(said.Domain, StringComparison.OrdinalIgnoreCase) ? url : new Uri($"https://{said.Domain}");
        try
        {
            var signed = await DescriptorFetch.FetchAsync(handler, there, time, cancellation).ConfigureAwait(false);
            if (SignedDescriptor.TryRead(signed, peer.Genesis, said, time.GetUtcNow(), out var found) == DescriptorFault.None
                && found!.Domain.Equals(said.Domain, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        catch (PeerException)
        {
            // Nobody is there.
        }

        Tell(peer, $"It says that its domain is {said.Domain} now, and its descriptor is not found there.");
        return false;
    }

    // One that is held back for its build is asked nothing, but may publish at any time that it is attested.
    private Task VisitAsync(Peer peer, CancellationToken stopping)
    {
        if (!peer.IsUnattested)
        {
            _held.TryRemove(peer.Tag, out _);
            return PingAsync(peer, stopping);
        }

        if (_held.TryAdd(peer.Tag, true))
        {
            log.HeldBack(peer, peers.Explain(peer));
        }

        return FetchAsync(peer, stopping);
    }

    private async Task PingAsync(Peer peer, CancellationToken stopping)
    {
        try
        {
            var answer = await client.AskAsync<PingResponse>(peer, "ping", new PingRequest(), ServerLimits.PeerPatience, stopping)
                .ConfigureAwait(false);
            var off = ((decimal)answer.Time - time.GetUtcNow().ToUnixTimeMilliseconds()) / 1000;
            if (Math.Abs(off) > (decimal)ServerLimits.PeerClock.TotalSeconds / 2)
            {
                log.ClockOff(peer, (long)off);
            }

            if (answer.DescriptorSequence > (ulong)peer.Said.Sequence)
            {
                await FetchAsync(peer, stopping).ConfigureAwait(false);
            }
        }
        catch (PeerException)
        {
            // It is noted with the peer.
        }
#pragma warning disable CA1031 // Whatever it is, it belongs to this peer; the others are looked after on.
        catch (Exception failed) when (failed is not OperationCanceledException)
#pragma warning restore CA1031
        {
            log.LinkFailed(failed, peer.Tag);
        }
    }

    private void Tell(Peer peer, string sentence)
    {
        log.Faulty(peer, sentence);
        peers.Note(peer, new PeerException(PeerError.Untrusted, sentence), time.GetUtcNow());
    }
}
