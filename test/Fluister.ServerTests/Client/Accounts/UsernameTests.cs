using System.Buffers.Text;
using System.Text;
using Fluister.Client;
using Fluister.Client.Contacts;
using Fluister.Client.Transport;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Usernames;

namespace Fluister.ServerTests.Client.Accounts;

/// <summary>Usernames and their links: taken, found by others, given up, and taken by somebody else.</summary>
public sealed class UsernameTests : IAsyncLifetime
{
    private AccountScene _scene = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _scene = await AccountScene.StartAsync();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task A_nickname_gets_a_number_and_others_find_its_owner_by_name_and_by_link()
    {
        var (anna, ben) = (await _scene.PersonAsync("Anna"), await _scene.PersonAsync("Ben"));
        var name = await anna.SetUsernameAsync("anna_k", Cancellation);
        Assert.Matches("^anna_k\\.[0-9]{2,9}$", name);
        Assert.Equal(name, anna.Username);
        Assert.Equal(anna.Self.Aci, await ben.ResolveAsync(name, Cancellation));
        Assert.Equal(anna.Self.Aci, await ben.ResolveAsync(name.ToUpperInvariant(), Cancellation));
        Assert.Equal(name, ben.Contact(anna.Self.Aci)!.Username);
        var link = await anna.UsernameLinkAsync(renew: false, Cancellation);
        Assert.StartsWith("https://signal.me/#eu/", link, StringComparison.Ordinal);
        Assert.Equal(anna.Self.Aci, await ben.ResolveAsync(link, Cancellation));
        Assert.Equal(link, await anna.UsernameLinkAsync(renew: false, Cancellation));
        Assert.Equal(anna.Self.Aci, await anna.ResolveAsync(name, Cancellation));
    }

    [Fact]
    public async Task A_renewed_link_takes_the_place_of_the_old_one()
    {
        var (anna, ben) = (await _scene.PersonAsync("Anna"), await _scene.PersonAsync("Ben"));
        await anna.SetUsernameAsync("anna_k", Cancellation);
        var old = await anna.UsernameLinkAsync(renew: false, Cancellation);
        var renewed = await anna.UsernameLinkAsync(renew: true, Cancellation);
        Assert.NotEqual(old, renewed);
        Assert.Equal(anna.Self.Aci, await ben.ResolveAsync(renewed, Cancellation));
        await RefusedAsync(ClientError.NotFound, () => ben.ResolveAsync(old, Cancellation));
        await anna.DeleteUsernameLinkAsync(Cancellation);
        await RefusedAsync(ClientError.NotFound, () => ben.ResolveAsync(renewed, Cancellation));
    }

    [Fact]
    public async Task Other_letters_of_the_same_name_keep_the_link()
    {
        var (anna, ben) = (await _scene.PersonAsync("Anna"), await _scene.PersonAsync("Ben"));
        await anna.SetUsernameAsync("anna_k.42", Cancellation);
        var link = await anna.UsernameLinkAsync(renew: false, Cancellation);
        Assert.Equal("Anna_K.42", await anna.SetUsernameAsync("Anna_K.42", Cancellation));
        Assert.Equal(link, await anna.UsernameLinkAsync(renew: false, Cancellation));
        await ben.ResolveAsync(link, Cancellation);
        Assert.Equal("Anna_K.42", ben.Contact(anna.Self.Aci)!.Username);
    }

    [Fact]
    public async Task A_name_that_somebody_has_is_refused_and_one_that_is_given_up_is_not_found()
    {
        var (anna, ben) = (await _scene.PersonAsync("Anna"), await _scene.PersonAsync("Ben"));
        await anna.SetUsernameAsync("anna_k.42", Cancellation);
        await RefusedAsync(ClientError.Refused, () => ben.SetUsernameAsync("anna_k.42", Cancellation));
        Assert.Null(ben.Username);
        await anna.DeleteUsernameAsync(Cancellation);
        Assert.Null(anna.Username);
        await RefusedAsync(ClientError.NotFound, () => ben.ResolveAsync("anna_k.42", Cancellation));
        await RefusedAsync(ClientError.NotFound, () => anna.UsernameLinkAsync(renew: false, Cancellation));
    }

