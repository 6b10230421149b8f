using Fluister.Server;
using Fluister.Server.Requests;

namespace Fluister.ServerTests.Registration;

/// <summary>The steps of verification, by an invite's token and code.</summary>
public sealed class VerificationTests
{
    [Fact]
    public async Task The_first_answer_asks_for_a_captcha_and_the_last_says_verified()
    {
        await using var server = new TestServer();
        var (path, invite) = (await BeginAsync(server), await Registrant.InviteAsync(server));
        var begun = (await server.AskAsync("GET", path)).Read();
        Assert.Equal("[\"captcha\"]", begun["requestedInformation"]!.ToJsonString());
        Assert.False((bool)begun["allowedToRequestCode"]!);
        Assert.Equal(409, (await AskForCodeAsync(server, path)).Status);
        Assert.Equal(409, (await SubmitAsync(server, path, invite.Code)).Status);
        Assert.Equal(200, (await GiveAsync(server, path, invite.Text)).Status);
        Assert.Equal(409, (await SubmitAsync(server, path, invite.Code)).Status);
        Assert.Equal(200, (await AskForCodeAsync(server, path)).Status);
        var verified = await SubmitAsync(server, path, invite.Code.Insert(3, "-"));
        Assert.True((bool)verified.Read()["verified"]!);
        Assert.Equal(409, (await SubmitAsync(server, path, invite.Code)).Status);
        Assert.True((bool)(await SubmitAsync(server, path, invite.Code)).Read()["verified"]!);
    }

    [Fact]
    public async Task A_verified_session_does_not_take_another_invite()
    {
        await using var server = new TestServer();
        var (path, invite) = (await BeginAsync(server), await Registrant.InviteAsync(server));
        await GiveAsync(server, path, invite.Text);
        await AskForCodeAsync(server, path);
        await SubmitAsync(server, path, invite.Code);
        Assert.Equal(409, (await GiveAsync(server, path, (await Registrant.InviteAsync(server)).Text)).Status);
    }

    [Fact]
    public async Task Wrong_codes_are_counted_for_each_session_and_for_each_invite()
    {
        await using var server = new TestServer();
        var invite = await Registrant.InviteAsync(server);
        var wrong = invite.Code == "000000" ? "000001" : "000000";
        var statuses = new List<int>();
        for (var session = 0; session < 3; session++)
        {
            var path = await BeginAsync(server);
            await GiveAsync(server, path, invite.Text);
            await AskForCodeAsync(server, path);
            for (var attempt = 0; attempt < 6; attempt++)
            {
                var said = await SubmitAsync(server, path, wrong);
                statuses.Add(said.Status);
                Assert.False((bool)said.Read()["verified"]!);
                Assert.Equal(said.Status == 429, said.Headers.Any(header => header.Key == "Retry-After"));
            }
        }

        Assert.Equal([200, 200, 200, 200, 200, 429, 200, 200, 200, 200, 200, 429, 429, 429, 429, 429, 429, 429], statuses);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("not base64 at all !!")]
    public async Task What_is_no_invite_is_refused_with_the_session(string token)
    {
        await using var server = new TestServer();
        var path = await BeginAsync(server);
        var said = await GiveAsync(server, path, token);
        Assert.Equal(403, said.Status);
        Assert.Equal("[\"captcha\"]", said.Read()["requestedInformation"]!.ToJsonString());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"number\":null}")]
    [InlineData("{\"number\":\"\"}")]
    [InlineData("{\"number\":\"31612345678\"}")]
    [InlineData("{\"number\":\"+0612345678\"}")]
    [InlineData("{\"number\":\"+316123456789012345\"}")]
    [InlineData("{\"number\":\"+3161234567x\"}")]
    [InlineData("null")]
    [InlineData("")]
    public async Task What_is_no_number_begins_nothing(string body)
    {
        await using var server = new TestServer();
        Assert.Equal(422, (await server.AskAsync("POST", "/v1/verification/session", body: Json.Text(body))).Status);
    }

    [Fact]
    public async Task A_session_ends_after_its_time()
    {
        await using var server = new TestServer();
        var path = await BeginAsync(server);
        server.Clock.Advance(ServerLimits.VerificationSessionAge);
        Assert.Equal(200, (await server.AskAsync("GET", path)).Status);
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(404, (await server.AskAsync("GET", path)).Status);
        Assert.Equal(404, (await server.AskAsync("GET", "/v1/verification/session/nothing")).Status);
    }

    [Fact]
    public async Task Who_begins_many_sessions_pushes_out_their_own()
    {
        await using var server = new TestServer();
        var other = await BeginAsync(server, origin: 2);
        var first = await BeginAsync(server, origin: 1);
        for (var i = 0; i < ServerLimits.VerificationSessionsOfOrigin; i++)
        {
            await BeginAsync(server, origin: 1);
        }

        Assert.Equal(404, (await server.AskAsync("GET", first)).Status);
        Assert.Equal(200, (await server.AskAsync("GET", other)).Status);
    }

    private static async Task<string> BeginAsync(TestServer server, ulong origin = 0)
    {
        var request = new Request
        {
            Verb = "POST",
            Path = "/v1/verification/session",
            Body = Json.Body(new { number = "+31612345678" }),
            Origin = origin,
        };
        var said = await server.Home.Router.AnswerAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(200, said.Status);
        return $"/v1/verification/session/{(string)said.Read()["id"]!}";
    }

    private static ValueTask<Response> GiveAsync(TestServer server, string path, string token) =>
        server.AskAsync("PATCH", path, body: Json.Body(new { captcha = "noop.noop.registration." + token }));

    private static ValueTask<Response> AskForCodeAsync(TestServer server, string path) =>
        server.AskAsync("POST", path + "/code", body: Json.Body(new { transport = "sms", client = "test" }));

    private static ValueTask<Response> SubmitAsync(TestServer server, string path, string code) =>
        server.AskAsync("PUT", path + "/code", body: Json.Body(new { code }));
}
