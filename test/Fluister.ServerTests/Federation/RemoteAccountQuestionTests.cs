using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;
using Fluister.Server.Federation;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.ServerTests.Federation;

/// <summary>Whether accounts of other servers exist, and which identity keys they have.</summary>
public sealed class RemoteAccountQuestionTests
{
    [Fact]
    public async Task An_account_of_a_peer_exists_or_not_as_its_home_says()
    {
        await using var scene = await Neighbours.StartAsync();
        var account = await scene.Others[0].AddAccountAsync();
        var nobody = scene.Others[0].Identity.Tag.Mint(RandomSource.System);
        Assert.Equal(200, await ExistsAsync(scene, account.Id.ToString()));
        Assert.Equal(404, await ExistsAsync(scene, nobody.ToString()));
        Assert.Equal(404, await ExistsAsync(scene, $"PNI:{account.Account.Pni}"));
        await scene.Others[0].Home.Accounts.UpdateAsync(account.Account.Aci, before => before with { IsDisabled = true });
        Assert.Equal(404, await ExistsAsync(scene, account.Id.ToString()));
        scene.Cut.Add(scene.Others[0]);
        Assert.Equal(503, await ExistsAsync(scene, account.Id.ToString()));
    }

    [Fact]
    public async Task One_whose_devices_are_known_exists_without_a_question()
    {
        await using var scene = await Neighbours.StartAsync();
        var (account, relay) = (await scene.Others[0].AddAccountAsync(), scene.Here.Home.Relay);
        var peer = relay.PeerOf(account.Account.Aci)!;
        Assert.NotNull(await relay.Accounts.FindAsync(peer, account.Account.Aci, TestContext.Current.CancellationToken));
        scene.Cut.Add(scene.Others[0]);
        Assert.Equal(200, await ExistsAsync(scene, account.Id.ToString()));
        Assert.Equal(["devices"], scene.Asked);
    }

    [Fact]
    public async Task Identity_keys_are_compared_by_each_home_and_one_that_is_down_is_left_out()
    {
        await using var scene = await Neighbours.StartAsync(others: 3);
        var (here, first, second, third) = (await scene.Here.AddAccountAsync(), await scene.Others[0].AddAccountAsync(),
            await scene.Others[1].AddAccountAsync(), await scene.Others[2].AddAccountAsync());
        var same = await scene.Others[1].AddAccountAsync();
        scene.Cut.Add(scene.Others[2]);
        var fingerprint = SHA256.HashData(same.Account.AciIdentity.Serialized)[..4];
        TestAccount[] accounts = [here, first, second, second, same, third];
        var got = await CompareAsync(scene, accounts, fingerprint);
        Assert.Equal(
            new[] { here, first, second }
                .Select(account => (account.Id.ToString(), Convert.ToBase64String(account.Aci.Public.Serialized))).Order(),
            got.Order());
        Assert.Equal(3, scene.Asked.Count);
    }

    [Fact]
    public async Task A_peer_tells_keys_of_those_who_were_asked_for_alone()
    {
        await using var scene = await Neighbours.StartAsync(others: 2);
        var (account, other) = (await scene.Others[0].AddAccountAsync(), await scene.Others[1].AddAccountAsync());
        var key = IdentityKeyPair.Generate(RandomSource.System).Public.Serialized.ToArray();
        var fingerprint = SHA256.HashData(key)[..4];
        var forged = IdentityKeyPair.Generate(RandomSource.System).Public.Serialized.ToArray();
        scene.Lie(scene.Others[1], (_, _) => new IdentitiesResponse
        {
            Identities =
            {
                Tell(other, key), // The one that is known.
                Tell(account, forged), // Another server's account.
                new IdentitiesResponse.Types.Identity { Aci = ByteString.CopyFrom(new byte[3]), IdentityKey = ByteString.CopyFrom(forged) },
            },
        });
        Assert.Equal([account.Id.ToString()], (await CompareAsync(scene, [account, other], fingerprint)).Select(told => told.Id));
        scene.Lie(scene.Others[1], (_, _) => new IdentitiesResponse { Identities = { Tell(other, [5, 1]) } });
        Assert.Empty(await CompareAsync(scene, [other], fingerprint));
        scene.Lie(scene.Others[1], (_, _) => new IdentitiesResponse { Identities = { Tell(other, forged), Tell(other, forged) } });
        Assert.Equal([(other.Id.ToString(), Convert.ToBase64String(forged))], await CompareAsync(scene, [other], fingerprint));
    }

    private static IdentitiesResponse.Types.Identity Tell(TestAccount account, byte[] key) =>
        new() { Aci = Relay.Id(account.Account.Aci), IdentityKey = ByteString.CopyFrom(key) };

    private static async Task<int> ExistsAsync(Neighbours scene, string id) =>
        (await scene.Here.AskAsync("HEAD", $"/v1/accounts/account/{id}")).Status;

    private static async Task<List<(string Id, string Key)>> CompareAsync(Neighbours scene, TestAccount[] accounts, byte[] fingerprint)
    {
        var body = Json.Body(new { elements = accounts.Select(account => new { uuid = account.Id.ToString(), fingerprint }) });
        var got = (await scene.Here.AskAsync("POST", "/v1/profile/identity_check/batch", body: body)).Read()["elements"]!.AsArray();
        return [.. got.Select(element => ((string)element!["uuid"]!, (string)element["identityKey"]!))];
    }
}
