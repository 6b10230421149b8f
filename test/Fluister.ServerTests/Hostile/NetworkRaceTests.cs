using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Fluister.Protocol.Addresses;
using Fluister.Server.PreKeys;
using Fluister.ServerTests.Sockets;

namespace Fluister.ServerTests.Hostile;

/// <summary>Races over real connections: what is there once is given once, and who goes takes everything along.</summary>
public sealed class NetworkRaceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_time_keys_that_many_connections_take_at_once_are_given_once_each()
    {
        const int Keys = 40;
        await using var scene = await SocketScene.StartAsync();
        var account = scene.Account.Account;
        await new PreKeyStore(scene.Server.Database).PublishAsync(
            account.Aci,
            1,
            ServiceIdKind.Aci,
            new Dictionary<PreKeyKind, IReadOnlyList<PublishedKey>>
            {
                [PreKeyKind.OneTime] = [.. Enumerable.Range(100, Keys).Select(id => TestAccount.OneTime((uint)id))],
            });
        var taken = new ConcurrentBag<int?>();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(async () =>
        {
            await using var client = await SocketClient.ConnectAsync(
                scene.Http, scene.Server.Port, null, Cancellation, i % 2 == 0 ? new Version(2, 0) : null);
            var key = $"Unidentified-Access-Key: {Convert.ToBase64String(TestAccount.AccessKey)}";
            for (var n = 0; n < 8; n++)
            {
                var answer = await client.AskAsync("GET", $"/v2/keys/{account.Aci}/1", null, Cancellation, key);
                Assert.Equal(200U, answer.Status);
                taken.Add((int?)JsonNode.Parse(answer.Body.Span)!["devices"]![0]!["preKey"]?["keyId"]);
            }
        })));
        Assert.Equal(Enumerable.Range(100, Keys), taken.OfType<int>().Order());
        Assert.Equal(48, taken.Count);
    }

    [Fact]
    public async Task One_token_links_one_device_however_often_it_is_shown_at_once()
    {
        await using var server = new TestServer();
        var person = new Registrant(server, "+31612345678");
        var primary = await person.RegisterAsync(await Registrant.InviteAsync(server));
        var code = (await server.AskAsync("GET", "/v1/devices/provisioning/code", primary)).Read()["verificationCode"]!;
        var statuses = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(async () =>
        {
            var body = person.Keys();
            body["verificationCode"] = code.DeepClone();
            body["accountAttributes"] = new JsonObject
            {
                ["fetchesMessages"] = true,
                ["registrationId"] = 70 + i,
                ["pniRegistrationId"] = 80 + i,
                ["capabilities"] = new JsonObject { ["spqr"] = true },
            };
            var header = ("Authorization", Registrant.Basic("anything", $"linked {i}"));
            return (await server.AskAsync("PUT", "/v1/devices/link", body: Json.Text(body.ToJsonString()), headers: header)).Status;
        })));
        Assert.Equal(1, statuses.Count(status => status == 200));
        Assert.DoesNotContain(statuses, status => status >= 500);
        Assert.Equal(2, server.Home.Accounts.Find(primary.Account.Aci)!.Devices.Count);
    }

    [Fact]
    public async Task An_account_that_is_deleted_while_others_write_to_it_is_gone_and_nothing_of_it_is_left()
    {
        await using var scene = await SocketScene.StartAsync(devices: 2);
        await using var reader = await scene.ConnectAsync(device: 2);
        var statuses = new ConcurrentBag<int>();
        var writing = Enumerable.Range(0, 6).Select(i => Task.Run(async () =>
        {
            for (var n = 0; n < 40; n++)
            {
                statuses.Add(await scene.TrySendAsync((100 * i) + n));
            }
        })).ToList();
        while (statuses.Count < 60)
        {
            await Task.Delay(1, Cancellation);
        }

        Assert.Equal(204, (await scene.Server.AskAsync("DELETE", "/v1/accounts/me", scene.Account.Caller)).Status);
        await Task.WhenAll(writing);
        await reader.WaitForEndAsync(Cancellation);
        Assert.Equal(4401, reader.Code);
        Assert.Equal([200, 401], statuses.Distinct().Order());
        Assert.Equal((0, 0), (scene.Waiting(1), scene.Waiting(2)));
        Assert.Equal(401, await scene.TrySendAsync(1));
    }
}
