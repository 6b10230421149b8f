using Fluister.Server.Certificates;
using Fluister.Server.Challenges;
using Fluister.Server.Config;
using Fluister.Server.Requests;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf;

namespace Fluister.Server.Grpc;

/// <summary>Services of one method each: sender certificates, settings for clients, challenges.</summary>
internal sealed class SmallMethods(CertificateRoom certificates, ConfigRoom config, ChallengeBook challenges)
{
    /// <summary>What can be called.</summary>
    public IEnumerable<GrpcMethod> Methods =>
    [
        GrpcMethod.Of<GetDeliveryCertificateRequest, GetDeliveryCertificateResponse>(
            CredentialsReflection.Descriptor, "Credentials/GetDeliveryCertificate", Access.Device, Certify),
        GrpcMethod.Of<GetConfigurationRequest, GetConfigurationResponse>(
            RemoteConfigurationReflection.Descriptor, "RemoteConfiguration/GetConfiguration", Access.Device, Configure),
        GrpcMethod.Of<AnswerChallengeRequest, AnswerChallengeResponse>(
            ChallengeReflection.Descriptor, "Challenge/HandleChallengeResponse", Access.Device, AnswerAsync),
    ];

    private GetDeliveryCertificateResponse Certify(GrpcCall call, GetDeliveryCertificateRequest request)
    {
        var hasNumber = call.Device.Account.Number is not null;
        return new GetDeliveryCertificateResponse
        {
            CertificateWithE164 = hasNumber ? ByteString.CopyFrom(certificates.Issue(call.Device, withNumber: true)) : ByteString.Empty,
            CertificateWithoutE164 = ByteString.CopyFrom(certificates.Issue(call.Device, withNumber: false)),
        };
    }

    private GetConfigurationResponse Configure(GrpcCall call, GetConfigurationRequest request)
    {
        var tag = ByteString.CopyFromUtf8(config.Tag);
        if (request.Etag == tag)
        {
            return new GetConfigurationResponse { EtagMatched = true };
        }

        var tagged = new TaggedConfiguration { Etag = tag, Configuration = new() };
        tagged.Configuration.Configuration_.Add(new Dictionary<string, string>(config.Settings));
        return new GetConfigurationResponse { TaggedConfiguration = tagged };
    }

    private async ValueTask<AnswerChallengeResponse> AnswerAsync(GrpcCall call, AnswerChallengeRequest request)
    {
        var isRight = request switch
        {
            { Token.Length: > 0, Captcha.Captcha: { Length: > 0 } captcha } =>
                await challenges.AnswerAsync(call.Device.Account.Aci, request.Token, captcha).ConfigureAwait(false),

            // None was pushed.
            { Token.Length: > 0, Push.Challenge.Length: > 0 } => false,
            _ => throw new RefusedException(422),
        };
        return new AnswerChallengeResponse { Success = isRight };
    }
}
