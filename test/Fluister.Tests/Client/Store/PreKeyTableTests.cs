using Fluister.Client;
using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.PreKeys;
using Fluister.Protocol.Sessions;

namespace Fluister.Tests.Client.Store;

public sealed class PreKeyTableTests : StoreFixture
{
    private const ServiceIdKind Aci = ServiceIdKind.Aci;
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);
    private readonly IdentityKeyPair _identity = IdentityKeyPair.Generate(RandomSource.System);

    [Fact]
    public void Ids_go_on_and_begin_again_before_a_run_would_not_fit()
    {
        Assert.Equal(1u, Store.PreKeys.NextId(Aci, "ec", 100));
        Assert.Equal(101u, Store.PreKeys.NextId(Aci, "ec", 1));
        Assert.Equal(1u, Store.PreKeys.NextId(Aci, "kem", 1));
        Assert.Equal(1u, Store.PreKeys.NextId(ServiceIdKind.Pni, "ec", 1));
        Store.PreKeys.SkipIds((int)ClientLimits.PreKeyId - 111);
        Reopen();
        Assert.Equal(ClientLimits.PreKeyId - 9, Store.PreKeys.NextId(Aci, "ec", 10));
        Assert.Equal(1u, Store.PreKeys.NextId(Aci, "ec", 1));
        Assert.Equal(ClientLimits.PreKeyId - 109, Store.PreKeys.NextId(Aci, "kem", 1));
    }

    [Fact]
    public void A_one_time_key_is_gone_once_it_was_used()
    {
        using var ec = PreKey.Generate(7, RandomSource.System);
        using var kem = KemPreKey.Generate(8, _identity, s_now, RandomSource.System);
        Store.PreKeys.Add(Aci, ec);
        Store.PreKeys.Add(Aci, kem, isLastResort: false);
        Assert.Equal((1, 1), Store.PreKeys.Count(Aci));
        Assert.Equal((0, 0), Store.PreKeys.Count(ServiceIdKind.Pni));
        Store.PreKeys.Use(Aci, new PreKeysUsed(7, 1, 8, ec.Keys.Public));
        Assert.Equal((0, 0), Store.PreKeys.Count(Aci));
    }

    [Fact]
    public void The_last_resort_serves_each_handshake_once()
    {
        using var kem = KemPreKey.Generate(8, _identity, s_now, RandomSource.System);
        Store.PreKeys.Add(Aci, kem, isLastResort: true);
        using var a = KeyPair.Generate(RandomSource.System);
        using var b = KeyPair.Generate(RandomSource.System);
        Store.PreKeys.Use(Aci, new PreKeysUsed(null, 1, 8, a.Public));
        Store.PreKeys.Use(Aci, new PreKeysUsed(null, 1, 8, b.Public));
        Store.PreKeys.Use(Aci, new PreKeysUsed(null, 2, 8, a.Public));
        Reopen();
        var replay = Assert.Throws<ProtocolException>(() => Store.PreKeys.Use(Aci, new PreKeysUsed(null, 1, 8, a.Public)));
        Assert.Equal(ProtocolError.Duplicate, replay.Error);
        using var newest = Store.PreKeys.NewestLastResort(Aci);
        Assert.Equal(kem.Write(), newest!.Write());
    }

    [Fact]
    public void Old_ones_go_but_for_the_newest()
    {
        for (uint id = 1; id <= 3; id++)
        {
            using var signed = SignedPreKey.Generate(id, _identity, s_now.AddDays(id), RandomSource.System);
            Store.PreKeys.Add(Aci, signed);
            using var kem = KemPreKey.Generate(id, _identity, s_now.AddDays(id), RandomSource.System);
            Store.PreKeys.Add(Aci, kem, isLastResort: true);
            using var ec = PreKey.Generate(id, RandomSource.System);
            Store.PreKeys.Add(Aci, ec);
            using var oneTime = KemPreKey.Generate(10 + id, _identity, s_now, RandomSource.System);
            Store.PreKeys.Add(Aci, oneTime, isLastResort: false);
        }

        Store.PreKeys.Prune(Aci, s_now.AddDays(2), 2);
        Assert.Equal((2, 2), Store.PreKeys.Count(Aci));
        Assert.Equal([2, 3], Ids("SELECT id FROM preKeys ORDER BY id"));
        Assert.Equal([2, 3], Ids("SELECT id FROM signedPreKeys ORDER BY id"));
        Store.PreKeys.Prune(Aci, s_now.AddDays(99), 0);
        using var newestSigned = Store.PreKeys.NewestSigned(Aci);
        using var newestKem = Store.PreKeys.NewestLastResort(Aci);
        Assert.Equal((3u, 3u), (newestSigned!.Id, newestKem!.Id));
        Assert.Equal([3], Ids("SELECT id FROM signedPreKeys UNION ALL SELECT id FROM kyberPreKeys WHERE id < 3"));
    }

    private List<long> Ids(string sql) => Store.Read(() =>
    {
        var ids = new List<long>();
        using var rows = Store.Database.Prepare(sql);
        while (rows.Step())
        {
            ids.Add(rows.Int64(0));
        }

        return ids;
    });
}
