using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Server;
using Fluister.Server.Federation;
using Fluister.Server.Requests;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.ServerTests.Federation;

/// <summary>Profiles of accounts on other servers: a client is told what its own server would tell of its own accounts.</summary>
public sealed class RemoteProfileTests
{
    private static readonly string Version = new('a', 64);

    [Fact]
    public async Task A_profile_is_the_same_from_here_and_from_its_home()
    {
        await using var scene = await Neighbours.StartAsync();
        var (reader, account) = (await scene.Here.AddAccountAsync(), await scene.Others[0].AddAccountAsync());
        var local = await scene.Others[0].AddAccountAsync();
        var set = Set();
        Assert.Equal(200, (await scene.Others[0].AskAsync("PUT", "/v1/profile", account.Caller, Json.Text(set.ToJsonString()))).Status);
        foreach (var path in new[] { "", $"/{Version}", $"/{Version}/00?credentialType=expiringProfileKey", $"/{new string('b', 64)}" })
        {
            var target = $"/v1/profile/{account.Id}{path}";
            var expected = await scene.Others[0].AskAsync("GET", target, local.Caller);
            Assert.Equal(expected.Read().ToJsonString(), (await scene.Here.AskAsync("GET", target, reader.Caller)).Read().ToJsonString());
            var byKey = await AskAsync(scene.Here, target, TestAccount.AccessKey);
            Assert.Equal(expected.Read().ToJsonString(), byKey.Read().ToJsonString());
        }

        Assert.Equal(400, (await scene.Here.AskAsync("GET", $"/v1/profile/{account.Id}/{Version}/00", reader.Caller)).Status);
    }

    [Fact]
    public async Task Who_may_not_read_is_refused_as_at_home()
    {
        await using var scene = await Neighbours.StartAsync();
        var (reader, account) = (await scene.Here.AddAccountAsync(), await scene.Others[0].AddAccountAsync());
        var nobody = ServiceId.Aci(scene.Others[0].Identity.Tag.Mint(RandomSource.System));
        foreach (var id in new[] { account.Id, nobody, ServiceId.Pni(account.Account.Pni!.Value) })
        {
            foreach (var key in new[] { null, [], new byte[16], new byte[15], RandomNumberGenerator.GetBytes(16) })
            {
                var answer = await AskAsync(scene.Here, $"/v1/profile/{id}", key);
                Assert.Equal(401, answer.Status);
                Assert.True(answer.Body.IsEmpty && answer.Headers.Count == 0);
            }
        }

        Assert.Equal(404, (await scene.Here.AskAsync("GET", $"/v1/profile/{nobody}", reader.Caller)).Status);
        Assert.Equal(404, (await scene.Here.AskAsync("GET", $"/v1/profile/PNI:{account.Account.Pni}", reader.Caller)).Status);
        await scene.Others[0].Home.Accounts.UpdateAsync(account.Account.Aci, before => before with { IsDisabled = true });
        Assert.Equal(404, (await scene.Here.AskAsync("GET", $"/v1/profile/{account.Id}", reader.Caller)).Status);
        Assert.Equal(401, (await AskAsync(scene.Here, $"/v1/profile/{account.Id}", TestAccount.AccessKey)).Status);
    }

    [Fact]
    public async Task Where_the_peer_is_down_or_in_quarantine_a_client_is_told_to_come_again()
    {
        await using var scene = await Neighbours.StartAsync();
        var (reader, account) = (await scene.Here.AddAccountAsync(), await scene.Others[0].AddAccountAsync());
        scene.Cut.Add(scene.Others[0]);
        Unreached(await scene.Here.AskAsync("GET", $"/v1/profile/{account.Id}", reader.Caller));
        scene.Cut.Clear();
        await scene.SetAsync(scene.Others[0], PeerState.Quarantine);
        scene.Asked.Clear();
        Unreached(await scene.Here.AskAsync("GET", $"/v1/profile/{account.Id}", reader.Caller));
        Assert.Empty(scene.Asked);

        // Of one that is blocked nobody is known.
        await scene.SetAsync(scene.Others[0], PeerState.Block);
        Assert.Equal(404, (await scene.Here.AskAsync("GET", $"/v1/profile/{account.Id}", reader.Caller)).Status);
    }

    public static TheoryData<string> Lies =>
    [
        "name", "about", "emoji", "payment", "sharing", "commitment", "checksum", "key", "short key", "avatar", "foreign avatar",
        "refused", "no such answer",
    ];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task What_no_home_server_would_keep_is_not_passed_on(string lie)
    {
        await using var scene = await Neighbours.StartAsync();
        var (reader, account) = (await scene.Here.AddAccountAsync(), await scene.Others[0].AddAccountAsync());
        var tag = scene.Others[0].Identity.Tag;
        scene.Lie(scene.Others[0], (_, _) => Answer(account, "", tag));
        Assert.Equal(200, (await scene.Here.AskAsync("GET", $"/v1/profile/{account.Id}/{Version}", reader.Caller)).Status);
        scene.Lie(scene.Others[0], (_, _) => Answer(account, lie, tag));
        Unreached(await scene.Here.AskAsync("GET", $"/v1/profile/{account.Id}/{Version}", reader.Caller));
    }

