using Fluister.Server;

namespace Fluister.ServerTests.Devices;

/// <summary>What devices change of themselves and of each other.</summary>
public sealed class DeviceTests
{
    [Fact]
    public async Task A_primary_removes_a_linked_device_with_its_keys_and_mailbox_and_not_itself()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync(devices: 3);
        var (primary, second) = (account.Caller, account.Caller with { Device = account.Account.Devices[1] });
        Assert.Equal(401, (await server.AskAsync("DELETE", "/v1/devices/3", second)).Status);
        Assert.Equal(403, (await server.AskAsync("DELETE", "/v1/devices/1", primary)).Status);
        Assert.Equal(204, (await server.AskAsync("DELETE", "/v1/devices/3", primary)).Status);
        Assert.Equal(204, (await server.AskAsync("DELETE", "/v1/devices/2", second)).Status);
        Assert.Equal([1], server.Home.Accounts.Find(account.Account.Aci)!.Devices.Select(device => device.Id));
        Assert.Equal(401, (await server.AskAsync("GET", "/v1/accounts/whoami", second)).Status);
        Assert.Equal(0, server.Database.Read(read => read.First("SELECT COUNT(*) FROM pre_key WHERE device > 1", row => row.GetInt32(0))));
        Assert.Equal(404, (await server.AskAsync("DELETE", "/v1/devices/x", primary)).Status);
    }

    [Fact]
    public async Task A_primary_names_all_devices_and_a_linked_one_itself()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync(devices: 3);
        var (primary, second) = (account.Caller, account.Caller with { Device = account.Account.Devices[1] });
        var name = Json.Body(new { deviceName = "bmFtZQ" });
        Assert.Equal(204, (await server.AskAsync("PUT", "/v1/accounts/name?deviceId=3", primary, name)).Status);
        Assert.Equal(204, (await server.AskAsync("PUT", "/v1/accounts/name", second, name)).Status);
        Assert.Equal(403, (await server.AskAsync("PUT", "/v1/accounts/name?deviceId=3", second, name)).Status);
        Assert.Equal(404, (await server.AskAsync("PUT", "/v1/accounts/name?deviceId=4", primary, name)).Status);
        Assert.Equal(422, (await server.AskAsync("PUT", "/v1/accounts/name", primary, Json.Body(new { deviceName = "" }))).Status);
        var tooLong = Json.Body(new { deviceName = new byte[ServerLimits.DeviceName + 1] });
        Assert.Equal(422, (await server.AskAsync("PUT", "/v1/accounts/name", primary, tooLong)).Status);
        var devices = server.Home.Accounts.Find(account.Account.Aci)!.Devices;
        var names = devices.Select(device => device.Name is { } bytes ? Convert.ToBase64String(bytes) : null);
        Assert.Equal([null, "bmFtZQ==", "bmFtZQ=="], names);
    }

    [Fact]
    public async Task Capabilities_are_those_that_are_true()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        var body = Json.Text("{\"spqr\":true,\"storage\":false,\"attachmentBackfill\":true}");
        Assert.Equal(204, (await server.AskAsync("PUT", "/v1/devices/capabilities", account.Caller, body)).Status);
        Assert.Equal(["attachmentBackfill", "spqr"], server.Home.Accounts.Find(account.Account.Aci)!.Devices[0].Capabilities);
        foreach (var wrong in new[] { "[]", "{\"a\":1}", "{\"a,b\":true}", "{\"\":true}", "null" })
        {
            Assert.Equal(422, (await server.AskAsync("PUT", "/v1/devices/capabilities", account.Caller, Json.Text(wrong))).Status);
        }
    }

    [Fact]
    public async Task Where_an_archive_lies_reaches_the_device_it_is_for_and_no_other()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync(devices: 3);
        var second = account.Caller with { Device = account.Account.Devices[1] };
        var third = account.Caller with { Device = account.Account.Devices[2] };
        var (waiting, other) = (server.AskAsync("GET", "/v1/devices/transfer_archive", second).AsTask(),
            server.AskAsync("GET", "/v1/devices/transfer_archive", third).AsTask());
        var left = new { destinationDeviceId = 2, destinationDeviceRegistrationId = 1002, transferArchive = new { cdn = 3, key = "abc" } };
        Assert.Equal(204, (await server.AskAsync("PUT", "/v1/devices/transfer_archive", account.Caller, Json.Body(left))).Status);
        Assert.Equal("{\"cdn\":3,\"key\":\"abc\"}", (await waiting).Read().ToJsonString());
        server.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(204, (await other).Status);
        string[] wrongs = ["{}", "{\"cdn\":3}", "{\"error\":\"no such\"}", "{\"cdn\":3,\"key\":\"a\",\"error\":\"RELINK_REQUESTED\"}"];
        foreach (var wrong in wrongs)
        {
            var body = $"{{\"destinationDeviceId\":2,\"destinationDeviceRegistrationId\":1002,\"transferArchive\":{wrong}}}";
            Assert.Equal(422, (await server.AskAsync("PUT", "/v1/devices/transfer_archive", account.Caller, Json.Text(body))).Status);
        }
    }

    [Fact]
    public async Task How_somebody_restores_reaches_who_waits_for_it()
    {
        await using var server = new TestServer();
        const string Path = "/v1/devices/restore_account/token";
        var waiting = server.AskAsync("GET", Path).AsTask();
        Assert.Equal(422, (await server.AskAsync("PUT", Path, body: Json.Body(new { method = "OTHER" }))).Status);
        Assert.Equal(204, (await server.AskAsync("PUT", Path, body: Json.Body(new { method = "DECLINE" }))).Status);
        Assert.Equal("DECLINE", (string)(await waiting).Read()["method"]!);
        var late = server.AskAsync("GET", "/v1/devices/restore_account/other?timeout=5").AsTask();
        server.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(204, (await late).Status);
    }
}
