using System.Text;
using System.Text.Json;
using Fluister.InteropTests.Libsignal;

namespace Fluister.InteropTests.Server;

/// <summary>The official client waits for a primary, is written to by it, and links a device.</summary>
public sealed class LinkingTests(ServerProcess server, OfficialNet net) : IClassFixture<ServerProcess>, IClassFixture<OfficialNet>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_device_waits_at_an_address_is_written_to_and_is_linked(int http)
    {
        var client = net.Open(server, http);
        var account = client.Register();
        var primary = client.Connect(account);
        primary.Next("empty");

        var waiting = client.ConnectProvisioning();
        var address = waiting.Next("address");
        waiting.Answer(address.Number("message"));
        var path = $"/v1/provisioning/{address.Text("address")}";
        var envelope = Encoding.UTF8.GetBytes("what only the new device can read");
        var body = JsonSerializer.Serialize(new { body = Convert.ToBase64String(envelope) });
        Assert.Equal(204, primary.Fetch("PUT", path, body).Status);
        var reached = waiting.Next("envelope");
        Assert.Equal(envelope, reached.Bytes("envelope"));
        waiting.Answer(reached.Number("message"));
        waiting.Next("interrupted");
        Assert.Equal(404, primary.Fetch("PUT", path, body).Status);

        using var code = JsonDocument.Parse(primary.Fetch("GET", "/v1/devices/provisioning/code").Body);
        var (status, linked) = LinkedDevice.Link(net, client, account, code.RootElement.GetProperty("verificationCode").GetString()!);
        Assert.Equal(200, status);
        using var device = JsonDocument.Parse(linked);
        Assert.Equal(account.Aci, device.RootElement.GetProperty("uuid").GetString());
        Assert.Equal(2, device.RootElement.GetProperty("deviceId").GetInt32());
        Assert.Equal(403, LinkedDevice.Link(net, client, account, code.RootElement.GetProperty("verificationCode").GetString()!).Status);

        var token = code.RootElement.GetProperty("tokenIdentifier").GetString();
        Assert.Equal(200, primary.Fetch("GET", $"/v1/devices/wait_for_linked_device/{token}").Status);
        var second = client.Connect($"{account.Aci}.2", "linked");
        second.Next("empty");
        Assert.Equal(200, second.Fetch("GET", "/v1/accounts/whoami").Status);

        // Removed by the primary: told so, and not let in again.
        Assert.Equal(204, primary.Fetch("DELETE", "/v1/devices/2").Status);
        Assert.Equal("ConnectionInvalidated", second.Next("interrupted").Text("name"));
        Assert.Equal("DeviceDelinked", Assert.Throws<LibsignalException>(() => client.Connect($"{account.Aci}.2", "linked")).Name);
        primary.Disconnect();
    }

    [Fact]
    public void A_deleted_account_is_gone_for_its_devices_and_for_others()
    {
        var client = net.Open(server, 2);
        var account = client.Register();
        var primary = client.Connect(account);
        primary.Next("empty");
        var anonymous = client.ConnectAnonymously();
        Assert.Equal(200, anonymous.Fetch("HEAD", $"/v1/accounts/account/{account.Aci}").Status);
        Assert.Equal(204, primary.Fetch("DELETE", "/v1/accounts/me").Status);
        Assert.Equal("ConnectionInvalidated", primary.Next("interrupted").Text("name"));
        Assert.Equal(404, anonymous.Fetch("HEAD", $"/v1/accounts/account/{account.Aci}").Status);
        Assert.Equal(401, anonymous.Fetch("GET", $"/v1/profile/{account.Aci}", headers: Talk.WithKey(account.AccessKey)).Status);
        Assert.Equal("DeviceDelinked", Assert.Throws<LibsignalException>(() => client.Connect(account)).Name);
        anonymous.Disconnect();
    }
}
