using Fluister.Wire.Protos.Federation;

namespace Fluister.Server.Federation;

/// <content>Device lists and pre-keys.</content>
internal sealed partial class PeerRoom
{
    private async Task<DevicesResponse> DescribeAsync(Peer peer, DevicesRequest request)
    {
        _ = (accounts, keys, await relay.Followers.DescribeAsync(peer.Tag, new Guid(request.Aci.Span, bigEndian: true)).ConfigureAwait(false));
        throw new NotSupportedException();
    }

    private Task<ClaimResponse> ClaimAsync(Peer peer, ClaimRequest request)
    {
        _ = (accounts, keys, peer, request);
        throw new NotSupportedException();
    }
}
