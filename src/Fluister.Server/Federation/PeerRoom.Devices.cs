using Fluister.Server.Accounts;
using Fluister.Server.Limits;
using Fluister.Server.Messages;
using Fluister.Server.Requests;
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

    private async Task<ClaimResponse> ClaimAsync(Peer peer, ClaimRequest request)
    {
        var (aci, claim) = (Id(request.Aci), AccountStore.Bytes(Id(request.Claim)));
        if (request.Device > Device.Most)
        {
            throw new RefusedException(400);
        }

        if (relay.Claims.Find(peer.Tag, claim) is { } answered)
        {
            return answered;
        }

        Take(ServerLimits.PeerClaims, peer, peer.Tag.Value);
        var account = Find(request.Aci);
        switch (request.Asker?.AskerCase)
        {
            case Asker.AskerOneofCase.Aci:
                // A device that has drawn a new registration id is a new one, whose keys are asked for once more.
                var registrationId = account?.Find((int)request.Device)?.RegistrationId ?? 0;
                var which = ((int)request.Device << 14) | registrationId;
                Take(ServerLimits.PeerClaimsOfAsker, peer, LimitKey.Of(OwnId(peer, request.Asker.Aci), aci, which));
                Take(ServerLimits.PeerClaimsOfAll, peer, LimitKey.Of(peer.Tag.Value, aci));
                break;
            case Asker.AskerOneofCase.AccessKey:
                Take(ServerLimits.PeerClaimsOfAccount, peer, LimitKey.Of(peer.Tag.Value, aci));
                if (!UnidentifiedAccess.Opens(account, request.Asker.AccessKey.Span))
                {
                    return new ClaimResponse { Found = Found.NotAuthorized };
                }

                break;
            default:
                throw new RefusedException(400);
        }

        return account is null
            ? new ClaimResponse { Found = Found.Nobody }
            : await relay.Claims.TakeAsync(peer.Tag, claim, aci, (int)request.Device).ConfigureAwait(false);
    }
}
