using Fluister.Server.Elsewhere;
using Fluister.Server.Requests;
using Fluister.Server.Storage;
using Fluister.Wire.Json;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf.Reflection;

namespace Fluister.Server.Grpc;

/// <summary>By gRPC, what clients ask for services that with Signal are other machines: credentials, whether old ones are good, and a
/// survey.</summary>
internal sealed class ElsewhereMethods(ElsewhereRoom elsewhere, StorageRoom storage)
{
    private static FileDescriptor Contract => CredentialsReflection.Descriptor;

    /// <summary>What can be called.</summary>
    public IEnumerable<GrpcMethod> Methods =>
    [
        GrpcMethod.Of<GetExternalServiceCredentialsRequest, GetExternalServiceCredentialsResponse>(
            Contract, "Credentials/GetExternalServiceCredentials", Access.Device, Authorize),
        GrpcMethod.Of<CheckSvrCredentialsRequest, CheckSvrCredentialsResponse>(
            Contract, "CredentialsAnonymous/CheckSvrCredentials", Access.Anonymous, Check),
        GrpcMethod.Of<SubmitCallQualitySurveyRequest, SubmitCallQualitySurveyResponse>(
            CallQualityReflection.Descriptor, "CallQuality/SubmitCallQualitySurvey", Access.Anonymous, Take),
    ];

    private static SubmitCallQualitySurveyResponse Take(GrpcCall call, SubmitCallQualitySurveyRequest request) => new();

    private GetExternalServiceCredentialsResponse Authorize(GrpcCall call, GetExternalServiceCredentialsRequest request)
    {
        var aci = call.Device.Account.Aci;
        CredentialJson credential = request.ExternalService switch
        {
            ExternalServiceType.Storage => storage.Authorize(aci),
            ExternalServiceType.Directory or ExternalServiceType.Svr => elsewhere.Authorize(aci),
            ExternalServiceType.Payments => throw new RefusedException(501),
            _ => throw new RefusedException(422),
        };
        return new() { Username = credential.Username, Password = credential.Password };
    }

    private CheckSvrCredentialsResponse Check(GrpcCall call, CheckSvrCredentialsRequest request)
    {
        var answer = new CheckSvrCredentialsResponse();
        foreach (var password in elsewhere.Check(call.Origin, request.Passwords))
        {
            answer.Matches[password] = AuthCheckResult.NoMatch;
        }

        return answer;
    }
}
