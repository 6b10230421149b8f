using System.Buffers;
using System.Collections.Concurrent;
using Fluister.Protocol.Keys;
using Fluister.Server.Limits;
using Fluister.Server.Stores;
using Fluister.Wire;
using Fluister.Wire.Descriptors;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Fluister.Server.Federation;

/// <summary>Lets servers in that nobody has added, where the settings say so, as "limit": one says where its descriptor is, and it is
/// fetched from there, from a public address alone, once in a while, and no redirect is followed.</summary>
/// <param name="own">This server's tag.</param>
/// <param name="peers">The peers.</param>
/// <param name="limits">How often.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where it is told who was let in.</param>
/// <param name="reach">How descriptors are fetched.</param>
internal sealed class Introductions(
    ServerTag own, PeerBook peers, RateLimits limits, TimeProvider time, ILogger log, Func<HttpMessageHandler> reach)
{
    private const int LongestOrigin = 259;

    // What Uri would make something of.
    private static readonly SearchValues<char> NotOfNames = SearchValues.Create("/?#@\\%[] \t");

    // By tag and name together: who says somebody else's name keeps nobody but themselves out.
    private readonly ConcurrentDictionary<(ServerTag, string), DateTimeOffset> _tried = new();
    private readonly ConcurrentDictionary<(ServerTag, string), bool> _underWay = new();

    /// <summary>Begins to let a server in that has asked for something.</summary>
    /// <param name="tag">Its tag.</param>
    /// <param name="origin">Where it says that its descriptor is: HOST or HOST:PORT.</param>
    /// <param name="place">From where it asks.</param>
    /// <returns>Whether its descriptor is being fetched.</returns>
    public bool Begin(ServerTag tag, string origin, ulong place)
    {
        if (Address(origin) is not { } server)
        {
            return false;
        }

        var name = (tag, server.Authority);
        if (TryEnter(name, place))
        {
            _ = Task.Run(() => MeetAsync(tag, server));
        }

        return _underWay.ContainsKey(name);
    }

    /// <summary>Where HOST or HOST:PORT is; none where that is not a name, or is more than a name and a port.</summary>
    public static Uri? Address(string origin) =>
        origin.Length <= LongestOrigin
        && !origin.AsSpan().ContainsAny(NotOfNames)
        && Uri.TryCreate($"https://{origin}", UriKind.Absolute, out var server)
        && server is { HostNameType: UriHostNameType.Dns, PathAndQuery: "/", Port: > 0 }
        && Uri.CheckHostName(server.Host) == UriHostNameType.Dns
            ? server
            : null;

    private bool TryEnter((ServerTag, string) name, ulong place)
    {
        var now = time.GetUtcNow();
        if (_tried.TryGetValue(name, out var tried) && (now - tried).Duration() < ServerLimits.IntroductionRetry)
        {
            return false;
        }

        if (peers.All.Count >= ServerLimits.OpenPeers || _underWay.Count >= ServerLimits.IntroductionsAtOnce
            || limits.Wait(ServerLimits.IntroductionsOfOrigin, place) is not null
            || limits.Wait(ServerLimits.IntroductionFetches, 0UL) is not null)
        {
            return false;
        }

        if (_tried.Count >= ServerLimits.IntroductionsFailed)
        {
            _tried.Clear();
        }

        _tried[name] = now;
        return _underWay.TryAdd(name, true);
    }

    private async Task MeetAsync(ServerTag tag, Uri server)
    {
        try
        {
            using var handler = reach();
            var signed = await DescriptorFetch.FetchAsync(handler, server, time, CancellationToken.None).ConfigureAwait(false);
            if (Check(tag, server, signed) is { } genesis)
            {
                await peers.AddAsync(genesis, server.Host, signed, PeerState.Limit, time.GetUtcNow()).ConfigureAwait(false);
                log.LetIn(server.Host, tag);
            }
        }
        catch (Exception failed) when (failed is PeerException or StoreException or SqliteException)
        {
            // It is not there, or known under its name already with another key: not before a while.
        }
        finally
        {
            _underWay.TryRemove((tag, server.Authority), out _);
        }
    }

    // The key whose tag it says that it has, and that has signed that the server is where it was found.
    private PublicKey? Check(ServerTag tag, Uri server, byte[] signed) =>
        SignedDescriptor.ReadClaimedKey(signed) is { } genesis
        && ServerTag.Of(genesis) == tag && tag != own
        && SignedDescriptor.TryRead(signed, genesis, null, time.GetUtcNow(), out var said) == DescriptorFault.None
        && DescriptorCheck.IsUsable(said!)
        && said!.Domain.Equals(server.Host, StringComparison.OrdinalIgnoreCase)
            ? genesis
            : null;
}
