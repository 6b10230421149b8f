using System.Net;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Federation;

/// <summary>Fetches what another server says of itself. Whoever answers will do: the signature says whose it is.</summary>
internal static class DescriptorFetch
{
    /// <summary>Fetches it, signed and unchecked.</summary>
    /// <param name="handler">How the server is reached; it is not disposed of.</param>
    /// <param name="server">https://HOST:PORT</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="PeerException">There is none.</exception>
    public static async Task<byte[]> FetchAsync(HttpMessageHandler handler, Uri server, TimeProvider time, CancellationToken cancellation)
    {
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var message = new HttpRequestMessage(HttpMethod.Get, new Uri(server, SignedDescriptor.Path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        using var late = new CancellationTokenSource(ServerLimits.PeerPatience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            using var answer = await invoker.SendAsync(message, limit.Token).ConfigureAwait(false);
            return answer.StatusCode == HttpStatusCode.OK
                ? await PeerAnswer.ReadAsync(answer.Content, ServerLimits.DescriptorBytes, limit.Token).ConfigureAwait(false)
                : throw await PeerRefusal.ReadAsync(server.Authority, answer, limit.Token).ConfigureAwait(false);
        }
        catch (Exception failed) when (!cancellation.IsCancellationRequested && PeerRefusal.IsOfPeer(failed))
        {
            throw PeerRefusal.Explain(server.Authority, failed);
        }
    }
}
