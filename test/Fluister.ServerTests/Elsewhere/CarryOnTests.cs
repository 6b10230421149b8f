using System.Text;
using Fluister.Server.Requests;

namespace Fluister.ServerTests.Elsewhere;

/// <summary>Whatever official clients ask for is answered so that they go on: with what they expect, or with 404, which they take for
/// "not now". Never with 401 or 403, which unlink a device, nor with a failure of the server, which is asked again and again.</summary>
public sealed class CarryOnTests
{
    private static readonly string[] Devices =
    [
        // Of Signal's numbers, values, calls and money, which are not here.
        "GET /v1/archives", "GET /v1/archives/auth?redemptionStartSeconds=1795305600&redemptionEndSeconds=1795824000",
        "PUT /v1/archives/backupid", "GET /v1/archives/backupid/limits", "POST /v1/archives/redeem-receipt",
        "POST /v1/call-link/create-auth", "GET /v1/payments/auth", "GET /v1/payments/conversions",
        "POST /v1/donation/permit", "POST /v1/donation/redeem-receipt", "GET /v1/sticker/pack/form/1",
        "GET /v1/devicecheck/attest", "GET /v1/devicecheck/assert", "PUT /v2/accounts/number", "PUT /v1/devices/unauthenticated_delivery",
        "GET /v1/attestation/x", "GET /v1/discovery/x", "PUT /v2/keys/signed", "GET /v1/config",
    ];

    private static readonly string[] Nobody =
    [
        "GET /v1/archives/auth/read", "GET /v1/archives/auth/svrb", "PUT /v1/archives/keys", "GET /v1/archives/upload/form",
        "GET /v1/archives/media", "PUT /v1/archives/media/batch", "POST /v1/archives/media/delete", "GET /v1/archives/media/upload/form",
        "GET /v1/key-transparency/distinguished", "POST /v1/key-transparency/search", "POST /v1/key-transparency/monitor",
        "GET /v1/subscription/configuration", "GET /v1/subscription/bank_mandate/SEPA_DEBIT", "PUT /v1/subscription/AAAA",
        "GET /v1/subscription/AAAA", "POST /v1/subscription/boost/create", "POST /v1/subscription/boost/receipt_credentials",
        "GET /storageService/v2/groups", "PUT /storageService/v2/groups", "PATCH /v2/groups", "GET /v2/groups/logs/0",
        "GET /v2/groups/joined_at_version", "GET /v2/groups/join/AAAA", "GET /v2/groups/token", "GET /v2/groups/avatar/form",
        "GET /dynamic/desktop/stories/onboarding/manifest.json", "HEAD /dynamic/release-notes/release-notes-v2.json",
        "GET /updates2/dynamic/release-notes/release-notes-v2.json", "GET /stickers/AAAA/manifest.proto", "GET /v2/conference/participants",
    ];

    [Fact]
    public async Task What_is_not_here_is_404_whoever_asks()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        foreach (var line in Devices.Concat(Nobody))
        {
            foreach (var caller in new[] { account.Caller, null })
            {
                var response = await AskAsync(server, line, caller, """{"x":1}""");
                Assert.True((response.Status, response.Body.Length) == (404, 0), $"{line}: {response.Status}");
            }
        }
    }

    [Theory]
    [InlineData("GET /v2/calling/relays", """{"relays":[]}""")]
    [InlineData("PUT /v1/accounts/gcm", null)]
    [InlineData("PUT /v1/accounts/apn", null)]
    [InlineData("GET /v1/keepalive", null)]
    [InlineData("GET /v2/config", """{"config":{}}""")]
    public async Task What_clients_ask_for_at_their_start_is_answered(string line, string? expected)
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        var response = await AskAsync(server, line, account.Caller, "{}");
        Assert.InRange(response.Status, 200, 204);
        Assert.Equal(expected ?? "", Encoding.UTF8.GetString(response.Body.Span));
    }

    [Fact]
    public async Task There_are_no_credentials_for_groups_and_clients_are_told_so()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        const string Path = "GET /v1/certificate/auth/group"
            + "?redemptionStartSeconds=1795305600&redemptionEndSeconds=1795910400&zkcCredential=true";
        var response = await AskAsync(server, Path, account.Caller, "");
        Assert.Equal(
            $$"""{"credentials":[],"callLinkAuthCredentials":[],"pni":"{{account.Account.Pni}}"}""",
            Encoding.UTF8.GetString(response.Body.Span));
    }

    [Theory]
    [InlineData("/v2/directory/auth")]
    [InlineData("/v2/svr/auth")]
    [InlineData("/v2/backup/auth")]
    public async Task Credentials_for_services_that_are_not_here_are_given_and_open_nothing_here(string path)
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        var given = (await AskAsync(server, "GET " + path, account.Caller, "")).Read();
        var (name, password) = ((string)given["username"]!, (string)given["password"]!);
        Assert.Equal(32, name.Length);
        Assert.StartsWith(name + ":", password, StringComparison.Ordinal);
        var opened = await server.AskAsync(
            "GET", "/v1/storage/manifest", headers: ("Authorization", Registrant.Basic(name, password)));
        Assert.Equal(401, opened.Status);
    }

    [Theory]
    [InlineData("/v2/svr/auth/check", "tokens")]
    [InlineData("/v2/backup/auth/check", "passwords")]
    public async Task No_credential_from_before_fits_and_the_one_who_registers_goes_on(string path, string member)
    {
        await using var server = new TestServer();
        var response = await AskAsync(server, "POST " + path, null, $$"""{"number":"+31612345678","{{member}}":["a:b","c:d","a:b"]}""");
        Assert.Equal("""{"matches":{"a:b":"no-match","c:d":"no-match"}}""", Encoding.UTF8.GetString(response.Body.Span));
        foreach (var wrong in new[] { "{}", """{"number":"x"}""", """{"number":"x","tokens":[]}""", """{"number":"x","tokens":[null]}""" })
        {
            Assert.Equal(422, (await AskAsync(server, "POST " + path, null, wrong)).Status);
        }

        var many = string.Join(',', Enumerable.Range(0, 11).Select(i => $"\"{i}\""));
        Assert.Equal(422, (await AskAsync(server, "POST " + path, null, $$"""{"number":"x","tokens":[{{many}}]}""")).Status);
    }

    [Fact]
    public async Task A_survey_is_taken()
    {
        await using var server = new TestServer();
        Assert.Equal(204, (await AskAsync(server, "PUT /v1/call_quality_survey", null, "\n\u0001x")).Status);
    }

    private static ValueTask<Response> AskAsync(TestServer server, string line, Caller? caller, string body) =>
        server.AskAsync(line.Split(' ')[0], line.Split(' ')[1], caller, Json.Text(body));
}
