using System.Buffers.Text;
using Fluister.Cryptography;
using Fluister.Protocol.Usernames;
using Fluister.Server;
using Fluister.Server.Federation;
using Fluister.Server.Requests;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.ServerTests.Federation;

/// <summary>Usernames and links of accounts on other servers.</summary>
public sealed class RemoteUsernameTests
{
    private static readonly Username Name =
        Username.TryParse("somebody.42", out var name, out _) ? name : throw new InvalidOperationException();

    private static string Path => $"/v1/accounts/username_hash/{Base64Url.EncodeToString(Name.Hash.Span)}";

    [Fact]
    public async Task A_username_is_found_wherever_its_account_is()
    {
        await using var scene = await Neighbours.StartAsync(others: 3);
        var account = await scene.Others[1].AddAccountAsync();
        await TakeAsync(scene.Others[1], account);
        Assert.Equal(account.Account.Aci, Aci(await scene.Here.AskAsync("GET", Path)));
        Assert.Equal(account.Account.Aci, Aci(await scene.Here.AskAsync("GET", Path + "?domain=1.EXAMPLE")));
        Assert.Equal(404, (await scene.Here.AskAsync("GET", Path + "?domain=0.example")).Status);
        Assert.Equal(404, (await scene.Here.AskAsync("GET", Path + "?domain=localhost")).Status);
        var unknown = await scene.Here.AskAsync("GET", Path + "?domain=elsewhere.example");
        Assert.Equal((403, "unknown domain"), (unknown.Status, (string)unknown.Read()["error"]!));
        Assert.Equal(403, (await scene.Here.AskAsync("GET", Path + "?domain=")).Status);
    }

    [Fact]
    public async Task Who_has_it_here_has_it_and_nobody_is_asked()
    {
        await using var scene = await Neighbours.StartAsync(others: 2);
        var (account, other) = (await scene.Here.AddAccountAsync(), await scene.Others[0].AddAccountAsync());
        await TakeAsync(scene.Here, account);
        await TakeAsync(scene.Others[0], other);
        Assert.Equal(account.Account.Aci, Aci(await scene.Here.AskAsync("GET", Path)));
        Assert.Equal(account.Account.Aci, Aci(await scene.Here.AskAsync("GET", Path + "?domain=LocalHost")));
        Assert.Empty(scene.Asked);
        Assert.Equal(other.Account.Aci, Aci(await scene.Here.AskAsync("GET", Path + "?domain=0.example")));
    }

    [Fact]
    public async Task One_that_two_peers_have_is_nobodys_without_its_domain()
    {
        await using var scene = await Neighbours.StartAsync(others: 3);
        var (one, other) = (await scene.Others[0].AddAccountAsync(), await scene.Others[2].AddAccountAsync());
        await TakeAsync(scene.Others[0], one);
        await TakeAsync(scene.Others[2], other);
        Assert.Equal(404, (await scene.Here.AskAsync("GET", Path)).Status);
        Assert.Equal(one.Account.Aci, Aci(await scene.Here.AskAsync("GET", Path + "?domain=0.example")));
        Assert.Equal(other.Account.Aci, Aci(await scene.Here.AskAsync("GET", Path + "?domain=2.example")));
    }

    [Fact]
    public async Task Answers_are_kept_for_their_time_and_no_longer()
    {
        await using var scene = await Neighbours.StartAsync(others: 2);
        Assert.Equal(404, (await scene.Here.AskAsync("GET", Path)).Status);
        Assert.Equal(404, (await scene.Here.AskAsync("GET", Path)).Status);
        Assert.Equal(2, scene.Asked.Count);
        var account = await scene.Others[1].AddAccountAsync();
        await TakeAsync(scene.Others[1], account);
        scene.Clock.Advance(ServerLimits.UsernameNobodyAge);
        Assert.Equal(account.Account.Aci, Aci(await scene.Here.AskAsync("GET", Path)));
        scene.Clock.Advance(ServerLimits.UsernameAnswerAge - TimeSpan.FromMilliseconds(1));
        Assert.Equal(account.Account.Aci, Aci(await scene.Here.AskAsync("GET", Path)));
        Assert.Equal(4, scene.Asked.Count);
        scene.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await scene.Here.AskAsync("GET", Path);
        Assert.Equal(6, scene.Asked.Count);

        // What a peer said that is blocked now counts no more.
        await scene.SetAsync(scene.Others[1], PeerState.Block);
        Assert.Equal(404, (await scene.Here.AskAsync("GET", Path)).Status);
    }

