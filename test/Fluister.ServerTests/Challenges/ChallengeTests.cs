using Fluister.Cryptography;
using Fluister.Server;
using Fluister.Server.Grpc;
using Fluister.Server.Invites;
using Fluister.Server.Operations;
using Fluister.Server.Requests;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf;

namespace Fluister.ServerTests.Challenges;

/// <summary>Accounts that write to many strangers: when they are challenged, what answers, and that they go on then.</summary>
public sealed class ChallengeTests : IAsyncLifetime
{
    private const int Strangers = 3;

    private readonly TestServer _server = new(options: new ServerOptions { StrangersPerDay = Strangers });
    private TestAccount _sender = null!;
    private TestAccount[] _others = [];

    public async ValueTask InitializeAsync()
    {
        _sender = await _server.AddAccountAsync();
        _others = new TestAccount[Strangers + 2];
        for (var i = 0; i < _others.Length; i++)
        {
            _others[i] = await _server.AddAccountAsync();
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Who_writes_to_too_many_strangers_is_challenged_and_an_invite_answers()
    {
        var token = await ExhaustAsync();
        var invite = await Registrant.InviteAsync(_server, uses: 2);
        Assert.Equal(200, (await AnswerAsync(token, $"signal-hcaptcha.key.challenge.{invite.Text}")).Status);
        Assert.Equal(1, _server.Home.Invites.Find(invite.Token, _server.Clock.GetUtcNow())!.UsesLeft);
        Assert.Equal(200, (await SendAsync(_sender, _others[Strangers])).Status);
        Assert.Equal(200, (await SendAsync(_sender, _others[Strangers + 1])).Status);
    }

    [Fact]
    public async Task Whoever_was_written_to_or_has_written_is_no_stranger()
    {
        Assert.Equal(200, (await SendAsync(_others[Strangers], _sender)).Status);
        await ExhaustAsync(Strangers + 1);
        Assert.Equal(200, (await SendAsync(_sender, _others[0])).Status);
        Assert.Equal(200, (await SendAsync(_sender, _others[Strangers])).Status);

        // Others are not held back by what one has done.
        Assert.Equal(200, (await SendAsync(_others[0], _others[Strangers + 1])).Status);
    }

    [Fact]
    public async Task Time_helps_as_the_challenge_says()
    {
        await ExhaustAsync();
        _server.Clock.Advance(TimeSpan.FromHours(8));
        Assert.Equal(200, (await SendAsync(_sender, _others[Strangers])).Status);
        Assert.Equal(428, (await SendAsync(_sender, _others[Strangers + 1])).Status);
    }

    [Fact]
    public async Task What_is_no_answer_changes_nothing()
    {
        var token = await ExhaustAsync();
        var invite = await Registrant.InviteAsync(_server);
        var another = Invite.Generate(1, _server.Clock.GetUtcNow(), TimeSpan.FromDays(1), RandomSource.System);
        Assert.Equal(428, (await AnswerAsync(token, another.Text)).Status);
        Assert.Equal(428, (await AnswerAsync(token, "no invite")).Status);
        Assert.Equal(428, (await AnswerAsync("another", invite.Text)).Status);
        Assert.Equal(422, (await AnswerAsync("", invite.Text)).Status);
        Assert.Equal(422, (await AnswerAsync(token, "")).Status);
        Assert.Equal(422, (await AskAsync("""{"type":"magic","token":"x"}""")).Status);
        Assert.Equal(428, (await AskAsync("""{"type":"rateLimitPushChallenge","challenge":"00"}""")).Status);
        Assert.Equal(404, (await _server.AskAsync("POST", "/v1/challenge/push", _sender.Caller)).Status);
        await _server.Home.Invites.RevokeAsync(invite.Token);
        Assert.Equal(428, (await AnswerAsync(token, invite.Text)).Status);
        Assert.Equal(428, (await SendAsync(_sender, _others[Strangers])).Status);

        // Not even the bound on right answers.
        Assert.Equal(200, (await AnswerAsync(token, (await Registrant.InviteAsync(_server)).Text)).Status);
    }

    [Fact]
    public async Task Answers_are_bounded_and_once_they_are_only_time_helps()
    {
        var token = await ExhaustAsync();
        for (var i = 0; i < ServerLimits.CaptchaChallengeAttempt.Burst; i++)
        {
            Assert.Equal(428, (await AnswerAsync(token, "no invite")).Status);
        }

        var invite = await Registrant.InviteAsync(_server);
        var refused = await AnswerAsync(token, invite.Text);
        Assert.Equal((429, "8640"), (refused.Status, refused.Headers[0].Value));
        var challenged = await SendAsync(_sender, _others[Strangers]);
        Assert.Equal(428, challenged.Status);
        Assert.Empty(challenged.Read()["options"]!.AsArray());
        Assert.NotNull(_server.Home.Invites.Find(invite.Token, _server.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task Two_right_answers_in_half_a_day_and_no_invite_is_used_up_for_nothing()
    {
        var invite = await Registrant.InviteAsync(_server, uses: 10);
        for (var i = 0; i < ServerLimits.CaptchaChallengeSuccess.Burst; i++)
        {
            Assert.Equal(200, (await AnswerAsync(await ExhaustWithNewAsync(), invite.Text)).Status);
        }

        Assert.Equal(429, (await AnswerAsync(await ExhaustWithNewAsync(), invite.Text)).Status);
        Assert.Equal(8, _server.Home.Invites.Find(invite.Token, _server.Clock.GetUtcNow())!.UsesLeft);
    }

    [Fact]
    public async Task Who_is_not_challenged_uses_nothing_up()
    {
        var invite = await Registrant.InviteAsync(_server);
        Assert.Equal(200, (await AnswerAsync("x", invite.Text)).Status);
        Assert.NotNull(_server.Home.Invites.Find(invite.Token, _server.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task Nobody_is_challenged_where_the_operator_does_not_ask_for_it()
    {
        await using var server = new TestServer();
        var sender = await server.AddAccountAsync();
        for (var i = 0; i < 20; i++)
        {
            var other = await server.AddAccountAsync();
            Assert.Equal(200, (await server.AskAsync("PUT", $"/v1/messages/{other.Account.Aci}", sender.Caller, Body())).Status);
        }
    }

    [Fact]
    public async Task By_gRPC_a_challenge_is_told_and_answered_too()
    {
        await ExhaustAsync();
        var message = new SendAuthenticatedSenderMessageRequest
        {
            Destination = _others[Strangers].Id.ToMessage(),
            Messages = new IndividualRecipientMessageBundle
            {
                Timestamp = 1,
                Messages =
                {
                    [1] = new() { RegistrationId = 1001, Payload = ByteString.CopyFrom(1), Type = SendMessageType.DoubleRatchet },
                },
            },
        };
        var reply = await CallAsync<SendMessageAuthenticatedSenderResponse>("messages.Messages/SendMessage", message);
        var challenge = reply.ChallengeRequired;
        Assert.Equal([ChallengeRequired.Types.ChallengeType.Captcha], challenge.ChallengeOptions);
        Assert.Equal(8u * 3600, challenge.RetryAfterSeconds);

        var invite = await Registrant.InviteAsync(_server);
        var answer = new AnswerChallengeRequest { Token = challenge.Token, Captcha = new() { Captcha = "a.b." + invite.Text + "x" } };
        Assert.False((await AnswerByCallAsync(answer)).Success);
        answer.Captcha.Captcha = "a.b." + invite.Text;
        Assert.True((await AnswerByCallAsync(answer)).Success);
        Assert.Equal(200, (await SendAsync(_sender, _others[Strangers])).Status);
        Assert.False((await AnswerByCallAsync(new AnswerChallengeRequest { Token = "x", Push = new() { Challenge = "x" } })).Success);
        await Assert.ThrowsAsync<InvalidOperationException>(() => AnswerByCallAsync(new AnswerChallengeRequest { Token = "x" }));
    }

    private static ReadOnlyMemory<byte> Body() => Json.Text(
        """{"messages":[{"type":3,"destinationDeviceId":1,"destinationRegistrationId":1001,"content":"AAAA"}],"timestamp":1}""");

    // Writes to as many strangers as may be, and gives the token of the challenge that the next one brings.
    private async Task<string> ExhaustAsync(int next = Strangers)
    {
        for (var i = 0; i < Strangers; i++)
        {
            Assert.Equal(200, (await SendAsync(_sender, _others[i])).Status);
        }

        var challenged = await SendAsync(_sender, _others[next]);
        Assert.Equal(428, challenged.Status);
        Assert.Equal("application/json", challenged.ContentType);
        Assert.Equal(["captcha"], challenged.Read()["options"]!.AsArray().Select(option => (string)option!));
        Assert.Equal([new("Retry-After", "28800")], challenged.Headers);
        return (string)challenged.Read()["token"]!;
    }

    private async Task<string> ExhaustWithNewAsync()
    {
        while (true)
        {
            var response = await SendAsync(_sender, await _server.AddAccountAsync());
            if (response.Status == 428)
            {
                return (string)response.Read()["token"]!;
            }
        }
    }

    private ValueTask<Response> SendAsync(TestAccount from, TestAccount to) =>
        _server.AskAsync("PUT", $"/v1/messages/{to.Account.Aci}", from.Caller, Body());

    private ValueTask<Response> AnswerAsync(string token, string captcha) =>
        AskAsync(System.Text.Json.JsonSerializer.Serialize(new { type = "captcha", token, captcha }));

    private ValueTask<Response> AskAsync(string body) => _server.AskAsync("PUT", "/v1/challenge", _sender.Caller, Json.Text(body));

    private Task<AnswerChallengeResponse> AnswerByCallAsync(AnswerChallengeRequest answer) =>
        CallAsync<AnswerChallengeResponse>("challenge.Challenge/HandleChallengeResponse", answer);

    private async Task<T> CallAsync<T>(string method, IMessage message)
        where T : class
    {
        var answer = await _server.Home.Calls.AnswerAsync(
            new GrpcCall { Path = "/org.signal.chat." + method, Caller = _sender.Caller },
            new(message.ToByteArray()),
            TestContext.Current.CancellationToken);
        return answer.Message as T ?? throw new InvalidOperationException(answer.Code.ToString());
    }
}
