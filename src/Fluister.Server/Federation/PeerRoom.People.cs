using Fluister.Wire.Protos.Federation;

namespace Fluister.Server.Federation;

/// <content>Profiles, accounts and usernames.</content>
internal sealed partial class PeerRoom
{
    private Task<ProfileResponse> DescribeProfileAsync(Peer peer, ProfileRequest request)
    {
        _ = (profiles, accounts, peer, request);
        throw new NotSupportedException();
    }

    private Task<ExistsResponse> ExistsAsync(Peer peer, ExistsRequest request)
    {
        _ = (accounts, peer, request);
        throw new NotSupportedException();
    }

    private Task<IdentitiesResponse> CheckIdentitiesAsync(Peer peer, IdentitiesRequest request)
    {
        _ = (accounts, peer, request);
        throw new NotSupportedException();
    }

    private Task<UsernameResponse> FindUsernameAsync(Peer peer, UsernameRequest request)
    {
        _ = (usernames, peer, request);
        throw new NotSupportedException();
    }

    private Task<UsernameLinkResponse> FindUsernameLinkAsync(Peer peer, UsernameLinkRequest request)
    {
        _ = (usernames, peer, request);
        throw new NotSupportedException();
    }
}