    [Fact]
    public async Task A_peer_that_is_down_hides_nothing_of_others_and_its_silence_is_not_kept()
    {
        await using var scene = await Neighbours.StartAsync(others: 2);
        var account = await scene.Others[1].AddAccountAsync();
        await TakeAsync(scene.Others[1], account);
        scene.Cut.Add(scene.Others[1]);
        Assert.Equal(404, (await scene.Here.AskAsync("GET", Path)).Status);
        var named = await scene.Here.AskAsync("GET", Path + "?domain=1.example");
        Assert.Equal((503, "Retry-After"), (named.Status, Assert.Single(named.Headers).Key));
        scene.Cut.Clear();
        scene.Cut.Add(scene.Others[0]);
        Assert.Equal(account.Account.Aci, Aci(await scene.Here.AskAsync("GET", Path)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_peer_names_its_own_accounts_alone(bool asksOne)
    {
        await using var scene = await Neighbours.StartAsync(others: 2);
        var victim = await scene.Others[0].AddAccountAsync();
        foreach (var aci in new[] { Relay.Id(victim.Account.Aci), Relay.Id(Guid.NewGuid()), ByteString.CopyFrom(new byte[15]) })
        {
            scene.Clock.Advance(ServerLimits.UsernameNobodyAge);
            scene.Lie(scene.Others[1], (_, _) => new UsernameResponse { Aci = aci });
            Assert.Equal(404, (await scene.Here.AskAsync("GET", Path + (asksOne ? "?domain=1.example" : ""))).Status);
        }
    }

    [Fact]
    public async Task No_more_answers_are_kept_than_the_bound()
    {
        await using var server = new TestServer();
        var answers = new UsernameAnswers(server.Clock);
        for (var i = 0; i < ServerLimits.UsernameAnswers + 50; i++)
        {
            answers.Add(BitConverter.GetBytes(i), Guid.NewGuid());
            answers.Add(BitConverter.GetBytes(i), Guid.NewGuid());
        }

        Assert.Equal(ServerLimits.UsernameAnswers, answers.Count);
        Assert.False(answers.TryFind(BitConverter.GetBytes(49), out _));
        Assert.True(answers.TryFind(BitConverter.GetBytes(50), out _));
    }

    [Fact]
    public async Task A_link_leads_to_its_home_by_its_handle()
    {
        await using var scene = await Neighbours.StartAsync(others: 2);
        var account = await scene.Others[1].AddAccountAsync();
        await TakeAsync(scene.Others[1], account);
        var handle = await LinkAsync(scene.Others[1], account);
        Assert.Equal(scene.Others[1].Identity.Tag, ServerTag.Of(handle));
        var link = await scene.Here.AskAsync("GET", $"/v1/accounts/username_link/{handle}");
        Assert.Equal("AQID", (string)link.Read()["usernameLinkEncryptedValue"]!);
        Assert.Equal(["username-link"], scene.Asked);
        var other = scene.Others[0].Identity.Tag.Mint(RandomSource.System);
        Assert.Equal(404, (await scene.Here.AskAsync("GET", $"/v1/accounts/username_link/{other}")).Status);
        Assert.Equal(404, (await scene.Here.AskAsync("GET", $"/v1/accounts/username_link/{Guid.NewGuid()}")).Status);
        scene.Lie(scene.Others[1], (_, _) => new UsernameLinkResponse { Encrypted = ByteString.CopyFrom(new byte[129]) });
        Assert.Equal(503, (await scene.Here.AskAsync("GET", $"/v1/accounts/username_link/{handle}")).Status);
        scene.Lie(scene.Others[1], (_, _) => new UsernameLinkResponse { Encrypted = ByteString.CopyFrom(new byte[128]) });
        Assert.Equal(200, (await scene.Here.AskAsync("GET", $"/v1/accounts/username_link/{handle}")).Status);
    }

    [Fact]
    public async Task A_link_from_before_handles_bore_tags_is_good_at_home()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        await TakeAsync(server, account);
        var handle = Guid.NewGuid();
        await server.Home.Accounts.UpdateAsync(
            account.Account.Aci, before => before with { UsernameLink = handle, EncryptedUsername = [4] });
        Assert.Equal(200, (await server.AskAsync("GET", $"/v1/accounts/username_link/{handle}")).Status);
    }

    [Fact]
    public async Task Who_looks_up_too_many_is_stopped_before_anybody_is_asked()
    {
        await using var scene = await Neighbours.StartAsync();
        for (var i = 0; i < ServerLimits.UsernameLookup.Burst; i++)
        {
            scene.Here.Home.Limits.Take(ServerLimits.UsernameLookup, 7UL);
        }

        Assert.Equal(429, (await scene.Here.AskAsync("GET", Path, origin: 7)).Status);
        Assert.Equal(429, (await scene.Here.AskAsync("GET", Path + "?domain=0.example", origin: 7)).Status);
        Assert.Empty(scene.Asked);
    }

    private static Guid Aci(Response found)
    {
        Assert.Equal(200, found.Status);
        return (Guid)found.Read()["uuid"]!;
    }

    private static async Task TakeAsync(TestServer server, TestAccount account)
    {
        var hash = Base64Url.EncodeToString(Name.Hash.Span);
        await server.AskAsync(
            "PUT", "/v1/accounts/username_hash/reserve", account.Caller, Json.Body(new { usernameHashes = new[] { hash } }));
        var proof = Base64Url.EncodeToString(Name.Prove(RandomSource.System));
        var taken = await server.AskAsync(
            "PUT", "/v1/accounts/username_hash/confirm", account.Caller, Json.Body(new { usernameHash = hash, zkProof = proof }));
        Assert.Equal(200, taken.Status);
    }

    private static async Task<Guid> LinkAsync(TestServer server, TestAccount account)
    {
        var body = Json.Body(new { usernameLinkEncryptedValue = "AQID", keepLinkHandle = false });
        return (Guid)(await server.AskAsync("PUT", "/v1/accounts/username_link", account.Caller, body)).Read()["usernameLinkHandle"]!;
    }
}
