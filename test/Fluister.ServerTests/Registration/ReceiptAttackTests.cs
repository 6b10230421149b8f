using System.Text.Json.Nodes;
using Fluister.Cryptography;
using Fluister.Protocol.ZkGroup;
using Fluister.Protocol.ZkGroup.Receipts;
using Fluister.Server;
using Fluister.Server.Registration;
using Fluister.Server.Requests;

namespace Fluister.ServerTests.Registration;

/// <summary>Without an invite nobody registers, by receipts neither; and a receipt registers one account.</summary>
public sealed class ReceiptAttackTests : IAsyncDisposable
{
    private readonly TestServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_forged_receipt_registers_nobody()
    {
        var receipt = await Buyer.BuyAsync(_server, await Registrant.InviteAsync(_server));
        for (var i = 0; i < receipt.Length; i += 9)
        {
            byte[] forged = [.. receipt];
            forged[i] ^= 1;
            await RefusedAsync(forged);
        }

        await RefusedAsync(new byte[329]);
        await RefusedAsync([1]);
        await RefusedAsync(receipt[..^1]);
        await RefusedAsync([.. receipt, 0]);
        Assert.Equal(200, (await RegisterAsync(receipt)).Status);
    }

    [Fact]
    public async Task A_receipt_of_another_server_registers_nobody()
    {
        var other = ServerSecretParams.Generate(RandomSource.System);
        await RefusedAsync(new Buyer(_server).Forge(other, Redemption.Expiration(_server.Clock.GetUtcNow()), Redemption.Level));
        await using var neighbour = new TestServer();
        await RefusedAsync(await Buyer.BuyAsync(neighbour, await Registrant.InviteAsync(neighbour)));
    }

    // Such as this server could give for something else, one day.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(201)]
    [InlineData(299)]
    [InlineData(301)]
    [InlineData(ulong.MaxValue)]
    public async Task A_receipt_for_something_else_registers_nobody(ulong level)
    {
        var expiration = Redemption.Expiration(_server.Clock.GetUtcNow());
        await RefusedAsync(new Buyer(_server).Forge(_server.Home.Identity.Zk, expiration, level));
        Assert.Equal(200, (await RegisterAsync(new Buyer(_server).Forge(_server.Home.Identity.Zk, expiration, Redemption.Level))).Status);
    }

