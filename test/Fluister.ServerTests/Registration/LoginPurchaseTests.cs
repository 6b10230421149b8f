using System.Text.Json.Nodes;
using Fluister.Server;
using Fluister.Server.Grpc;
using Fluister.Server.Registration;
using Fluister.ServerTests.Grpc;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf;

namespace Fluister.ServerTests.Registration;

/// <summary>One use of an invite buys one receipt, and the same request costs nothing more.</summary>
public sealed class LoginPurchaseTests : IAsyncDisposable
{
    private const string Method = "/org.signal.chat.purchase.LoginPurchase/CreateLoginReceiptCredential";
    private readonly TestServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_receipt_is_for_a_login_and_good_for_as_long_as_clients_expect()
    {
        var buyer = new Buyer(_server);
        var response = await buyer.AskAsync(await Registrant.InviteAsync(_server));
        var receipt = buyer.Take(response);
        Assert.Equal(300UL, receipt.Level);
        var expected = _server.Clock.GetUtcNow().ToUnixTimeSeconds() + (5 * 366 * 86_400);
        Assert.InRange((long)receipt.Expiration, expected - (7 * 86_400), expected + (7 * 86_400));
    }

    // Clients refuse what is further than a week from it; and few times in all, so that they tell nothing.
    [Fact]
    public void Receipts_of_some_days_expire_at_one_time_which_clients_accept()
    {
        var times = new HashSet<ulong>();
        for (var hour = 0; hour < 24 * 100; hour++)
        {
            var now = _server.Clock.GetUtcNow() + TimeSpan.FromHours(hour);
            var expiration = Redemption.Expiration(now);
            var expected = now.ToUnixTimeSeconds() + (5 * 366 * 86_400);
            Assert.Equal(0UL, expiration % 86_400);
            Assert.InRange((long)expiration, expected - (6 * 86_400), expected + (6 * 86_400));
            times.Add(expiration);
        }

        Assert.InRange(times.Count, 10, 11);
    }

