using System.Buffers.Text;
using Fluister.Cryptography;
using Fluister.Protocol.Usernames;
using Fluister.Server;
using Fluister.Server.Requests;

namespace Fluister.ServerTests.Usernames;

/// <summary>Usernames: reserved, taken with a proof, looked up by their hash, and by a link.</summary>
public sealed class UsernameTests
{
    private static readonly Username First = Parse("somebody.42");
    private static readonly Username Second = Parse("somebody.43");

    [Fact]
    public async Task A_username_is_reserved_taken_found_and_given_up()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        Assert.Equal(Text(First), (string)(await ReserveAsync(server, account, First)).Read()["usernameHash"]!);
        Assert.Equal(404, (await server.AskAsync("GET", $"/v1/accounts/username_hash/{Text(First)}")).Status);
        var taken = (await ConfirmAsync(server, account, First, [1, 2, 3])).Read();
        Assert.Equal(Text(First), (string)taken["usernameHash"]!);
        var found = await server.AskAsync("GET", $"/v1/accounts/username_hash/{Text(First)}");
        Assert.Equal(account.Account.Aci, (Guid)found.Read()["uuid"]!);
        var link = await server.AskAsync("GET", $"/v1/accounts/username_link/{taken["usernameLinkHandle"]}");
        Assert.Equal("AQID", (string)link.Read()["usernameLinkEncryptedValue"]!);
        var whoami = (await server.AskAsync("GET", "/v1/accounts/whoami", account.Caller)).Read();
        Assert.Equal(Text(First), (string)whoami["usernameHash"]!);
        Assert.Equal((string)taken["usernameLinkHandle"]!, (string)whoami["usernameLinkHandle"]!);
        Assert.Equal(204, (await server.AskAsync("DELETE", "/v1/accounts/username_hash", account.Caller)).Status);
        Assert.Equal(404, (await server.AskAsync("GET", $"/v1/accounts/username_hash/{Text(First)}")).Status);
        Assert.Equal(404, (await server.AskAsync("GET", $"/v1/accounts/username_link/{taken["usernameLinkHandle"]}")).Status);
    }

    [Fact]
    public async Task A_username_is_not_taken_without_a_right_proof_or_a_reservation()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        Assert.Equal(409, (await ConfirmAsync(server, account, First)).Status);
        await ReserveAsync(server, account, First);
        var wrong = Second.Prove(RandomSource.System);
        var body = Json.Body(new { usernameHash = Text(First), zkProof = Base64Url.EncodeToString(wrong) });
        Assert.Equal(422, (await server.AskAsync("PUT", "/v1/accounts/username_hash/confirm", account.Caller, body)).Status);
        Assert.Equal(409, (await ConfirmAsync(server, account, Second)).Status);
        server.Clock.Advance(ServerLimits.UsernameReservation);
        Assert.Equal(409, (await ConfirmAsync(server, account, First)).Status);
        await ReserveAsync(server, account, First);
        Assert.Equal(200, (await ConfirmAsync(server, account, First)).Status);
    }

    [Fact]
    public async Task Of_several_the_first_that_is_free_is_reserved()
    {
        await using var server = new TestServer();
        var (account, other) = (await server.AddAccountAsync(), await server.AddAccountAsync());
        await ReserveAsync(server, account, First);
        Assert.Equal(Text(Second), (string)(await ReserveAsync(server, other, First, Second)).Read()["usernameHash"]!);
        Assert.Equal(409, (await ReserveAsync(server, other, First)).Status);
        server.Clock.Advance(ServerLimits.UsernameReservation);
        Assert.Equal(Text(First), (string)(await ReserveAsync(server, other, First)).Read()["usernameHash"]!);
    }

    [Fact]
    public async Task Of_many_who_want_one_username_at_once_one_has_it()
    {
        await using var server = new TestServer();
        var accounts = new List<TestAccount>();
        for (var i = 0; i < 8; i++)
        {
            accounts.Add(await server.AddAccountAsync());
        }

        var statuses = await Task.WhenAll(accounts.Select(account => Task.Run(async () =>
        {
            await ReserveAsync(server, account, First);
            return (await ConfirmAsync(server, account, First)).Status;
        })));
        Assert.Equal([200, .. Enumerable.Repeat(409, 7)], statuses.Order());
    }

    [Fact]
    public async Task A_username_that_was_given_up_stays_its_accounts_for_some_days()
    {
        await using var server = new TestServer();
        var (account, other) = (await server.AddAccountAsync(), await server.AddAccountAsync());
        await TakeAsync(server, account, First);
        await TakeAsync(server, account, Second);
        Assert.Equal(409, (await ReserveAsync(server, other, First)).Status);
        Assert.Equal(200, (await ReserveAsync(server, account, First)).Status);
        Assert.Equal(200, (await ConfirmAsync(server, account, First)).Status);
        server.Clock.Advance(ServerLimits.FormerUsername);
        Assert.Equal(200, (await ReserveAsync(server, other, Second)).Status);
        Assert.Equal(409, (await ReserveAsync(server, other, First)).Status);
    }

    [Fact]
    public async Task The_username_that_an_account_has_is_given_first_and_needs_no_reservation()
    {
        await using var server = new TestServer();
        var (account, other) = (await server.AddAccountAsync(), await server.AddAccountAsync());
        await TakeAsync(server, account, Second);
        Assert.Equal(Text(Second), (string)(await ReserveAsync(server, account, First, Second)).Read()["usernameHash"]!);
        Assert.Equal(200, (await ReserveAsync(server, other, First)).Status);

        // A client that did not hear of its success asks once more: with another ciphertext, and the link is that one's.
        var link = (string)(await ConfirmAsync(server, account, Second, [1])).Read()["usernameLinkHandle"]!;
        Assert.Equal(link, (string)(await ConfirmAsync(server, account, Second, [2])).Read()["usernameLinkHandle"]!);
        var found = await server.AskAsync("GET", $"/v1/accounts/username_link/{link}");
        Assert.Equal("Ag", (string)found.Read()["usernameLinkEncryptedValue"]!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_former_username_that_is_reserved_again_and_not_taken_stays_its_accounts_as_long_as_before(bool reservesAnother)
    {
        await using var server = new TestServer();
        var (account, other) = (await server.AddAccountAsync(), await server.AddAccountAsync());
        await TakeAsync(server, account, First);
        await TakeAsync(server, account, Second);
        Assert.Equal(200, (await ReserveAsync(server, account, First)).Status);
        if (reservesAnother)
        {
            Assert.Equal(200, (await ReserveAsync(server, account, Parse("somebody.44"))).Status);
            Assert.Equal(409, (await ConfirmAsync(server, account, First)).Status);
        }

        server.Clock.Advance(ServerLimits.FormerUsername - TimeSpan.FromMilliseconds(1));
        Assert.Equal(409, (await ReserveAsync(server, other, First)).Status);
        server.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(200, (await ReserveAsync(server, other, First)).Status);
    }

    [Fact]
    public async Task A_link_is_made_anew_or_kept_and_needs_a_username()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        Assert.Equal(409, (await SetLinkAsync(server, account, [1], keep: false)).Status);
        await TakeAsync(server, account, First);
        var first = Handle(await SetLinkAsync(server, account, [1], keep: true));
        Assert.Equal(first, Handle(await SetLinkAsync(server, account, [2], keep: true)));
        var second = Handle(await SetLinkAsync(server, account, [3], keep: false));
        Assert.NotEqual(first, second);
        Assert.Equal(404, (await server.AskAsync("GET", $"/v1/accounts/username_link/{first}")).Status);
        Assert.Equal(422, (await SetLinkAsync(server, account, [], keep: false)).Status);
        Assert.Equal(422, (await SetLinkAsync(server, account, new byte[ServerLimits.EncryptedUsername + 1], keep: false)).Status);
        Assert.Equal(204, (await server.AskAsync("DELETE", "/v1/accounts/username_link", account.Caller)).Status);
        Assert.Equal(404, (await server.AskAsync("GET", $"/v1/accounts/username_link/{second}")).Status);
        Assert.Equal(422, (await server.AskAsync("GET", "/v1/accounts/username_link/x")).Status);

        static Guid Handle(Response response) => (Guid)response.Read()["usernameLinkHandle"]!;
    }

    [Fact]
    public async Task Who_looks_up_too_many_waits()
    {
        await using var server = new TestServer();
        for (var i = 0; i < ServerLimits.UsernameLookup.Burst; i++)
        {
            Assert.Equal(404, (await server.AskAsync("GET", $"/v1/accounts/username_hash/{Text(First)}")).Status);
        }

        var refused = await server.AskAsync("GET", $"/v1/accounts/username_hash/{Text(First)}");
        Assert.Equal(429, refused.Status);
        Assert.Equal("900", refused.Headers.Single(header => header.Key == "Retry-After").Value);
        server.Clock.Advance(ServerLimits.UsernameLookup.Refill);
        Assert.Equal(404, (await server.AskAsync("GET", $"/v1/accounts/username_hash/{Text(First)}")).Status);
    }

    [Theory]
    [InlineData("{\"usernameHashes\":[]}")]
    [InlineData("{\"usernameHashes\":[null]}")]
    [InlineData("{\"usernameHashes\":[\"AAAA\"]}")]
    [InlineData("{\"usernameHashes\":[\"!\"]}")]
    [InlineData("{}")]
    public async Task What_is_no_hash_is_not_reserved(string body)
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        Assert.Equal(422, (await server.AskAsync("PUT", "/v1/accounts/username_hash/reserve", account.Caller, Json.Text(body))).Status);
        Assert.Equal(422, (await server.AskAsync("GET", "/v1/accounts/username_hash/!!!")).Status);
    }

    private static Username Parse(string text) => Username.TryParse(text, out var username, out _) ? username : throw new FormatException();

    private static string Text(Username username) => Base64Url.EncodeToString(username.Hash.Span);

    private static ValueTask<Response> ReserveAsync(TestServer server, TestAccount account, params Username[] usernames) => server.AskAsync(
        "PUT", "/v1/accounts/username_hash/reserve", account.Caller, Json.Body(new { usernameHashes = usernames.Select(Text) }));

    private static ValueTask<Response> ConfirmAsync(TestServer server, TestAccount account, Username username, byte[]? encrypted = null) =>
        server.AskAsync("PUT", "/v1/accounts/username_hash/confirm", account.Caller, Json.Body(new
        {
            usernameHash = Text(username),
            zkProof = Base64Url.EncodeToString(username.Prove(RandomSource.System)),
            encryptedUsername = encrypted is null ? null : Base64Url.EncodeToString(encrypted),
        }));

    private static async Task TakeAsync(TestServer server, TestAccount account, Username username)
    {
        await ReserveAsync(server, account, username);
        Assert.Equal(200, (await ConfirmAsync(server, account, username)).Status);
    }

    private static ValueTask<Response> SetLinkAsync(TestServer server, TestAccount account, byte[] encrypted, bool keep) => server.AskAsync(
        "PUT",
        "/v1/accounts/username_link",
        account.Caller,
        Json.Body(new { usernameLinkEncryptedValue = Base64Url.EncodeToString(encrypted), keepLinkHandle = keep }));
}
