using Fluister.Server.Accounts;
using Fluister.Server.Limits;
using Fluister.Server.Operations;
using Fluister.Server.Profiles;
using Fluister.Server.Requests;
using Fluister.Server.Usernames;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.Server.Federation;

/// <summary>What peers ask: POST /federation/v1/NAME, protobuf both ways. A peer may speak for accounts that bear its own tag alone.
/// </summary>
internal sealed partial class PeerRoom(
    Relay relay,
    AccountStore accounts,
    ProfileStore profiles,
    UsernameBook usernames,
    TimeProvider time,
    RateLimits limits)
{
    private const string Protobuf = "application/x-protobuf";

    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        Ask<PingRequest, PingResponse>("ping", (_, _) => Task.FromResult(Ping())),
        Ask<DevicesRequest, DevicesResponse>("devices", DescribeAsync),
        Ask<ClaimRequest, ClaimResponse>("keys", ClaimAsync),
        Ask<ProfileRequest, ProfileResponse>("profile", DescribeProfileAsync),
        Ask<ExistsRequest, ExistsResponse>("exists", ExistsAsync),
        Ask<IdentitiesRequest, IdentitiesResponse>("identities", CheckIdentitiesAsync),
        Ask<UsernameRequest, UsernameResponse>("username", FindUsernameAsync),
        Ask<UsernameLinkRequest, UsernameLinkResponse>("username-link", FindUsernameLinkAsync),
        Ask<Transaction, TransactionResponse>("transactions", relay.Inbox.TakeAsync),
    ];

    private PingResponse Ping() => new()
    {
        Time = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds(),
        Capabilities = { Descriptor.FederationCapabilities },
        Software = Descriptor.Software,
        DescriptorSequence = (ulong)(relay.DescriptorSequence?.Invoke() ?? 0),
    };

    private Route Ask<TRequest, TAnswer>(string name, Func<Peer, TRequest, Task<TAnswer>> answer)
        where TRequest : IMessage<TRequest>, new()
        where TAnswer : IMessage<TAnswer> =>
        new("POST", $"/federation/v1/{name}", Access.Peer, async (request, _) =>
        {
            PeerGate.CheckBody(request.Header, request.Body.Span);
            var asked = Parse<TRequest>(request.Body.Span);
            var answered = await answer(request.Peer!, asked).ConfigureAwait(false);
            return new Response(200) { Body = answered.ToByteArray(), ContentType = Protobuf };
        })
        {
            BodyLimit = ServerLimits.PeerBody,
            Admit = request => request.Peer = relay.Gate.Admit(request.Verb, request.Path, request.Header, request.Origin),
        };

    private static T Parse<T>(ReadOnlySpan<byte> bytes)
        where T : IMessage<T>, new()
    {
        try
        {
            return new MessageParser<T>(() => new T()).ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            throw new RefusedException(400);
        }
    }
}
