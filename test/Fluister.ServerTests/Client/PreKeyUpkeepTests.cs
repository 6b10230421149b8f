using System.Text.Json;
using Fluister.Client;
using Fluister.Protocol.Addresses;
using Fluister.Server.PreKeys;
using Fluister.Wire.Json;
using Fluister.Wire.Protos;

namespace Fluister.ServerTests.Client;

/// <summary>The server never runs out of pre-keys, and never has one whose private part is not held.</summary>
public sealed class PreKeyUpkeepTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServiceIdKind.Aci)]
    [InlineData(ServiceIdKind.Pni)]
    public async Task New_one_time_keys_are_published_when_few_are_left(ServiceIdKind kind)
    {
        await using var scene = await ClientScene.StartAsync();
        var anna = await scene.AddAsync();
        await anna.ReadyAsync();
        Assert.Equal((ClientLimits.OneTimePreKeys, ClientLimits.OneTimePreKeys), await CountAsync(anna, kind));

        await LeaveAsync(scene, anna, kind, ClientLimits.FewPreKeys);
        await anna.Client.PreKeys.CheckAsync(Cancellation);
        Assert.Equal(ClientLimits.FewPreKeys, (await CountAsync(anna, kind)).Ec);

        await LeaveAsync(scene, anna, kind, ClientLimits.FewPreKeys - 1);
        await anna.Client.PreKeys.CheckAsync(Cancellation);
        Assert.Equal((ClientLimits.OneTimePreKeys, ClientLimits.OneTimePreKeys), await CountAsync(anna, kind));
    }

    [Fact]
    public async Task Signed_keys_are_replaced_after_two_days_and_the_old_ones_kept_for_thirty()
    {
        await using var scene = await ClientScene.StartAsync();
        var anna = await scene.AddAsync(connect: false);
        await anna.CloseAsync();
        var clock = new MovableClock();
        anna.Open(clock: clock);
        await anna.ReadyAsync();
        var first = Published(scene, anna);

        clock.Ahead = TimeSpan.FromDays(1.9);
        await anna.Client.PreKeys.CheckAsync(Cancellation);
        Assert.Equal(first, Published(scene, anna));

        clock.Ahead = TimeSpan.FromDays(2.1);
        await anna.Client.PreKeys.CheckAsync(Cancellation);
        var second = Published(scene, anna);
        Assert.NotEqual(first.Signed, second.Signed);
        Assert.NotEqual(first.LastResort, second.LastResort);
        Assert.True(Holds(anna, first));

        clock.Ahead = TimeSpan.FromDays(31);
        await anna.Client.PreKeys.CheckAsync(Cancellation);
        Assert.False(Holds(anna, first));
        Assert.True(Holds(anna, Published(scene, anna)));
    }

    [Fact]
    public async Task Keys_whose_publishing_was_not_answered_are_published_again_and_no_others_made()
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var anna = await scene.AddAsync(connect: false);
        meddler.Answered = (request, response) => IsPublish(request) ? null : response;
        anna.Client.Connect(receive: true);
        await Assert.ThrowsAsync<ClientException>(() => anna.Client.PreKeys.CheckAsync(Cancellation));
        await anna.CloseAsync();
        var lost = Signed(meddler);
        meddler.Answered = null;
        meddler.Requests.Clear();

        anna.Open();
        await anna.ReadyAsync();
        Assert.Contains(Assert.Single(Signed(meddler).Distinct()), lost);
        Assert.True(Holds(anna, Published(scene, anna)));
    }

    [Fact]
    public async Task A_server_that_fell_back_to_earlier_keys_is_given_new_ones()
    {
        await using var scene = await ClientScene.StartAsync();
        var anna = await scene.AddAsync();
        await anna.ReadyAsync();
        await scene.Server.Database.WriteAsync(session =>
        {
            PreKeyStore.Replace(session, anna.Account.Account.Aci, 1, ServiceIdKind.Aci, PreKeyKind.Signed, [anna.Account.Signed(7777)]);
            return true;
        });

        await anna.Client.PreKeys.CheckAsync(Cancellation);
        Assert.True(Holds(anna, Published(scene, anna)));
        Assert.NotEqual(7777u, Published(scene, anna).Signed);
    }

    private static bool IsPublish(SocketRequest request) =>
        request.Verb == "PUT" && request.Path.StartsWith("/v2/keys", StringComparison.Ordinal);

    private static List<uint> Signed(Meddler meddler) =>
    [
        .. meddler.Requests.Where(request => IsPublish(request) && request.Path.Contains("aci", StringComparison.Ordinal))
            .Select(request => JsonSerializer.Deserialize(request.Body.Span, WireJson.Default.PublishKeysJson)!.SignedPreKey!.KeyId),
    ];

    private static async Task<(int Ec, int Kem)> CountAsync(Person person, ServiceIdKind kind)
    {
        var count = await person.Client.Context.Api.CountKeysAsync(kind, Cancellation);
        return (count.Count, count.PqCount);
    }

    private static Task LeaveAsync(ClientScene scene, Person person, ServiceIdKind kind, uint count) =>
        scene.Server.Database.WriteAsync(session =>
        {
            PreKeyStore.Replace(
                session, person.Account.Account.Aci, 1, kind, PreKeyKind.OneTime, [.. Ids(count).Select(TestAccount.OneTime)]);
            PreKeyStore.Replace(
                session, person.Account.Account.Aci, 1, kind, PreKeyKind.OneTimeKem,
                    [.. Ids(count).Select(id => person.Account.Kem(id, kind))]);
            return true;
        });

    private static IEnumerable<uint> Ids(uint count) => Enumerable.Range(1, (int)count).Select(id => (uint)id);

    private static (uint Signed, uint LastResort) Published(ClientScene scene, Person person)
    {
        var keys = new PreKeyStore(scene.Server.Database);
        var aci = person.Account.Account.Aci;
        return (keys.Find(aci, 1, ServiceIdKind.Aci, PreKeyKind.Signed)!.Id,
            keys.Find(aci, 1, ServiceIdKind.Aci, PreKeyKind.LastResortKem)!.Id);
    }

    private static bool Holds(Person person, (uint Signed, uint LastResort) ids) => person.Store.Read(() =>
    {
        using var signed = person.Store.Database.Prepare($"SELECT count(*) FROM signedPreKeys WHERE ours = 0 AND id = {ids.Signed}");
        using var last = person.Store.Database.Prepare($"SELECT count(*) FROM kyberPreKeys WHERE ours = 0 AND id = {ids.LastResort}");
        return signed.Step() && signed.Int64(0) == 1 && last.Step() && last.Int64(0) == 1;
    });
}
