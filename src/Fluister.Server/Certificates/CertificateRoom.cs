using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.SealedSender;
using Fluister.Server.Identity;
using Fluister.Server.Requests;
using Fluister.Wire.Json;

namespace Fluister.Server.Certificates;

/// <summary>Sender certificates: this server's word for who a device is, with its own certificate embedded.</summary>
internal sealed class CertificateRoom(ServerIdentity identity, TimeProvider time, RandomSource random)
{
    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        new("GET", "/v1/certificate/delivery", Access.Device, (request, _) => ValueTask.FromResult(Delivery(request))),

        // Without groups there are none; a refusal would make clients ask again and again.
        new("GET", "/v1/certificate/auth/group", Access.Device, (request, _) => ValueTask.FromResult(Response.Json(
            new GroupCredentialsJson([], [], request.Device.Account.Pni), WireJson.Default.GroupCredentialsJson))),
    ];

    /// <summary>A certificate for a device, with its account's number or without.</summary>
    public byte[] Issue(Caller caller, bool withNumber) => SenderCertificate.Create(
        new ProtocolAddress(ServiceId.Aci(caller.Account.Aci), caller.Device.Id),
        withNumber ? caller.Account.Number : null,
        caller.Account.AciIdentity,
        time.GetUtcNow() + ServerLimits.SenderCertificate,
        identity.Certificate,
        identity.Signer.Private,
        random).Serialized.ToArray();

    private Response Delivery(Request request)
    {
        var certificate = Issue(request.Device, request.Query.GetValueOrDefault("includeE164") == "true");
        return Response.Json(new CertificateJson(certificate), WireJson.Default.CertificateJson);
    }
}
