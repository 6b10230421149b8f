using Fluister.Wire.Protos.Federation;

namespace Fluister.Server.Federation;

/// <content>Device lists and pre-keys.</content>
internal sealed partial class PeerRoom
{
    private async Task<DevicesResponse> DescribeAsync(Peer peer, DevicesRequest request)
    {
        Take(ServerLimits.PeerDevices, peer, peer.Tag.Value);
        return new DevicesResponse { List = await relay.Followers.DescribeAsync(peer.Tag, Id(request.Aci)).ConfigureAwait(false) };
    }

    private Task<ClaimResponse> ClaimAsync(Peer peer, ClaimRequest request)
    {
        _ = (keys, peer, request);
        throw new NotSupportedException();
    }
}
