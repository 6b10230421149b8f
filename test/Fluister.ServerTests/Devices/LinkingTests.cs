using System.Text.Json.Nodes;
using Fluister.Protocol.Keys;
using Fluister.Server;
using Fluister.Server.Requests;

namespace Fluister.ServerTests.Devices;

/// <summary>A primary lets a device be linked, with a token that is good once and for minutes.</summary>
public sealed class LinkingTests
{
    [Fact]
    public async Task A_device_is_linked_and_the_primary_that_waits_is_told()
    {
        await using var server = new TestServer();
        var (person, primary) = await RegisterAsync(server);
        var code = (await server.AskAsync("GET", "/v1/devices/provisioning/code", primary)).Read();
        var waiting = server.AskAsync("GET", $"/v1/devices/wait_for_linked_device/{code["tokenIdentifier"]}", primary);
        Assert.False(waiting.IsCompleted);
        var linked = await LinkAsync(server, person, (string)code["verificationCode"]!);
        Assert.Equal(200, linked.Status);
        Assert.Equal(primary.Account.Aci, (Guid)linked.Read()["uuid"]!);
        Assert.Equal(primary.Account.Pni, (Guid)linked.Read()["pni"]!);
        Assert.Equal(2, (int)linked.Read()["deviceId"]!);
        var told = await waiting;
        Assert.Equal(200, told.Status);
        Assert.Equal(2, (int)told.Read()["id"]!);

        // Who asks later is told at once.
        Assert.Equal(200, (await server.AskAsync("GET", $"/v1/devices/wait_for_linked_device/{code["tokenIdentifier"]}", primary)).Status);
        var device = person.Caller(primary.Account.Aci, 2, "linked");
        Assert.Equal(200, (await server.AskAsync("GET", "/v1/accounts/whoami", device)).Status);
        var keys = await server.AskAsync("GET", $"/v2/keys/{primary.Account.Aci}/2", primary);
        Assert.Equal(77, (int)keys.Read()["devices"]![0]!["registrationId"]!);
    }

    [Fact]
    public async Task Who_waits_for_a_device_that_does_not_come_is_answered_in_time()
    {
        await using var server = new TestServer();
        var (_, primary) = await RegisterAsync(server);
        var code = (await server.AskAsync("GET", "/v1/devices/provisioning/code", primary)).Read();
        var (wait, token) = ("/v1/devices/wait_for_linked_device", (string)code["tokenIdentifier"]!);
        var waiting = server.AskAsync("GET", $"{wait}/{token}?timeout=3600", primary).AsTask();
        server.Clock.Advance(ServerLimits.LongPoll - TimeSpan.FromSeconds(1));
        Assert.False(waiting.IsCompleted);
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(204, (await waiting).Status);
        foreach (var path in new[] { "x", $"{token}?timeout=0", $"{token}?timeout=3601", "%20?timeout=x" })
        {
            Assert.Equal(400, (await server.AskAsync("GET", $"{wait}/{path}", primary)).Status);
        }
    }

    [Fact]
    public async Task A_token_links_one_device_however_many_come_at_once()
    {
        await using var server = new TestServer();
        var (person, primary) = await RegisterAsync(server);
        var token = await TokenAsync(server, primary);
        var asked = Enumerable.Range(0, 4).Select(_ => Task.Run(async () => (await LinkAsync(server, person, token)).Status));
        Assert.Equal([200, 403, 403, 403], (await Task.WhenAll(asked)).Order());
        Assert.Equal(2, server.Home.Accounts.Find(primary.Account.Aci)!.Devices.Count);
    }

    [Fact]
    public async Task A_token_that_expired_or_was_changed_links_nobody()
    {
        await using var server = new TestServer();
        var (person, primary) = await RegisterAsync(server);
        var token = await TokenAsync(server, primary);
        for (var i = 0; i < token.Length; i += 7)
        {
            var changed = token.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'Q' : 'A';
            Assert.Equal(403, (await LinkAsync(server, person, new string(changed))).Status);
        }

        Assert.Equal(403, (await LinkAsync(server, person, "not a token")).Status);
        Assert.Equal(403, (await LinkAsync(server, person, "")).Status);
        server.Clock.Advance(ServerLimits.LinkToken);
        Assert.Equal(403, (await LinkAsync(server, person, token)).Status);
    }

