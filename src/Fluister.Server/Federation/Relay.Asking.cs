using Fluister.Server.Requests;
using Google.Protobuf;

namespace Fluister.Server.Federation;

/// <content>Asking a peer for something that a client waits for.</content>
internal sealed partial class Relay
{
    /// <summary>Asks a peer once.</summary>
    /// <exception cref="RefusedException">503: it is not reached, or nothing crosses now.</exception>
    public async Task<T> AskAsync<T>(Peer peer, string name, IMessage request, CancellationToken cancellation)
        where T : IMessage<T>, new()
    {
        if (!peer.IsOpen)
        {
            throw Unreached();
        }

        try
        {
            return await Client.AskAsync<T>(peer, name, request, ServerLimits.PeerPatience, cancellation).ConfigureAwait(false);
        }
        catch (PeerException failed)
        {
            throw Unreached(failed.RetryAfter);
        }
    }

    /// <summary>What a client is told where a peer does not answer, or answers with what cannot be: 503, and it tries again.</summary>
    public static RefusedException Unreached(TimeSpan? retryAfter = null)
    {
        var wait = retryAfter ?? ServerLimits.PeerRetry;
        return new RefusedException(
            Response.Unavailable(wait < ServerLimits.LongestPeerRetry ? wait : ServerLimits.LongestPeerRetry));
    }
}
