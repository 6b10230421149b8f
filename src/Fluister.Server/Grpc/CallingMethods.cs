using Fluister.Server.Calling;
using Fluister.Server.Requests;
using Fluister.Wire.Protos.Chat;

namespace Fluister.Server.Grpc;

/// <summary>Relays for calls by gRPC.</summary>
internal sealed class CallingMethods(CallingRoom room)
{
    /// <summary>What can be called.</summary>
    public IEnumerable<GrpcMethod> Methods =>
    [
        GrpcMethod.Of<GetCallingRelaysRequest, GetCallingRelaysResponse>(
            CallingReflection.Descriptor, "Calling/GetCallingRelays", Access.Device, List),
    ];

    private GetCallingRelaysResponse List(GrpcCall call, GetCallingRelaysRequest request) => new()
    {
        Relays =
        {
            room.Relays(call.Device.Account.Aci).Select(relay => new GetCallingRelaysResponse.Types.Relay
            {
                Username = relay.Username,
                Password = relay.Password,
                CredentialTtlSeconds = (ulong)relay.Ttl,
                HostnameUrls = new() { Urls = { relay.Urls } },
            }),
        },
    };
}