    [Fact]
    public async Task An_account_has_six_devices_and_not_a_seventh_and_gives_an_id_away_again()
    {
        await using var server = new TestServer();
        var (person, primary) = await RegisterAsync(server);
        for (var id = 2; id < ServerLimits.Devices; id++)
        {
            server.Clock.Advance(ServerLimits.AllocateDevice.Refill);
            Assert.Equal(id, (int)(await LinkAsync(server, person, await TokenAsync(server, primary))).Read()["deviceId"]!);
        }

        var (sixth, seventh) = (await TokenAsync(server, primary), await TokenAsync(server, primary));
        Assert.Equal(ServerLimits.Devices, (int)(await LinkAsync(server, person, sixth)).Read()["deviceId"]!);
        Assert.Equal(411, (await LinkAsync(server, person, seventh)).Status);
        Assert.Equal(411, (await server.AskAsync("GET", "/v1/devices/provisioning/code", primary)).Status);
        Assert.Equal(204, (await server.AskAsync("DELETE", "/v1/devices/3", primary)).Status);
        Assert.Equal(3, (int)(await LinkAsync(server, person, seventh)).Read()["deviceId"]!);
    }

    [Fact]
    public async Task A_device_that_can_less_than_the_others_is_not_linked()
    {
        await using var server = new TestServer();
        var (person, primary) = await RegisterAsync(server);
        var token = await TokenAsync(server, primary);
        var less = await LinkAsync(server, person, token, body => body["accountAttributes"]!["capabilities"] = new JsonObject());
        Assert.Equal(409, less.Status);
        Assert.Equal(200, (await LinkAsync(server, person, token)).Status);
    }

    [Fact]
    public async Task Keys_and_attributes_of_a_new_device_are_checked_and_the_token_stays_good()
    {
        await using var server = new TestServer();
        var (person, primary) = await RegisterAsync(server);
        var token = await TokenAsync(server, primary);
        Action<JsonObject>[] wrongs =
        [
            body => body["aciSignedPreKey"] = new Registrant(server, "").Keys()["aciSignedPreKey"]!.DeepClone(),
            body => body["pniSignedPreKey"] = null,
            body => body["accountAttributes"]!["registrationId"] = 0,
            body => body["accountAttributes"]!["pniRegistrationId"] = null,
            body => body["accountAttributes"]!["capabilities"] = null,
        ];
        foreach (var wrong in wrongs)
        {
            Assert.Equal(422, (await LinkAsync(server, person, token, wrong)).Status);
        }

        Assert.Equal(200, (await LinkAsync(server, person, token)).Status);
    }

    [Fact]
    public async Task When_a_device_was_linked_is_told_to_the_account_alone()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync(devices: 2);
        var devices = (await server.AskAsync("GET", "/v1/devices", account.Caller)).Read()["devices"]!.AsArray();
        Assert.Equal(2, devices.Count);
        foreach (var device in devices)
        {
            byte[] bound = [(byte)(int)device!["id"]!, .. BitConverter.GetBytes((int)device["registrationId"]!).Reverse()];
            var ciphertext = Convert.FromBase64String((string)device["createdAtCiphertext"]!);
            var created = account.Aci.Private.Open(ciphertext, "deviceCreatedAt"u8, bound);
            Array.Reverse(created);
            Assert.Equal(server.Clock.GetUtcNow().ToUnixTimeMilliseconds(), BitConverter.ToInt64(created));
        }
    }

    private static async Task<(Registrant Person, Caller Primary)> RegisterAsync(TestServer server)
    {
        var person = new Registrant(server, "+31612345678");
        return (person, await person.RegisterAsync(await Registrant.InviteAsync(server)));
    }

    private static async Task<string> TokenAsync(TestServer server, Caller primary) =>
        (string)(await server.AskAsync("GET", "/v1/devices/provisioning/code", primary)).Read()["verificationCode"]!;

    private static ValueTask<Response> LinkAsync(TestServer server, Registrant person, string token, Action<JsonObject>? change = null)
    {
        var body = person.Keys();
        body["verificationCode"] = token;
        body["accountAttributes"] = new JsonObject
        {
            ["fetchesMessages"] = true,
            ["registrationId"] = 77,
            ["pniRegistrationId"] = 78,
            ["name"] = "bmFtZQ==",
            ["capabilities"] = new JsonObject { ["spqr"] = true },
        };
        change?.Invoke(body);
        var authorization = Registrant.Basic("anything", "linked");
        return server.AskAsync("PUT", "/v1/devices/link", body: Json.Text(body.ToJsonString()), headers: ("Authorization", authorization));
    }
}
