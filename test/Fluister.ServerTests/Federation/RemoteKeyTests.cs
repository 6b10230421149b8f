using System.Text.Json;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Server;
using Fluister.Server.Federation;
using Fluister.Server.Grpc;
using Fluister.Server.PreKeys;
using Fluister.ServerTests.Grpc;
using Fluister.Wire.Json;
using Fluister.Wire.Protos.Chat;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.ServerTests.Federation;

/// <summary>Pre-keys of accounts of another home server: taken once each, and checked before a client sees them.</summary>
public sealed class RemoteKeyTests
{
    [Fact]
    public async Task First_contact_brings_the_keys_of_all_devices_and_whom_messages_go_to()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (taker, account) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync(devices: 2));
        await PublishAsync(pair.There, account, 7, 8);
        var bundles = await TakeAsync(pair, account, "*", taker);
        Assert.Equal(account.Account.AciIdentity.Serialized.ToArray(), bundles!.IdentityKey);
        Assert.Equal([(1, 1001), (2, 1002)], bundles.Devices.Select(device => (device.DeviceId, device.RegistrationId)));
        Assert.Equal([7u, null], bundles.Devices.Select(device => device.PreKey?.KeyId));
        var one = await TakeAsync(pair, account, "1", taker);
        Assert.Equal(8u, Assert.Single(one!.Devices).PreKey!.KeyId);

        pair.IsCut = true;
        Assert.Equal(200, (await Sending.SendAsync(
            pair.Here, account.Account.Aci.ToString(), Sending.Body((1, 1001), (2, 1002)), taker.Caller)).Status);
        Assert.Equal(503, await StatusAsync(pair, account, "*", taker));
    }

    [Fact]
    public async Task An_access_key_speaks_for_one_who_does_not_say_who_they_are()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var account = await pair.There.AddAccountAsync();
        var open = await pair.There.AddAccountAsync(isUnrestricted: true);
        Assert.Equal(200, await StatusAsync(pair, account, "*", headers: Sending.Key(TestAccount.AccessKey)));
        Assert.Equal(200, await StatusAsync(pair, open, "*", headers: Sending.Key(new byte[16])));
        Assert.Equal(401, await StatusAsync(pair, account, "*", headers: Sending.Key(new byte[16])));
        Assert.Equal(401, await StatusAsync(pair, account, "*", headers: ("Unidentified-Access-Key", "AAAA")));
        var nobody = account with { Account = account.Account with { Aci = pair.There.Identity.Tag.Mint(RandomSource.System) } };
        Assert.Equal(401, await StatusAsync(pair, nobody, "*", headers: Sending.Key(TestAccount.AccessKey)));
    }

    [Fact]
    public async Task Who_is_not_there_is_told_as_for_accounts_here()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (taker, account) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        var nobody = account with { Account = account.Account with { Aci = pair.There.Identity.Tag.Mint(RandomSource.System) } };
        Assert.Equal(404, await StatusAsync(pair, nobody, "*", taker));
        Assert.Equal(404, await StatusAsync(pair, account, "2", taker));
        Assert.Equal(404, await StatusAsync(pair, account, "*", taker, "PNI:"));
        Assert.Equal(401, await StatusAsync(pair, account, "*", kind: "PNI:", headers: Sending.Key(TestAccount.AccessKey)));
        await pair.There.Home.Accounts.UpdateAsync(account.Account.Aci, found => found with { IsDisabled = true });
        Assert.Equal(404, await StatusAsync(pair, account, "*", taker));
    }

    [Fact]
    public async Task An_answer_that_is_lost_costs_no_second_key()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (taker, account) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        await PublishAsync(pair.There, account, 7, 8);
        var isLost = true;
        pair.Meddle = async (_, _, ask) =>
        {
            var answer = await ask();
            if (isLost)
            {
                isLost = false;
                answer.Dispose();
                throw new HttpRequestException("The answer was lost.");
            }

            return answer;
        };
        Assert.Equal(7u, Assert.Single((await TakeAsync(pair, account, "1", taker))!.Devices).PreKey!.KeyId);
        Assert.Equal(1, await LeftAsync(pair.There, account));
    }

    [Fact]
    public async Task A_claim_gets_the_same_keys_for_a_day_and_no_other_peer_gets_them()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var account = await pair.There.AddAccountAsync();
        await PublishAsync(pair.There, account, 7, 8, 9);
        var claims = pair.There.Home.Relay.Claims;
        var (tag, claim) = (pair.Here.Identity.Tag, new byte[16]);
        var first = await claims.TakeAsync(tag, claim, account.Account.Aci, 1);
        Assert.Equal(first, await claims.TakeAsync(tag, claim, account.Account.Aci, 1));
        Assert.Equal(first, claims.Find(tag, claim));
        Assert.Null(claims.Find(pair.There.Identity.Tag, claim));
        pair.Clock.Advance(ServerLimits.ClaimAge - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, await claims.PurgeAsync());
        pair.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, await claims.PurgeAsync());
        Assert.Equal(8u, (await claims.TakeAsync(tag, claim, account.Account.Aci, 1)).Devices[0].OneTime.Id);
    }

    [Fact]
    public async Task Fifty_takers_at_once_on_both_servers_take_each_key_once()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var account = await pair.There.AddAccountAsync();
        await PublishAsync(pair.There, account, [.. Enumerable.Range(100, 50).Select(id => (uint)id)]);
        var takers = new List<TestAccount>();
        for (var i = 0; i < 25; i++)
        {
            takers.Add(await pair.Here.AddAccountAsync());
        }

        var taken = await Task.WhenAll(takers.SelectMany(taker => new[]
        {
            Task.Run(() => TakeAsync(pair, account, "1", taker)),
            Task.Run(() => TakeAsync(
                pair.There, account, "1", headers: Sending.Key(TestAccount.AccessKey), origin: (ulong)taker.GetHashCode())),
        }));
        Assert.Equal(Enumerable.Range(100, 50), taken.Select(bundles => (int)bundles!.Devices[0].PreKey!.KeyId).Order());
    }

    [Theory]
    [InlineData("a bad signature")]
    [InlineData("a bad signature of a KEM key")]
    [InlineData("a key that is none")]
    [InlineData("another's keys")]
    [InlineData("a device twice")]
    [InlineData("a device that is not there")]
    [InlineData("another device than was asked for")]
    [InlineData("a list of another account")]
    [InlineData("no list")]
    [InlineData("a number that clients do not hold")]
    public async Task A_peer_that_lies_about_keys_is_not_believed(string lie)
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (taker, account) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync(devices: 2));
        var other = await pair.There.AddAccountAsync();
        await PublishAsync(pair.There, account, 7);
        var otherKeys = await pair.There.Home.Relay.Claims.TakeAsync(pair.Here.Identity.Tag, new byte[16], other.Account.Aci, 1);
        Assert.Equal(200, await StatusAsync(pair, account, "1", taker));
        pair.Meddle = async (_, _, ask) =>
        {
            using var honest = await ask();
            var answer = ClaimResponse.Parser.ParseFrom(await honest.Content.ReadAsByteArrayAsync());
            var keys = answer.Devices[0];
            switch (lie)
            {
                case "a bad signature":
                    keys.Signed.Signature = Spoilt(keys.Signed.Signature);
                    break;
                case "a bad signature of a KEM key":
                    keys.Kem.Signature = Spoilt(keys.Kem.Signature);
                    break;
                case "a key that is none":
                    keys.OneTime = new ClaimResponse.Types.Key { Id = 1, Public = ByteString.CopyFrom(5, 1) };
                    break;
                case "another's keys":
                    keys.Signed = otherKeys.Devices[0].Signed;
                    break;
                case "a device twice":
                    answer.Devices.Add(keys);
                    break;
                case "a device that is not there":
                    keys.Device = 3;
                    break;
                case "another device than was asked for":
                    (keys.Device, keys.RegistrationId) = (2, 1002);
                    break;
                case "a list of another account":
                    answer.List = otherKeys.List;
                    break;
                case "no list":
                    answer.List = null;
                    break;
                default:
                    keys.Signed.Id = uint.MaxValue;
                    break;
            }

            return RemoteAccountTests.Answer(answer);
        };
        Assert.Equal(503, await StatusAsync(pair, account, "1", taker));
    }

    [Fact]
    public async Task A_peer_claims_for_its_own_accounts_only()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var account = await pair.There.AddAccountAsync();
        var (own, foreign) = (pair.Here.Identity.Tag.Mint(RandomSource.System), Guid.NewGuid());
        Assert.Equal(Found.Found, (await ClaimAsync(pair, account, new Asker { Aci = Parcel.Bytes(own) })).Found);
        await Assert.ThrowsAsync<PeerException>(() => ClaimAsync(pair, account, new Asker { Aci = Parcel.Bytes(foreign) }));
        await Assert.ThrowsAsync<PeerException>(() => ClaimAsync(pair, account, new Asker { Aci = Parcel.Bytes(account.Account.Aci) }));
        await Assert.ThrowsAsync<PeerException>(() => ClaimAsync(pair, account, new Asker()));
        await Assert.ThrowsAsync<PeerException>(() => ClaimAsync(pair, account, null));
        await Assert.ThrowsAsync<PeerException>(() => ClaimAsync(pair, account, new Asker { Aci = Parcel.Bytes(own) }, claim: 15));
        var wrong = new Asker { AccessKey = ByteString.CopyFrom(new byte[16]) };
        Assert.Equal(Found.NotAuthorized, (await ClaimAsync(pair, account, wrong)).Found);
    }

    [Fact]
    public async Task A_peer_that_claims_too_much_of_one_account_is_stopped()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var account = await pair.There.AddAccountAsync();
        var key = new Asker { AccessKey = ByteString.CopyFrom(TestAccount.AccessKey) };
        for (var i = 0; i < ServerLimits.PeerClaimsOfAccount.Burst; i++)
        {
            await ClaimAsync(pair, account, key);
        }

        var refused = await Assert.ThrowsAsync<PeerException>(() => ClaimAsync(pair, account, key));
        Assert.Equal(PeerError.Busy, refused.Error);
        var asker = new Asker { Aci = Parcel.Bytes(pair.Here.Identity.Tag.Mint(RandomSource.System)) };
        for (var i = 0; i < ServerLimits.PeerClaimsOfAsker.Burst; i++)
        {
            await ClaimAsync(pair, account, asker);
        }

        Assert.Equal(PeerError.Busy, (await Assert.ThrowsAsync<PeerException>(() => ClaimAsync(pair, account, asker))).Error);
    }

    [Fact]
    public async Task A_peer_gets_no_more_keys_and_profiles_of_one_account_by_inventing_askers()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (account, other) = (await pair.There.AddAccountAsync(), await pair.There.AddAccountAsync());
        Asker Invent() => new() { Aci = Parcel.Bytes(pair.Here.Identity.Tag.Mint(RandomSource.System)) };
        async Task<int> CountAsync(int most, Func<Task> ask)
        {
            for (var i = 0; i < most; i++)
            {
                try
                {
                    await ask();
                }
                catch (PeerException busy) when (busy.Error == PeerError.Busy)
                {
                    return i;
                }
            }

            return most;
        }

        Assert.InRange(await CountAsync(200, () => ClaimAsync(pair, account, Invent())), 50, 100);
        await ClaimAsync(pair, other, Invent());
        Task<ProfileResponse> LookAsync(TestAccount whom) => pair.Here.Home.Relay.Client.AskAsync<ProfileResponse>(
            RemoteAccountTests.Peer(pair),
            "profile",
            new ProfileRequest { Aci = Parcel.Bytes(whom.Account.Aci), Asker = Invent() },
            ServerLimits.PeerPatience,
            TestContext.Current.CancellationToken);
        Assert.InRange(await CountAsync(500, () => LookAsync(account)), 100, 300);
        Assert.Equal(Found.Found, (await LookAsync(other)).Found);
    }

    [Fact]
    public async Task By_grpc_they_are_the_same()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (taker, account) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync(devices: 2));
        await PublishAsync(pair.There, account, 7);
        var client = new GrpcClient(await pair.Here.ListenAsync());
        var request = new GetPreKeysRequest { TargetIdentifier = account.Id.ToMessage() };
        var taken = (await CallAsync("Keys/GetPreKeys", request, taker)).Message<GetPreKeysResponse>().PreKeys;
        Assert.Equal(account.Aci.Public.Serialized.ToArray(), taken.IdentityKey.ToByteArray());
        Assert.Equal(
            System.Security.Cryptography.HMACSHA256.HashData(TestAccount.AccessKey, new byte[32]),
            taken.UnidentifiedAccessKeyFingerprint.ToByteArray());
        Assert.Equal(7, taken.DevicePreKeys[1].EcOneTimePreKey.KeyId);
        Assert.Equal([1u, 2u], taken.DevicePreKeys.Keys.Order());

        var anonymous = new GetPreKeysAnonymousRequest
        {
            Request = request,
            UnidentifiedAccessKey = ByteString.CopyFrom(TestAccount.AccessKey),
        };
        Assert.NotNull((await AnonymousAsync()).PreKeys);
        anonymous.UnidentifiedAccessKey = ByteString.CopyFrom(new byte[16]);
        Assert.NotNull((await AnonymousAsync()).FailedUnidentifiedAuthorization);
        anonymous.GroupSendToken = ByteString.CopyFrom(1);
        Assert.NotNull((await AnonymousAsync()).FailedUnidentifiedAuthorization);

        request.TargetIdentifier = ServiceId.Aci(pair.There.Identity.Tag.Mint(RandomSource.System)).ToMessage();
        Assert.NotNull((await CallAsync("Keys/GetPreKeys", request, taker)).Message<GetPreKeysResponse>().TargetNotFound);
        pair.IsCut = true;
        var unreached = await CallAsync("Keys/GetPreKeys", request, taker);
        Assert.Equal((GrpcCode.Unavailable, true), (unreached.Code, unreached.RetryAfter is not null));

        Task<GrpcReply> CallAsync(string method, IMessage message, TestAccount caller) =>
            client.CallAsync($"/org.signal.chat.keys.{method}", message, caller.Authorization());

        async Task<GetPreKeysAnonymousResponse> AnonymousAsync() =>
            (await client.CallAsync("/org.signal.chat.keys.KeysAnonymous/GetPreKeys", anonymous)).Message<GetPreKeysAnonymousResponse>();
    }

    private static ByteString Spoilt(ByteString bytes)
    {
        var spoilt = bytes.ToByteArray();
        spoilt[5] ^= 1;
        return ByteString.CopyFrom(spoilt);
    }

    private static Task<bool> PublishAsync(TestServer server, TestAccount account, params uint[] oneTime) =>
        server.Database.WriteAsync(session =>
        {
            PreKeyStore.Replace(
                session, account.Account.Aci, 1, ServiceIdKind.Aci, PreKeyKind.OneTime, [.. oneTime.Select(TestAccount.OneTime)]);
            return true;
        });

    private static Task<int> LeftAsync(TestServer server, TestAccount account) => server.Database.WriteAsync(session => session.First(
        "SELECT COUNT(*) FROM pre_key WHERE aci = ?1 AND kind = 0",
        row => row.GetInt32(0),
        Parcel.Bytes(account.Account.Aci).ToByteArray()));

    private static Task<BundlesJson?> TakeAsync(ServerPair pair, TestAccount account, string device, TestAccount taker) =>
        TakeAsync(pair.Here, account, device, taker);

    private static async Task<BundlesJson?> TakeAsync(
        TestServer server,
        TestAccount account,
        string device,
        TestAccount? taker = null,
        ulong origin = 0,
        params (string Name, string Value)[] headers)
    {
        var answer = await server.AskAsync(
            "GET", $"/v2/keys/{account.Account.Aci}/{device}", taker?.Caller, origin: origin, headers: headers);
        Assert.Equal(200, answer.Status);
        return JsonSerializer.Deserialize(answer.Body.Span, WireJson.Default.BundlesJson);
    }

    private static async Task<int> StatusAsync(
        ServerPair pair,
        TestAccount account,
        string device,
        TestAccount? taker = null,
        string kind = "",
        params (string Name, string Value)[] headers) => (await pair.Here.AskAsync(
            "GET",
            $"/v2/keys/{kind}{(kind.Length > 0 ? account.Account.Pni : account.Account.Aci)}/{device}",
            taker?.Caller,
            headers: headers)).Status;

    private static Task<ClaimResponse> ClaimAsync(ServerPair pair, TestAccount account, Asker? asker, int claim = 16) =>
        pair.Here.Home.Relay.Client.AskAsync<ClaimResponse>(
            RemoteAccountTests.Peer(pair),
            "keys",
            new ClaimRequest
            {
                Claim = ByteString.CopyFrom(Guid.NewGuid().ToByteArray().AsSpan(0, claim)),
                Aci = Parcel.Bytes(account.Account.Aci),
                Asker = asker,
            },
            ServerLimits.PeerPatience,
            TestContext.Current.CancellationToken);
}
