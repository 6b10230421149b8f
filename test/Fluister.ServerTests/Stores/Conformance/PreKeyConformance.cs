using Fluister.Protocol.Addresses;
using Fluister.Server.PreKeys;

namespace Fluister.ServerTests.Stores.Conformance;

/// <summary>What published keys promise, whatever keeps them.</summary>
public sealed class PreKeyConformance
{
    /// <summary>Where each test runs.</summary>
    public static TheoryData<string> Backends => Backend.All;

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_one_time_key_is_given_once_however_many_ask_at_once(string backend)
    {
        await using var stores = Backend.Open(backend);
        var account = (await stores.Server.AddAccountAsync()).Account;
        var keys = new PreKeyStore(stores.Database);
        await PublishAsync(keys, account.Aci, PreKeyKind.OneTime, 100, 40);
        await PublishAsync(keys, account.Aci, PreKeyKind.OneTimeKem, 200, 30);
        var taken = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(async () =>
            (await keys.TakeAsync(account.Aci, ServiceIdKind.Aci, [1]))[1])));
        Assert.Equal(Enumerable.Range(100, 40), Ids(taken.Select(one => one.OneTime)));

        // Where no one-time KEM key is left, the one of last resort is given, and stays.
        Assert.Equal(Enumerable.Range(200, 30), Ids(taken.Select(one => one.Kem).Where(key => key.Id >= 200)));
        Assert.Equal(20, taken.Count(one => one.Kem.Id == 2));
        Assert.All(taken, one => Assert.Equal(1U, one.Signed.Id));
        await stores.ReopenAsync();
        keys = new PreKeyStore(stores.Database);
        Assert.Equal(0, keys.Count(account.Aci, 1, ServiceIdKind.Aci, PreKeyKind.OneTime));
        Assert.Equal(0, keys.Count(account.Aci, 1, ServiceIdKind.Aci, PreKeyKind.OneTimeKem));
        Assert.NotNull(keys.Find(account.Aci, 1, ServiceIdKind.Aci, PreKeyKind.LastResortKem));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Keys_take_the_place_of_those_of_their_kind_identity_and_device_alone(string backend)
    {
        await using var stores = Backend.Open(backend);
        var account = (await stores.Server.AddAccountAsync(devices: 2)).Account;
        var keys = new PreKeyStore(stores.Database);
        foreach (var device in new[] { 1, 2 })
        {
            await PublishAsync(keys, account.Aci, PreKeyKind.OneTime, 100, 5, device);
            await PublishAsync(keys, account.Aci, PreKeyKind.OneTime, 100, 6, device, ServiceIdKind.Pni);
        }

        await PublishAsync(keys, account.Aci, PreKeyKind.OneTime, 300, 3);
        await stores.ReopenAsync();
        keys = new PreKeyStore(stores.Database);
        int Count(int device, ServiceIdKind identity) => keys.Count(account.Aci, device, identity, PreKeyKind.OneTime);
        Assert.Equal((3, 6, 5, 6), (Count(1, ServiceIdKind.Aci), Count(1, ServiceIdKind.Pni), Count(2, ServiceIdKind.Aci),
            Count(2, ServiceIdKind.Pni)));
        var taken = await keys.TakeAsync(account.Aci, ServiceIdKind.Aci, [1, 2, 3]);
        Assert.Equal([1, 2], taken.Keys.Order());
        Assert.Equal((300U, 100U), (taken[1].OneTime!.Id, taken[2].OneTime!.Id));
        await stores.Database.WriteAsync(session =>
        {
            PreKeyStore.Clear(session, account.Aci, ServiceIdKind.Aci);
            return true;
        });
        Assert.Empty(await keys.TakeAsync(account.Aci, ServiceIdKind.Aci, [1, 2]));
        Assert.Equal(2, (await keys.TakeAsync(account.Aci, ServiceIdKind.Pni, [1, 2])).Count);
    }

    private static IEnumerable<int> Ids(IEnumerable<PublishedKey?> keys) => keys.OfType<PublishedKey>().Select(key => (int)key.Id).Order();

    // What keys are is not the store's concern.
    private static Task PublishAsync(
        PreKeyStore keys, Guid aci, PreKeyKind kind, uint first, int count, int device = 1, ServiceIdKind identity = ServiceIdKind.Aci) =>
        keys.PublishAsync(aci, device, identity, new Dictionary<PreKeyKind, IReadOnlyList<PublishedKey>>
        {
            [kind] = [.. Enumerable.Range(0, count).Select(i => new PublishedKey(first + (uint)i, [(byte)i], null))],
        });
}
