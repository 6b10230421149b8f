using Fluister.Client;
using Fluister.Client.Contacts;
using Fluister.Client.Transport;

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

    private static async Task RefusedAsync(ClientError error, Func<Task> work) =>
        Assert.Equal(error, (await Assert.ThrowsAsync<ClientException>(work)).Error);
}
