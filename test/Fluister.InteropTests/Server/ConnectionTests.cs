using System.Text.Json;
using Fluister.InteropTests.Libsignal;

namespace Fluister.InteropTests.Server;

/// <summary>The official client registers with our server and connects to it, over HTTP/1.1 and over HTTP/2.</summary>
public sealed class ConnectionTests(ServerProcess server, OfficialNet net) : IClassFixture<ServerProcess>, IClassFixture<OfficialNet>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Somebody_without_an_account_connects_and_asks(int http)
    {
        var chat = net.Open(server, http).ConnectAnonymously();
        var answer = chat.Fetch("GET", "/v1/keepalive");
        Assert.Equal(200, answer.Status);
        Assert.True(answer.Headers.ContainsKey("x-signal-timestamp"));
        Assert.Equal(404, chat.Fetch("GET", "/v1/nothing/of/the/kind").Status);
        Assert.Equal(401, chat.Fetch("GET", "/v1/accounts/whoami").Status);
        chat.Disconnect();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_account_that_was_registered_by_invite_connects_and_is_told_who_it_is(int http)
    {
        var client = net.Open(server, http);
        var account = client.Register();
        var chat = client.Connect(account);
        chat.Next("empty");
        using var identity = JsonDocument.Parse(chat.Fetch("GET", "/v1/accounts/whoami").Body);
        Assert.Equal(account.Aci, identity.RootElement.GetProperty("uuid").GetString());
        Assert.Equal(account.Pni, $"PNI:{identity.RootElement.GetProperty("pni").GetString()}");
        Assert.Equal(account.Number, identity.RootElement.GetProperty("number").GetString());
        chat.Disconnect();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_wrong_password_is_told_that_the_device_is_not_linked_any_more(int http)
    {
        var client = net.Open(server, http);
        var account = client.Register();
        var wrong = Assert.Throws<LibsignalException>(() => client.Connect($"{account.Aci}.1", account.Password + "x"));
        Assert.Equal("DeviceDelinked", wrong.Name);
        Assert.Equal("DeviceDelinked", Assert.Throws<LibsignalException>(() => client.Connect($"{account.Aci}.2", account.Password)).Name);
        Assert.Equal("DeviceDelinked",
            Assert.Throws<LibsignalException>(() => client.Connect($"{Guid.NewGuid()}.1", account.Password)).Name);
    }

    [Fact]
    public void An_invite_for_one_registers_one()
    {
        var client = net.Open(server, 2);
        var invite = server.Invite(uses: 1);
        client.Register(invite, client.Number());
        var refused = Assert.Throws<LibsignalException>(() => client.Register(invite, client.Number()));
        Assert.NotEqual(-1, refused.Code);
    }

    [Fact]
    public void An_invite_for_two_registers_two_and_not_a_third()
    {
        var client = net.Open(server, 2);
        var invite = server.Invite(uses: 2);
        client.Register(invite, client.Number());
        client.Register(invite, client.Number());
        Assert.Throws<LibsignalException>(() => client.Register(invite, client.Number()));
    }

    [Fact]
    public void A_wrong_invite_or_a_wrong_code_registers_nobody()
    {
        var client = net.Open(server, 1);
        var (token, code) = server.Invite();
        var (other, _) = server.Invite();
        Assert.Throws<LibsignalException>(() =>
            client.Register((token[..^2] + (token[^2] == 'A' ? "B" : "A") + token[^1], code), client.Number()));
        var wrong = (int.Parse(code, System.Globalization.CultureInfo.InvariantCulture) + 1) % 1_000_000;
        Assert.Throws<LibsignalException>(() => client.Register((token, $"{wrong:d6}"), client.Number()));
        Assert.NotEqual(token, other);
        client.Register((token, code), client.Number());
    }
}
