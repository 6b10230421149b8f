using Fluister.Server.Avatars;
using Fluister.Server.Federation;
using Fluister.Server.Requests;
using Microsoft.AspNetCore.Http;

namespace Fluister.Server.Hosting;

/// <summary>Attachments and avatars for peers: GET /federation/v1/blobs/KEY, signed, with ranges. Those of this server alone: what a peer
/// asks for is never fetched from another.</summary>
internal sealed class BlobEndpoint(HomeServer server)
{
    private const string Prefix = "/federation/v1/blobs/";

    private readonly Places _places = new(ServerLimits.BlobsToPeers, ServerLimits.BlobsToPeer);

    /// <summary>Whether a request is one for blobs.</summary>
    public static bool IsFor(HttpRequest request) => request.Path.Value?.StartsWith(Prefix, StringComparison.Ordinal) == true;

    /// <summary>Answers.</summary>
    /// <param name="context">The request.</param>
    /// <param name="path">Its path, as it came.</param>
    /// <param name="origin">From where it came.</param>
    public async Task ServeAsync(HttpContext context, string path, ulong origin)
    {
        try
        {
            await AnswerAsync(context, path, origin).ConfigureAwait(false);
        }
        catch (RefusedException refused)
        {
            await ResponseWriter.WriteAsync(context, refused.Response).ConfigureAwait(false);
        }
        catch (IOException) when (!context.Response.HasStarted)
        {
            await ResponseWriter.WriteAsync(context, Response.Unavailable(ServerLimits.DiskRetry)).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(HttpContext context, string path, ulong origin)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            throw new RefusedException(405);
        }

        var peer = server.Relay.Gate.Admit(context.Request.Method, path, Header, origin);
        PeerGate.CheckBody(Header, default);
        server.Limits.Take(
            ServerLimits.PeerBlobs, peer.Tag.Value, peer.State == PeerState.Limit ? ServerLimits.LimitedPeer : 1);
        if (!_places.TryEnter(peer.Tag.Value))
        {
            throw new RefusedException(Response.TooMany(ServerLimits.BusyRetry));
        }

        try
        {
            var key = path[Prefix.Length..];
            var file = key.StartsWith(AvatarKey.Prefix, StringComparison.Ordinal)
                ? server.Avatars?.Find(key)
                : server.Attachments?.Find(key);
            using var late = PlaceTime.Limit(context, file?.Length ?? 0, ServerLimits.BlobRate, server.Time);
            await BytesAnswer.SendAsync(context, file ?? throw new RefusedException(404)).ConfigureAwait(false);
        }
        finally
        {
            _places.Leave(peer.Tag.Value);
        }

        string? Header(string name) => context.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;
    }
}
