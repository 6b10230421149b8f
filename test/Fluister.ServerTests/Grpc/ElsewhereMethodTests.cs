using Fluister.Server;
using Fluister.Server.Grpc;
using Fluister.Wire.Protos.Chat;

namespace Fluister.ServerTests.Grpc;

/// <summary>What clients ask by gRPC for services that with Signal are other machines.</summary>
public sealed class ElsewhereMethodTests : IAsyncLifetime
{
    private const string Chat = "/org.signal.chat.";

    // Services of today's contract (facts: Signal-Server's service/src/main/proto) that are not here, as the official client calls them.
    private static readonly string[] Absent =
    [
        "profile.Profile/GetProfile", "profile.Profile/SetProfile", "profile.ProfileAnonymous/GetProfile",
        "payments.Payments/GetCurrencyConversions",
        "attachments.Attachments/GetStickerUploadForm", "backup.Backups/RedeemReceipt", "backup.BackupsAnonymous/GetCdnCredentials",
        "account.Accounts/GenerateTotpKey", "account.Accounts/ListTotpKeys", "account.Accounts/GetEntitlements",
        "keys.KeysAnonymous/CheckIdentityKeys", "credentials.Credentials/GetGroupCredentials",
    ];

    private readonly TestServer _server = new();
    private GrpcClient _client = null!;

    public async ValueTask InitializeAsync() => _client = new GrpcClient(await _server.ListenAsync());

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_credential_for_storage_opens_storage_and_the_others_nothing()
    {
        var account = await _server.AddAccountAsync();
        foreach (var service in new[] { ExternalServiceType.Storage, ExternalServiceType.Svr, ExternalServiceType.Directory })
        {
            var given = (await AuthorizeAsync(account, service)).Message<GetExternalServiceCredentialsResponse>();
            var opened = await _server.AskAsync(
                "GET", "/v1/storage/manifest", headers: ("Authorization", Registrant.Basic(given.Username, given.Password)));

            // 404: opened, and nothing is in it yet.
            Assert.Equal(service == ExternalServiceType.Storage ? 404 : 401, opened.Status);
        }

        Assert.Equal(GrpcCode.Unimplemented, (await AuthorizeAsync(account, ExternalServiceType.Payments)).Code);
        Assert.Equal(GrpcCode.InvalidArgument, (await AuthorizeAsync(account, ExternalServiceType.Unspecified)).Code);
        Assert.Equal(GrpcCode.InvalidArgument, (await AuthorizeAsync(account, (ExternalServiceType)9)).Code);
    }

    [Fact]
    public async Task No_credential_from_before_fits()
    {
        var reply = await CheckAsync("a:b", "c:d", "a:b");
        var matches = reply.Message<CheckSvrCredentialsResponse>().Matches.OrderBy(match => match.Key, StringComparer.Ordinal);
        Assert.Equal([new("a:b", AuthCheckResult.NoMatch), new("c:d", AuthCheckResult.NoMatch)], matches);
        Assert.Equal(GrpcCode.InvalidArgument, (await CheckAsync()).Code);
        var many = Enumerable.Range(0, ServerLimits.CheckedCredentials + 1).Select(i => $"{i}:x");
        Assert.Equal(GrpcCode.InvalidArgument, (await CheckAsync([.. many])).Code);
    }

    [Fact]
    public async Task A_survey_is_taken_whatever_it_says()
    {
        // user_satisfied, and call_type: fields that nobody here reads.
        byte[] survey = [0x08, 0x01, 0x3a, 0x01, 0x78];
        var reply = await _client.CallAsync(
            Chat + "calling.quality.CallQuality/SubmitCallQualitySurvey", new ByteArrayContent(GrpcClient.Frame(survey)));
        Assert.Equal((GrpcCode.Ok, 5), (reply.Code, reply.Body.Length));
    }

    // Without a reason of Signal's domain, by which a client would take it for a refusal that it knows; and not UNAVAILABLE or
    // UNAUTHENTICATED, by which it would give up the connection or the account.
    [Fact]
    public async Task What_is_not_here_fails_as_that_one_call_and_the_connection_goes_on()
    {
        var account = await _server.AddAccountAsync();
        foreach (var method in Absent)
        {
            foreach (var authorization in new[] { null, account.Authorization() })
            {
                var reply = await _client.CallAsync(Chat + method, new ByteArrayContent(GrpcClient.Frame([1])), authorization);
                Assert.Equal((method, GrpcCode.Unimplemented, null, 0), (method, reply.Code, reply.Reason, reply.Body.Length));
            }
        }

        Assert.Equal(GrpcCode.Ok, (await AuthorizeAsync(account, ExternalServiceType.Storage)).Code);
    }

    private Task<GrpcReply> AuthorizeAsync(TestAccount account, ExternalServiceType service) => _client.CallAsync(
        Chat + "credentials.Credentials/GetExternalServiceCredentials",
        new GetExternalServiceCredentialsRequest { ExternalService = service },
        account.Authorization());

    private Task<GrpcReply> CheckAsync(params string[] passwords) => _client.CallAsync(
        Chat + "credentials.CredentialsAnonymous/CheckSvrCredentials",
        new CheckSvrCredentialsRequest { Number = "+31612345678", Passwords = { passwords } });
}