    [Fact]
    public async Task The_same_request_is_answered_again_and_another_one_is_not()
    {
        var invite = await Registrant.InviteAsync(_server);
        var buyer = new Buyer(_server);
        var first = buyer.Take(await buyer.AskAsync(invite));
        _server.Clock.Advance(TimeSpan.FromDays(12));
        var again = buyer.Take(await buyer.AskAsync(invite));
        Assert.Equal(first.Expiration, again.Expiration);
        Assert.Equal(409, (await new Buyer(_server).AskAsync(invite)).Status);
        Assert.Null(_server.Home.Invites.Find(invite.Token, _server.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task An_invite_of_several_uses_buys_as_many_receipts()
    {
        var invite = await Registrant.InviteAsync(_server, uses: 3);
        var statuses = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            statuses.Add((await new Buyer(_server).AskAsync(invite)).Status);
        }

        Assert.Equal([200, 200, 200, 409, 409], statuses);
    }

    [Fact]
    public async Task Of_many_who_race_for_one_use_one_gets_the_receipt()
    {
        var invite = await Registrant.InviteAsync(_server);
        var statuses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
            (await new Buyer(_server).AskAsync(invite)).Status)));
        Assert.Equal(1, statuses.Count(status => status == 200));
        Assert.Equal(19, statuses.Count(status => status == 409));
    }

    [Fact]
    public async Task One_request_that_comes_many_times_at_once_takes_one_use()
    {
        var invite = await Registrant.InviteAsync(_server, uses: 5);
        var buyer = new Buyer(_server);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () => await buyer.AskAsync(invite))));
        Assert.All(answers, answer => Assert.Equal(300UL, buyer.Take(answer).Level));
        Assert.Equal(4, _server.Home.Invites.Find(invite.Token, _server.Clock.GetUtcNow())!.UsesLeft);
    }

    [Fact]
    public async Task What_is_no_invite_or_not_any_more_buys_nothing()
    {
        var (expired, revoked) = (await Registrant.InviteAsync(_server), await Registrant.InviteAsync(_server));
        var bought = new Buyer(_server);
        Assert.Equal(200, (await bought.AskAsync(revoked)).Status);
        await _server.Home.Invites.RevokeAsync(revoked.Token);
        _server.Clock.Advance(TimeSpan.FromDays(8));
        var good = await Registrant.InviteAsync(_server);
        string[] wrong =
        [
            "", ".", "x", $".{good.Code}", $"{good.Text}", $"{good.Text}.", $"{good.Text}.{good.Code}.", $"{good.Text}.{good.Code}0",
            $"{new string('A', 22)}.{good.Code}", $"{expired.Text}.{expired.Code}",
            $"{revoked.Text}.{revoked.Code}", new string('A', 100_000),
        ];
        foreach (var purchase in wrong)
        {
            var response = await new Buyer(_server).AskAsync(purchase);
            Assert.True(response.Status == 404, $"{purchase[..Math.Min(purchase.Length, 40)]}: {response.Status}");
            Assert.True(response.Body.IsEmpty);
        }

        // Whoever has asked before does not get it again, either.
        Assert.Equal(404, (await bought.AskAsync(revoked)).Status);
        Assert.Equal(200, (await new Buyer(_server).AskAsync(good)).Status);
    }

    [Fact]
    public async Task The_code_of_an_invite_cannot_be_tried_without_end()
    {
        var invite = await Registrant.InviteAsync(_server);
        var statuses = new List<int>();
        for (var i = 0; i <= ServerLimits.InviteCode.Burst; i++)
        {
            statuses.Add((await new Buyer(_server).AskAsync($"{invite.Text}.x{i}", origin: (ulong)i)).Status);
        }

        Assert.Equal([.. Enumerable.Repeat(404, ServerLimits.InviteCode.Burst), 429], statuses);
        Assert.Equal(429, (await new Buyer(_server).AskAsync(invite)).Status);
    }

    [Fact]
    public async Task Receipts_cannot_be_asked_for_without_end_from_one_place()
    {
        var statuses = new List<int>();
        for (var i = 0; i <= ServerLimits.RegistrationsPerAddress; i++)
        {
            statuses.Add((await new Buyer(_server).AskAsync("x.y", origin: 7)).Status);
        }

        Assert.Equal([.. Enumerable.Repeat(404, ServerLimits.RegistrationsPerAddress), 429], statuses);
        Assert.Equal(404, (await new Buyer(_server).AskAsync("x.y", origin: 8)).Status);
    }

    [Theory]
    [InlineData("\"\"", 400)]
    [InlineData("\"AAAA\"", 400)]
    [InlineData("null", 422)]
    [InlineData("7", 422)]
    public async Task What_is_no_request_takes_no_use(string request, int status)
    {
        var invite = await Registrant.InviteAsync(_server);
        var body = new JsonObject
        {
            ["purchaseIdentifier"] = $"{invite.Text}.{invite.Code}",
            ["receiptCredentialRequest"] = JsonNode.Parse(request),
            ["paymentProvider"] = "STRIPE",
        };
        var answered = await _server.AskAsync("POST", "/v1/login-purchase/receipt_credentials", body: Json.Text(body.ToJsonString()));
        Assert.Equal(status, answered.Status);
        Assert.Equal(1, _server.Home.Invites.Find(invite.Token, _server.Clock.GetUtcNow())!.UsesLeft);
    }

    [Fact]
    public async Task By_gRPC_it_is_the_same()
    {
        var client = new GrpcClient(await _server.ListenAsync());
        var (buyer, invite) = (new Buyer(_server), await Registrant.InviteAsync(_server));
        var request = new CreateLoginReceiptCredentialRequest
        {
            Processor = PaymentProvider.GooglePlayBilling,
            PurchaseIdentifier = $"{invite.Text}.{invite.Code}",
            ReceiptCredentialRequest = ByteString.CopyFrom(buyer.Request),
        };
        var given = (await client.CallAsync(Method, request)).Message<CreateLoginReceiptCredentialResponse>();
        Assert.Equal(300UL, buyer.Take(given.Result.ReceiptCredentialResponse.ToByteArray()).Level);

        request.ReceiptCredentialRequest = ByteString.CopyFrom(new Buyer(_server).Request);
        var usedUp = (await client.CallAsync(Method, request)).Message<CreateLoginReceiptCredentialResponse>();
        Assert.Equal(CreateLoginReceiptCredentialResponse.ResponseOneofCase.ReceiptAlreadyIssued, usedUp.ResponseCase);
        request.PurchaseIdentifier = "nothing";
        var unknown = (await client.CallAsync(Method, request)).Message<CreateLoginReceiptCredentialResponse>();
        Assert.Equal(CreateLoginReceiptCredentialResponse.ResponseOneofCase.PaymentNotFound, unknown.ResponseCase);
        request.ReceiptCredentialRequest = ByteString.CopyFrom(1, 2, 3);
        Assert.Equal(GrpcCode.InvalidArgument, (await client.CallAsync(Method, request)).Code);
        var account = await _server.AddAccountAsync();
        Assert.NotEqual(GrpcCode.Ok, (await client.CallAsync(Method, request, account.Authorization())).Code);
    }
}
