using System.Text.Json;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Json;
using Fluister.Wire.Protos;

namespace Fluister.ServerTests.Client;

/// <summary>Several devices of an account: all are written to, all of one's own are told, and lists that have changed are
/// followed.</summary>
public sealed class DeviceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_device_gets_a_message_and_the_senders_other_device_is_told()
    {
        await using var scene = await ClientScene.StartAsync();
        var anna = await scene.AddAsync(devices: 2);
        var tablet = scene.AddDevice(anna, 2);
        var bert = await scene.AddAsync();
        foreach (var person in new[] { anna, tablet, bert })
        {
            await person.ReadyAsync();
        }

        await bert.SendAsync(anna.Id, "to both");
        await anna.NextTextAsync("to both");
        await tablet.NextTextAsync("to both");

        var timestamp = anna.Write(bert.Id, "from one", isTold: true);
        Assert.Equal(1, (await bert.NextTextAsync("from one")).Device);
        var told = await tablet.NextAsync<Fluister.Client.ContentReceived>();
        Assert.Equal((anna.Id, 1, timestamp, false), (told.Sender, told.Device, told.Timestamp, told.IsSealed));
        Assert.Equal("from one", told.Content.SyncMessage.Sent.Message.Body);
    }

    [Fact]
    public async Task A_device_that_was_not_known_gets_the_same_message_and_the_others_no_other_one()
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var anna = await scene.AddAsync(devices: 2);
        var tablet = scene.AddDevice(anna, 2);
        var bert = await scene.AddAsync();
        await anna.ReadyAsync();
        await tablet.ReadyAsync();
        await bert.SendAsync(anna.Id, "first");
        bert.Store.Sessions.Remove(ServiceIdKind.Aci, new ProtocolAddress(anna.Id, 2));
        meddler.Requests.Clear();

        await bert.SendAsync(anna.Id, "second");

        var sent = meddler.Requests.Where(OutboxTests.IsSend).Select(Messages).ToList();
        Assert.Equal(2, sent.Count);
        Assert.Equal([1], sent[0].Keys);
        Assert.Equal([1, 2], sent[1].Keys.Order());
        Assert.Equal(sent[0][1], sent[1][1]);
        foreach (var device in new[] { anna, tablet })
        {
            await device.NextTextAsync("first");
            await device.NextTextAsync("second");
        }
    }

    [Fact]
    public async Task A_device_that_is_gone_is_not_written_to_any_more()
    {
        await using var scene = await ClientScene.StartAsync();
        var anna = await scene.AddAsync(devices: 2);
        var tablet = scene.AddDevice(anna, 2);
        var bert = await scene.AddAsync();
        await anna.ReadyAsync();
        await tablet.ReadyAsync();
        await bert.SendAsync(anna.Id, "first");
        Assert.Equal(204, (await scene.Server.AskAsync("DELETE", "/v1/devices/2", anna.Account.Caller)).Status);

        await bert.SendAsync(anna.Id, "second");

        await anna.NextTextAsync("first");
        await anna.NextTextAsync("second");
        Assert.Equal([1], bert.Store.Sessions.Devices(ServiceIdKind.Aci, anna.Id, DateTimeOffset.UtcNow));
    }

    [Fact]
    public async Task A_device_that_was_registered_anew_gets_a_new_session()
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var (anna, bert) = await OutboxTests.PairAsync(scene);
        await anna.SendAsync(bert.Id, "first");
        await bert.NextTextAsync("first");
        await bert.SendAsync(anna.Id, "answered");
        await anna.NextTextAsync("answered");
        var refusals = 1;
        meddler.Instead = request => OutboxTests.IsSend(request) && Interlocked.Decrement(ref refusals) >= 0
            ? Meddler.Response(410, JsonSerializer.Serialize(new StaleDevicesJson([1]), WireJson.Default.StaleDevicesJson))
            : null;
        meddler.Requests.Clear();

        await anna.SendAsync(bert.Id, "second");

        await bert.NextTextAsync("second");
        Assert.Contains(meddler.Requests, request => request.Verb == "GET" && request.Path == $"/v2/keys/{bert.Id}/1");
    }

    [Fact]
    public async Task What_one_writes_to_oneself_goes_to_other_devices_and_nowhere_where_there_are_none()
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var alone = await scene.AddAsync();
        await alone.ReadyAsync();
        alone.Write(alone.Id, "a note", isTold: true);
        await alone.Client.SentAsync(Cancellation).WaitAsync(Person.Patience, Cancellation);
        Assert.DoesNotContain(meddler.Requests, OutboxTests.IsSend);

        var anna = await scene.AddAsync(devices: 2);
        var tablet = scene.AddDevice(anna, 2);
        await tablet.ReadyAsync();
        anna.Write(anna.Id, "for both", isTold: true);
        var told = await tablet.NextAsync<Fluister.Client.ContentReceived>();
        Assert.Equal("for both", told.Content.SyncMessage.Sent.Message.Body);
        Assert.False(told.IsSealed);
    }

    [Fact]
    public async Task Somebody_who_claims_to_be_another_device_of_ours_with_another_key_is_not_written_to()
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var anna = await scene.AddAsync(devices: 2);
        var stranger = await scene.AddAsync();
        await stranger.ReadyAsync();
        meddler.Answered = (request, response) =>
        {
            if (request.Path != $"/v2/keys/{anna.Id}/2")
            {
                return response;
            }

            var bundles = JsonSerializer.Deserialize(response.Body.Span, WireJson.Default.BundlesJson)!;
            return Meddler.Response(200, JsonSerializer.Serialize(
                bundles with { IdentityKey = stranger.Account.Aci.Public.Serialized.ToArray() }, WireJson.Default.BundlesJson));
        };

        var tries = Enumerable.Range(0, 2).Select(_ => new TaskCompletionSource()).ToList();
        var asked = -1;
        meddler.Instead = request =>
        {
            if (request.Path == $"/v2/keys/{anna.Id}/2" && ++asked < tries.Count)
            {
                tries[asked].TrySetResult();
            }

            return null;
        };
        anna.Write(anna.Id, "secret", isTold: true);
        await tries[1].Task.WaitAsync(Person.Patience, Cancellation);
        Assert.DoesNotContain(meddler.Requests, OutboxTests.IsSend);
    }

    private static Dictionary<int, byte[]> Messages(SocketRequest request) =>
        JsonSerializer.Deserialize(request.Body.Span, WireJson.Default.SendJson)!.Messages
            .ToDictionary(message => message.DestinationDeviceId, message => message.Content);
}