    [Theory]
    [InlineData("an")]
    [InlineData("1anna")]
    [InlineData("an na")]
    [InlineData("anna.1")]
    [InlineData("anna.012")]
    [InlineData("")]
    public async Task What_cannot_be_a_username_is_bad_input(string text)
    {
        var anna = await _scene.PersonAsync("Anna");
        await RefusedAsync(ClientError.BadInput, () => anna.SetUsernameAsync(text, Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_the_answer_to_a_confirmation_is_lost_the_next_look_finds_out(bool isTaken)
    {
        var anna = await _scene.PersonAsync("Anna");
        var losing = anna.Context with
        {
            Api = new HomeServerApi(anna.Context.Api.Link)
            {
                Around = async (request, ask) =>
                {
                    var isConfirmation = request.Path.EndsWith("/confirm", StringComparison.Ordinal);
                    var answer = isConfirmation && !isTaken ? null : await ask();
                    return isConfirmation ? throw new ClientException(ClientError.Unreachable, "Lost.") : answer!;
                },
            },
        };
        await RefusedAsync(
            ClientError.Unreachable, () => new OwnUsername(losing, anna.Sender).SetAsync("anna_k.42", Cancellation));
        Assert.Null(anna.Username);
        await new OwnUsername(anna.Context, anna.Sender).SettleAsync(Cancellation);
        Assert.Equal(isTaken ? "anna_k.42" : null, anna.Username);
        if (isTaken)
        {
            var ben = await _scene.PersonAsync("Ben");
            Assert.Equal(anna.Self.Aci, await ben.ResolveAsync(await anna.UsernameLinkAsync(false, Cancellation), Cancellation));
        }
    }

    [Fact]
    public async Task A_name_may_say_its_home_server_and_that_is_asked_for()
    {
        var (anna, ben) = (await _scene.PersonAsync("Anna"), await _scene.PersonAsync("Ben"));
        await anna.SetUsernameAsync("anna_k.42", Cancellation);
        Assert.Equal("anna_k.42@localhost", anna.UsernameAddress);
        Assert.Equal(anna.Self.Aci, await ben.ResolveAsync("anna_k.42@LOCALHOST", Cancellation));
        Assert.Equal("anna_k.42", ben.Contact(anna.Self.Aci)!.Username);
        Assert.Equal(anna.Self.Aci, await anna.ResolveAsync("anna_k.42@localhost", Cancellation));
        await RefusedAsync(ClientError.NotFound, () => ben.ResolveAsync("nobody.42@localhost", Cancellation));
        await RefusedAsync(ClientError.NotFound, () => ben.ResolveAsync("anna_k.42@", Cancellation));
        await RefusedAsync(ClientError.NotFound, () => ben.ResolveAsync("anna_k.42@a b", Cancellation));
        var unknown = await Assert.ThrowsAsync<ClientException>(() => ben.ResolveAsync("anna_k.42@b.example", Cancellation));
        Assert.Equal(ClientError.NotFound, unknown.Error);
        Assert.Contains("`fluister-server peer add b.example`", unknown.Message);
    }

    [Theory]
    [InlineData(200, false, null)]
    [InlineData(200, true, ClientError.Malformed)]
    [InlineData(403, false, ClientError.NotFound)]
    [InlineData(404, false, ClientError.NotFound)]
    [InlineData(503, false, ClientError.Unreachable)]
    public async Task What_the_home_server_answers_of_another_one_is_believed_only_of_that_one_s_accounts(
        int status, bool isOwn, ClientError? error)
    {
        var (anna, ben) = (await _scene.PersonAsync("Anna"), await _scene.PersonAsync("Ben"));
        var found = isOwn ? anna.Self.Aci.Uuid : new Guid([1, 2, 3, 4, 5, .. Registrant.Bytes(11)], bigEndian: true);
        var asked = new List<string>();
        var book = Lying(ben, asked, () => (status, $$"""{"uuid":"{{found}}"}"""));
        if (error is { } expected)
        {
            await RefusedAsync(expected, () => book.ResolveAsync("anna_k.42@b.example", Cancellation));
            Assert.Null(ben.Contact(ServiceId.Aci(found))?.Username);
        }
        else
        {
            Assert.Equal(ServiceId.Aci(found), await book.ResolveAsync("anna_k.42@B.example", Cancellation));
            Assert.Equal("anna_k.42@b.example", ben.Contact(ServiceId.Aci(found))!.Username);
            await RefusedAsync(ClientError.Malformed, () => book.ResolveAsync("anna_k.42@localhost", Cancellation));
        }

        Assert.EndsWith("?domain=b.example", asked[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_leads_to_an_account_of_the_home_server_that_its_handle_names_and_of_no_other()
    {
        var (anna, ben) = (await _scene.PersonAsync("Anna"), await _scene.PersonAsync("Ben"));
        byte[] tag = [1, 2, 3, 4, 5];
        var (far, handle) = (Minted(tag), Minted(tag));
        using var entropy = Fluister.Cryptography.RandomSource.System.Secret(UsernameLink.EntropyBytes);
        var behind = UsernameLink.Encrypt("anna_k.42", entropy, Fluister.Cryptography.RandomSource.System);
        var link = Fluister.Client.Contacts.Usernames.Link(entropy.Reveal(), handle);
        var (asked, found, status) = (new List<string>(), far, 200);
        var book = Lying(ben, asked, () => asked[^1].Contains("username_link", StringComparison.Ordinal)
            ? (200, $$"""{"usernameLinkEncryptedValue":"{{Base64Url.EncodeToString(behind)}}"}""")
            : (status, $$"""{"uuid":"{{found}}"}"""));

        Assert.Equal(ServiceId.Aci(far), await book.ResolveAsync(link, Cancellation));
        Assert.EndsWith("?domain=0102030405", asked[^1], StringComparison.Ordinal);
        found = anna.Self.Aci.Uuid;
        await RefusedAsync(ClientError.NotFound, () => book.ResolveAsync(link, Cancellation));
        status = 503;
        await RefusedAsync(ClientError.Unreachable, () => book.ResolveAsync(link, Cancellation));

        static Guid Minted(byte[] tag) => new([.. tag, .. Registrant.Bytes(11)], bigEndian: true);
    }

    // What the home server says of usernames, whatever is asked.
    private static ContactBook Lying(AccountClient person, List<string> asked, Func<(int Status, string Body)> answer) =>
        new(person.Context with
        {
            Api = new HomeServerApi(person.Context.Api.Link)
            {
                Around = (request, _) =>
                {
                    asked.Add(request.Path);
                    var (status, body) = answer();
                    return Task.FromResult(new ServiceResponse(status, Encoding.UTF8.GetBytes(body), new Dictionary<string, string>()));
                },
            },
        });

    private static async Task RefusedAsync(ClientError error, Func<Task> work) =>
        Assert.Equal(error, (await Assert.ThrowsAsync<ClientException>(work)).Error);
}