    [Fact]
    public async Task A_peer_speaks_for_its_own_accounts_alone()
    {
        await using var scene = await Neighbours.StartAsync();
        var account = await scene.Here.AddAccountAsync();
        var asker = new ProfileRequest
        {
            Aci = Relay.Id(account.Account.Aci),
            Asker = new Asker { Aci = Relay.Id(account.Account.Aci) },
        };
        await RefusedAsync(scene, asker);
        await RefusedAsync(scene, new ProfileRequest { Aci = asker.Aci });
        asker.Asker.Aci = ByteString.CopyFrom([1, 2, 3]);
        await RefusedAsync(scene, asker);
        asker.Asker.Aci = Relay.Id(scene.Others[0].Identity.Tag.Mint(RandomSource.System));
        var answer = await AskBackAsync<ProfileResponse>(scene, "profile", asker);
        Assert.Equal(account.Account.AciIdentity.Serialized.ToArray(), answer.IdentityKey.ToByteArray());
        asker.Aci = ByteString.CopyFrom(new byte[17]);
        await RefusedAsync(scene, asker);
    }

    [Fact]
    public async Task Whoever_reads_through_a_peer_is_limited_by_account()
    {
        await using var scene = await Neighbours.StartAsync();
        var account = await scene.Here.AddAccountAsync();
        var (one, other) = (Asking(), Asking());
        for (var i = 0; i < ServerLimits.Profile.Burst; i++)
        {
            scene.Here.Home.Limits.Take(ServerLimits.Profile, new Guid(one.Asker.Aci.Span, bigEndian: true));
        }

        await RefusedAsync(scene, one, PeerError.Busy);
        Assert.Equal(Found.Found, (await AskBackAsync<ProfileResponse>(scene, "profile", other)).Found);

        ProfileRequest Asking() => new()
        {
            Aci = Relay.Id(account.Account.Aci),
            Asker = new Asker { Aci = Relay.Id(scene.Others[0].Identity.Tag.Mint(RandomSource.System)) },
        };
    }

    private static async Task RefusedAsync(Neighbours scene, ProfileRequest request, PeerError error = PeerError.Refused)
    {
        var refused = await Assert.ThrowsAsync<PeerException>(() => AskBackAsync<ProfileResponse>(scene, "profile", request));
        Assert.Equal(error, refused.Error);
    }

    // One of the others asks.
    private static Task<T> AskBackAsync<T>(Neighbours scene, string name, IMessage request)
        where T : IMessage<T>, new()
    {
        var relay = scene.Others[0].Home.Relay;
        return relay.Client.AskAsync<T>(
            relay.Peers.Find(scene.Here.Identity.Tag)!, name, request, TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
    }

    private static ProfileResponse Answer(TestAccount account, string lie, ServerTag tag)
    {
        var answer = new ProfileResponse
        {
            IdentityKey = Bytes(account.Account.AciIdentity.Serialized.ToArray()),
            AccessKeyChecksum = Bytes(new byte[lie == "checksum" ? 33 : 32]),
            Name = Bytes(new byte[lie == "name" ? 1_000_000 : 81]),
            About = Bytes(new byte[lie == "about" ? 157 : 156]),
            AboutEmoji = Bytes(new byte[lie == "emoji" ? 61 : 60]),
            PaymentAddress = Bytes(new byte[lie == "payment" ? 583 : 582]),
            PhoneNumberSharing = Bytes(new byte[lie == "sharing" ? 28 : 29]),
            Commitment = Bytes(new byte[lie == "commitment" ? 98 : 97]),
            Avatar = lie switch
            {
                "avatar" => "https://elsewhere.example/",
                "foreign avatar" => Avatar(new ServerTag(tag.Value ^ 1)),
                _ => Avatar(tag),
            },
            Found = lie switch { "refused" => Found.NotAuthorized, "no such answer" => (Found)77, _ => Found.Found },
        };
        if (lie is "key" or "short key")
        {
            answer.IdentityKey = Bytes(lie == "key" ? new byte[33] : [5, 1]);
        }

        return answer;
    }

    private static string Avatar(ServerTag tag) =>
        Fluister.Server.Avatars.AvatarKey.Generate(tag, RandomSource.System);

    private static ByteString Bytes(byte[] bytes) => ByteString.CopyFrom(bytes);

    private static void Unreached(Response answer)
    {
        Assert.Equal(503, answer.Status);
        Assert.Equal(["Retry-After"], answer.Headers.Select(header => header.Key));
    }

    private static JsonObject Set() => new()
    {
        ["version"] = Version,
        ["commitment"] = Convert.ToBase64String(new byte[97]),
        ["name"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(81)),
        ["about"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(156)),
        ["aboutEmoji"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(60)),
        ["paymentAddress"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(582)),
        ["phoneNumberSharing"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(29)),
        ["avatar"] = false,
    };

    private static ValueTask<Response> AskAsync(TestServer server, string target, byte[]? key) => server.AskAsync(
        "GET", target, headers: key is null ? [] : [("unidentified-access-key", Convert.ToBase64String(key))]);
}
