using Fluister.Client;
using Fluister.Client.Accounts;
using Fluister.Protocol.Profiles;

namespace Fluister.ServerTests.Client.Accounts;

/// <summary>An account from its invite's link on: registered, opened, with its profile published.</summary>
public sealed class AccountOpeningTests : IAsyncLifetime
{
    private AccountScene _scene = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _scene = await AccountScene.StartAsync();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("+31612345678")]
    public async Task An_invite_link_makes_an_open_account_with_its_keys_and_profile_published(string? number)
    {
        var anna = await _scene.PersonAsync("Anna", number);
        Assert.Equal(new ProfileName("Anna"), anna.Profile.Name);
        Assert.Equal(UpkeepTask.None, Upkeep.Due(anna.Context.Store.Items) & ~UpkeepTask.WriteStorage);
        Assert.Equal("Anna's computer", Assert.Single(await anna.DevicesAsync(Cancellation)).Name);
        var counted = await anna.Context.Api.CountKeysAsync(Protocol.Addresses.ServiceIdKind.Aci, Cancellation);
        Assert.Equal((100, 100), (counted.Count, counted.PqCount));
        var (profile, _) = await anna.Context.Api.ProfileAsync(
            anna.Self.Aci, anna.Self.ProfileKey.Version(anna.Self.Aci), null, Cancellation);
        Assert.Equal(new ProfileName("Anna"), ProfileCipher.DecryptName(anna.Self.ProfileKey, profile!.Name));
    }

    [Fact]
    public async Task Registering_again_into_the_same_folder_opens_the_same_account()
    {
        var folder = _scene.Folder("a");
        var request = new RegisterRequest { Invite = await _scene.LinkAsync() };
        await using (var first = await AccountClient.RegisterAsync(folder, _scene.Key, request, cancel: Cancellation))
        {
            var inUse = await Assert.ThrowsAsync<ClientException>(
                () => AccountClient.RegisterAsync(folder, _scene.Key, request, cancel: Cancellation));
            Assert.Equal(ClientError.InUse, inUse.Error);
        }

        await using var second = await AccountClient.RegisterAsync(folder, _scene.Key, request, cancel: Cancellation);
        Assert.Equal(1, _scene.Server.Database.Read(session =>
            session.First<int?>("SELECT count(*) FROM account", row => row.GetInt32(0))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("fluister://localhost/?key=AAAA#a.1")]
    [InlineData("https://localhost:1")]
    public async Task What_is_no_invite_is_bad_input(string invite)
    {
        var refused = await Assert.ThrowsAsync<ClientException>(() => AccountClient.RegisterAsync(
            _scene.Folder("a"), _scene.Key, new RegisterRequest { Invite = invite }, cancel: Cancellation));
        Assert.Equal(ClientError.BadInput, refused.Error);
    }

    [Fact]
    public async Task An_invite_with_another_servers_key_is_not_followed()
    {
        var link = await _scene.LinkAsync();
        var other = Fluister.Protocol.Keys.KeyPair.Generate(Fluister.Cryptography.RandomSource.System).Public;
        Assert.True(Fluister.Wire.Descriptors.InviteLink.TryParse(link, out var read));
        var forged = read with { Key = other };
        var refused = await Assert.ThrowsAsync<ClientException>(() => AccountClient.RegisterAsync(
            _scene.Folder("a"), _scene.Key, new RegisterRequest { Invite = forged.ToString() }, cancel: Cancellation));
        Assert.Equal(ClientError.UntrustedServer, refused.Error);
    }

    [Fact]
    public async Task A_server_is_found_by_address_and_fingerprint_too()
    {
        var invite = await _scene.InviteAsync();
        var request = new RegisterRequest
        {
            Invite = $"{invite.Text}.{invite.Code}",
            Server = $"https://localhost:{_scene.Server.Port}",
            Fingerprint = Fluister.Wire.Descriptors.Fingerprint.Of(_scene.Server.Key),
        };
        await using var client = await AccountClient.RegisterAsync(_scene.Folder("a"), _scene.Key, request, cancel: Cancellation);
        Assert.Equal(_scene.Server.Home.Identity.Tag, Fluister.Wire.ServerTag.Of(client.Self.Aci.Uuid));
    }

    [Fact]
    public async Task A_deleted_account_is_gone()
    {
        var anna = await _scene.PersonAsync("Anna");
        var ben = await _scene.PersonAsync("Ben");
        await anna.DeleteAccountAsync(Cancellation);
        Assert.False(await ben.FetchProfileAsync(anna.Self.Aci, Cancellation));
    }
}