    [Fact]
    public async Task A_receipt_is_good_for_a_month_and_not_for_longer()
    {
        var (early, late) = (await Buyer.BuyAsync(_server, await Registrant.InviteAsync(_server)),
            await Buyer.BuyAsync(_server, await Registrant.InviteAsync(_server)));
        _server.Clock.Advance(TimeSpan.FromDays(24));
        Assert.Equal(200, (await RegisterAsync(early)).Status);
        _server.Clock.Advance(TimeSpan.FromDays(12));
        await RefusedAsync(late, accounts: 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(213_503_982_334_600)]
    public async Task A_receipt_of_an_impossible_time_registers_nobody(ulong day) =>
        await RefusedAsync(new Buyer(_server).Forge(_server.Home.Identity.Zk, day * 86_400, Redemption.Level));

    [Fact]
    public async Task A_receipt_is_taken_once()
    {
        var invite = await Registrant.InviteAsync(_server);
        var buyer = new Buyer(_server);
        var credential = buyer.Take(await buyer.AskAsync(invite));
        var first = await RegisterAsync(buyer.Show(credential));
        Assert.Equal(200, first.Status);

        // By another presentation of it, by the receipt that is given again, and by the same presentation.
        await RefusedAsync(buyer.Show(credential), accounts: 1);
        await RefusedAsync(buyer.Show(buyer.Take(await buyer.AskAsync(invite))), accounts: 1);
        var account = _server.Home.Accounts.Find((Guid)first.Read()["uuid"]!)!;
        await _server.Home.AccountSettings.DeleteAsync(new Caller(account, account.Devices[0]));
        await RefusedAsync(buyer.Show(credential));
    }

    [Fact]
    public async Task Of_many_who_race_with_one_receipt_one_gets_on()
    {
        var receipt = await Buyer.BuyAsync(_server, await Registrant.InviteAsync(_server));
        var statuses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
            (await RegisterAsync(receipt)).Status)));
        Assert.Equal(1, statuses.Count(status => status == 200));
        Assert.Equal(19, statuses.Count(status => status == 400));
        Assert.Equal(1, await AccountsAsync());
    }

    [Fact]
    public async Task One_who_asks_many_times_at_once_gets_one_account()
    {
        var receipt = await Buyer.BuyAsync(_server, await Registrant.InviteAsync(_server));
        var recovery = Convert.ToBase64String(Registrant.Bytes(32));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
            await RegisterAsync(receipt, recovery))));
        Assert.Single(answers.Select(answer => (Guid)answer.Read()["uuid"]!).Distinct());
        Assert.Equal(1, await AccountsAsync());
    }

    [Fact]
    public async Task A_receipt_does_not_give_a_disabled_account_back()
    {
        var receipt = await Buyer.BuyAsync(_server, await Registrant.InviteAsync(_server));
        var recovery = Convert.ToBase64String(Registrant.Bytes(32));
        var aci = (Guid)(await RegisterAsync(receipt, recovery)).Read()["uuid"]!;
        await _server.Home.Accounts.UpdateAsync(aci, account => account with { IsDisabled = true });
        Assert.Equal(400, (await RegisterAsync(receipt, recovery)).Status);
    }

    // Nobody knows which receipts came from it, and that is the point of them.
    [Fact]
    public async Task Revoking_an_invite_ends_its_receipts_that_are_to_come_and_not_those_that_were_given()
    {
        var invite = await Registrant.InviteAsync(_server, uses: 3);
        var receipt = await Buyer.BuyAsync(_server, invite);
        await _server.Home.Invites.RevokeAsync(invite.Token);
        Assert.Equal(404, (await new Buyer(_server).AskAsync(invite)).Status);
        Assert.Equal(200, (await RegisterAsync(receipt)).Status);
    }

    [Fact]
    public async Task An_invite_registers_by_one_flow_or_by_the_other()
    {
        var number = await Registrant.InviteAsync(_server);
        await new Registrant(_server, "+31612345678").RegisterAsync(number);
        Assert.Equal(409, (await new Buyer(_server).AskAsync(number)).Status);

        var receipt = await Registrant.InviteAsync(_server);
        var person = new Registrant(_server, "+31612345679");
        var session = await person.VerifyAsync(receipt);
        await Buyer.BuyAsync(_server, receipt);
        Assert.Equal(403, (await person.RegisterAsync(new JsonObject { ["sessionId"] = session })).Status);
    }

    [Fact]
    public async Task Receipts_cannot_be_shown_without_end_from_one_place()
    {
        var statuses = new List<int>();
        for (var i = 0; i <= ServerLimits.RegistrationsPerAddress; i++)
        {
            statuses.Add((await RegisterAsync([0])).Status);
        }

        Assert.Equal([.. Enumerable.Repeat(400, ServerLimits.RegistrationsPerAddress), 429], statuses);
    }

    // All that is kept of the invite and of what it bought, against all that is kept of the account.
    [Fact]
    public async Task Nothing_that_is_kept_ties_an_account_to_its_invite()
    {
        var (buyer, invite) = (new Buyer(_server), await Registrant.InviteAsync(_server));
        var presentation = buyer.Show(buyer.Take(await buyer.AskAsync(invite)));
        var aci = (Guid)(await RegisterAsync(presentation)).Read()["uuid"]!;
        var ofInvite = await BlobsAsync("SELECT token, tag FROM invite_receipt");
        var ofAccount = await BlobsAsync("SELECT serial, aci FROM redeemed_receipt");
        Assert.Equal(2, ofInvite.Count);
        Assert.Equal(
            [ReceiptCredentialPresentation.Read(presentation).Serial.ToArray(), aci.ToByteArray(bigEndian: true)], ofAccount);
        Assert.All(ofInvite, blob => Assert.True(presentation.AsSpan().IndexOf(blob) < 0));
        Assert.All(ofAccount, blob => Assert.True(buyer.Request.AsSpan().IndexOf(blob) < 0));
        Assert.Empty(ofInvite.Select(Convert.ToHexString).Intersect(ofAccount.Select(Convert.ToHexString)));
        for (var part = 1; part < buyer.Request.Length; part += 32)
        {
            Assert.True(presentation.AsSpan().IndexOf(buyer.Request.AsSpan(part, 32)) < 0);
        }
    }

    [Fact]
    public async Task Redeemed_receipts_are_forgotten_when_they_would_not_be_taken_any_more()
    {
        await RegisterAsync(await Buyer.BuyAsync(_server, await Registrant.InviteAsync(_server)));
        _server.Clock.Advance(TimeSpan.FromDays(24));
        Assert.Equal(0, await _server.Home.Receipts.PurgeAsync(_server.Clock.GetUtcNow()));
        _server.Clock.Advance(TimeSpan.FromDays(12));
        Assert.Equal(1, await _server.Home.Receipts.PurgeAsync(_server.Clock.GetUtcNow()));
    }

    private Task<List<byte[]>> BlobsAsync(string sql) => _server.Database.WriteAsync(session =>
        session.Query(sql, row => new[] { (byte[])row[0], (byte[])row[1] }).SelectMany(blobs => blobs).ToList());

    private async Task RefusedAsync(byte[] presentation, long accounts = 0)
    {
        var response = await RegisterAsync(presentation);
        Assert.Equal(400, response.Status);
        Assert.True(response.Body.IsEmpty);
        Assert.Equal(accounts, await AccountsAsync());
    }

    private Task<long> AccountsAsync() =>
        _server.Database.WriteAsync(session => session.First("SELECT COUNT(*) FROM account", row => row.GetInt64(0)));

    private async Task<Response> RegisterAsync(byte[] presentation, string? recovery = null)
    {
        var person = new Registrant(_server, null);
        person.Attributes["recoveryPassword"] = recovery ?? Convert.ToBase64String(Registrant.Bytes(32));
        return await person.RegisterAsync(Buyer.Proof(presentation));
    }
}
