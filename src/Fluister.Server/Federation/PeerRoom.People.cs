using Fluister.Protocol.Addresses;
using Fluister.Protocol.Usernames;
using Fluister.Server.Accounts;
using Fluister.Server.Limits;
using Fluister.Server.Messages;
using Fluister.Server.Profiles;
using Fluister.Server.Requests;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.Server.Federation;

/// <content>Profiles, accounts and usernames.</content>
internal sealed partial class PeerRoom
{
    private const int IdBytes = 16;

    private static Guid Id(ByteString id) =>
        id.Length == IdBytes ? new Guid(id.Span, bigEndian: true) : throw new RefusedException(400);

    // An account of the asker's; nobody speaks for those of others.
    private static Guid OwnId(Peer peer, ByteString id) =>
        Id(id) is var own && ServerTag.Of(own) == peer.Tag ? own : throw new RefusedException(403);

    // What the operator limits has a tenth; of what there are less than ten, one at a time.
    private void Take(Limit limit, Peer peer, LimitKey key) =>
        limits.Take(limit, key, peer.State == PeerState.Limit ? Math.Min(ServerLimits.LimitedPeer, limit.Burst) : 1);

    // One that is disabled is as good as none, whoever asks.
    private Account? Find(ByteString aci) => accounts.Find(ServiceId.Aci(Id(aci))) is { IsDisabled: false } account ? account : null;

    private Task<ProfileResponse> DescribeProfileAsync(Peer peer, ProfileRequest request)
    {
        var account = Find(request.Aci);
        switch (request.Asker?.AskerCase)
        {
            case Asker.AskerOneofCase.Aci:
                Take(ServerLimits.Profile, peer, OwnId(peer, request.Asker.Aci));
                Take(ServerLimits.PeerProfileOfAll, peer, LimitKey.Of(peer.Tag.Value, Id(request.Aci)));
                break;
            case Asker.AskerOneofCase.AccessKey:
                Take(ServerLimits.PeerProfile, peer, peer.Tag.Value);
                if (!UnidentifiedAccess.Opens(account, request.Asker.AccessKey.Span))
                {
                    return Task.FromResult(new ProfileResponse { Found = Found.NotAuthorized });
                }

                break;
            default:
                throw new RefusedException(400);
        }

        var version = request.Version;
        return Task.FromResult(account is null
            ? new ProfileResponse { Found = Found.Nobody }
            : ProfileAnswer.Write(account, Profile.IsVersion(version) ? profiles.Find(account.Aci, version.ToLowerInvariant()) : null));
    }

    private Task<ExistsResponse> ExistsAsync(Peer peer, ExistsRequest request)
    {
        Take(ServerLimits.PeerExistence, peer, peer.Tag.Value);
        return Task.FromResult(new ExistsResponse { Exists = Find(request.Aci) is not null });
    }

    private Task<IdentitiesResponse> CheckIdentitiesAsync(Peer peer, IdentitiesRequest request)
    {
        Take(ServerLimits.PeerIdentities, peer, peer.Tag.Value);
        if (request.Checks.Count > ServerLimits.IdentityChecks
            || request.Checks.Any(check => check.Fingerprint.Length != IdentityFingerprint.Bytes))
        {
            throw new RefusedException(400);
        }

        var answer = new IdentitiesResponse();
        foreach (var check in request.Checks)
        {
            var key = Find(check.Aci)?.AciIdentity.Serialized.ToArray();
            if (!IdentityFingerprint.Fits(key, check.Fingerprint.Span) && key is not null)
            {
                answer.Identities.Add(new IdentitiesResponse.Types.Identity
                {
                    Aci = check.Aci,
                    IdentityKey = UnsafeByteOperations.UnsafeWrap(key),
                });
            }
        }

        return Task.FromResult(answer);
    }

    private Task<UsernameResponse> FindUsernameAsync(Peer peer, UsernameRequest request)
    {
        Take(ServerLimits.PeerUsernames, peer, peer.Tag.Value);
        var aci = request.Hash.Length == Username.HashBytes ? usernames.Find(request.Hash.ToByteArray()) : throw new RefusedException(400);
        return Task.FromResult(new UsernameResponse { Aci = aci is { } found ? Relay.Id(found) : ByteString.Empty });
    }

    private Task<UsernameLinkResponse> FindUsernameLinkAsync(Peer peer, UsernameLinkRequest request)
    {
        Take(ServerLimits.PeerUsernameLinks, peer, peer.Tag.Value);
        var encrypted = usernames.FindLink(Id(request.Handle)) ?? [];
        return Task.FromResult(new UsernameLinkResponse { Encrypted = UnsafeByteOperations.UnsafeWrap(encrypted) });
    }
}
