using Fluister.Server.Requests;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.Server.Federation;

/// <summary>Usernames and links of peers' accounts. A link's handle bears its home's tag; a username bears nothing, and where its domain
/// is not said all peers are asked.</summary>
/// <remarks>Names are each server's own: two may have the same. Where more than one peer says that it has a username, it is nobody's, and
/// must be asked for with its domain. A peer can only name accounts of its own, but it can claim any name: with the domain it is known
/// who says so.</remarks>
internal sealed class RemoteUsernames(Relay relay, string ownDomain, TimeProvider time)
{
    private readonly UsernameAnswers _answers = new(time);

    /// <summary>Whether a domain is this server's.</summary>
    public bool IsOwn(string domain) => domain.Equals(ownDomain, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whose a username is by one peer, which is named by its domain, or by its tag as a link's handle has it.</summary>
    /// <exception cref="RefusedException">403: there is no peer with that domain. 503: it is not reached.</exception>
    public Task<Guid?> FindAsync(byte[] hash, string domain, CancellationToken cancellation) =>
        relay.Peers.All.FirstOrDefault(peer => Is(peer, domain)) is { IsKept: true } home
            ? FindAsync(home, hash, cancellation)
            : throw new RefusedException(new Response(403)
            {
                Body = """{"error":"unknown domain"}"""u8.ToArray(),
                ContentType = "application/json",
            });

    private static bool Is(Peer peer, string domain) =>
        peer.Said.Domain.Equals(domain, StringComparison.OrdinalIgnoreCase)
        || peer.Tag.ToString().Equals(domain, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whose a username is by any peer: of those that answer in time, the one that has it.</summary>
    public async Task<Guid?> FindAsync(byte[] hash, CancellationToken cancellation)
    {
        if (_answers.TryFind(hash, out var known) && (known is not { } aci || relay.PeerOf(aci) is not null))
        {
            return known;
        }

        var peers = relay.Peers.All.Where(peer => peer.IsOpen).Take(ServerLimits.UsernamePeers).ToList();
        if (peers.Count == 0)
        {
            return null;
        }

        var (owners, answered) = (new List<Guid>(), 0);
        using var late = new CancellationTokenSource(ServerLimits.UsernamePatience, time);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        var each = new ParallelOptions { MaxDegreeOfParallelism = ServerLimits.PeersAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(peers, each, async (peer, _) =>
        {
            try
            {
                var owner = await FindAsync(peer, hash, stopping.Token).ConfigureAwait(false);
                lock (owners)
                {
                    answered++;
                    if (owner is { } found)
                    {
                        owners.Add(found);
                    }
                }
            }
            catch (Exception unreached) when (unreached is RefusedException or OperationCanceledException)
            {
                // It is as if it did not have it, but that is not kept.
            }
        }).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        Guid? only = owners is [var one] ? one : null;
        if (only is not null || answered == peers.Count)
        {
            _answers.Add(hash, only);
        }

        return only;
    }

    /// <summary>The encrypted username behind a link of a peer's account; none where the handle bears no peer's tag.</summary>
    /// <exception cref="RefusedException">503: its home is not reached.</exception>
    public async Task<byte[]?> FindLinkAsync(Guid handle, CancellationToken cancellation)
    {
        if (relay.PeerOf(handle) is not { } peer)
        {
            return null;
        }

        var request = new UsernameLinkRequest { Handle = Relay.Id(handle) };
        var answer = await relay.AskAsync<UsernameLinkResponse>(peer, "username-link", request, cancellation).ConfigureAwait(false);
        return answer.Encrypted.Length switch
        {
            0 => null,
            <= ServerLimits.EncryptedUsername => answer.Encrypted.ToByteArray(),
            _ => throw Relay.Unreached(),
        };
    }

    // An account of another server's is none.
    private async Task<Guid?> FindAsync(Peer peer, byte[] hash, CancellationToken cancellation)
    {
        var request = new UsernameRequest { Hash = UnsafeByteOperations.UnsafeWrap(hash) };
        var answer = await relay.AskAsync<UsernameResponse>(peer, "username", request, cancellation).ConfigureAwait(false);
        return answer.Aci.Length == 16 && new Guid(answer.Aci.Span, bigEndian: true) is var aci && ServerTag.Of(aci) == peer.Tag
            ? aci
            : null;
    }
}
