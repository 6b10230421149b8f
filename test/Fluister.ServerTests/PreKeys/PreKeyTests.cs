using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Fluister.Protocol.Addresses;
using Fluister.Server;
using Fluister.Server.PreKeys;
using Fluister.Server.Requests;
using Fluister.Wire.Json;

namespace Fluister.ServerTests.PreKeys;

/// <summary>Devices publish keys that they have signed; each one-time key goes to one taker.</summary>
public sealed class PreKeyTests : IAsyncLifetime
{
    private static readonly (string Name, string Value) Key = ("Unidentified-Access-Key", Convert.ToBase64String(TestAccount.AccessKey));

    private readonly TestServer _server = new();
    private TestAccount _account = null!;

    public async ValueTask InitializeAsync() => _account = await _server.AddAccountAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Two_hundred_takers_at_once_take_each_one_time_key_once_and_then_the_one_of_last_resort()
    {
        await PublishAsync(new PublishKeysJson
        {
            PreKeys = [.. Enumerable.Range(100, 100).Select(id => Plain(TestAccount.OneTime((uint)id)))],
            PqPreKeys = [.. Enumerable.Range(500, 100).Select(id => Json(_account.Kem((uint)id)))],
        });
        var taken = await Task.WhenAll(Enumerable.Range(0, 200).Select(taker => Task.Run(() => TakeAsync((ulong)taker))));
        var oneTime = taken.Where(bundle => bundle.PreKey is not null).Select(bundle => (int)bundle.PreKey!.KeyId);
        Assert.Equal(Enumerable.Range(100, 100), oneTime.Order());
        var kem = taken.Select(bundle => (int)bundle.PqPreKey.KeyId).Order().ToList();
        Assert.Equal(Enumerable.Repeat(2, 100).Concat(Enumerable.Range(500, 100)), kem);
        Assert.All(taken, bundle => Assert.Equal(1u, bundle.SignedPreKey.KeyId));
        Assert.Equal(new KeyCountJson(0, 0), await CountAsync());
    }

    [Fact]
    public async Task Keys_take_the_place_of_their_kind_and_what_is_not_given_stays()
    {
        await PublishAsync(new PublishKeysJson { PreKeys = [Plain(TestAccount.OneTime(7)), Plain(TestAccount.OneTime(8))] });
        await PublishAsync(new PublishKeysJson { PqPreKeys = [Json(_account.Kem(9))], SignedPreKey = Json(_account.Signed(10)) });
        Assert.Equal(new KeyCountJson(2, 1), await CountAsync());
        await PublishAsync(new PublishKeysJson { PreKeys = [Plain(TestAccount.OneTime(11))], PqPreKeys = [] });
        Assert.Equal(new KeyCountJson(1, 1), await CountAsync());
        Assert.Equal(new KeyCountJson(0, 0), await CountAsync("pni"));
        var bundle = await TakeAsync(1);
        Assert.Equal((11u, 9u, 10u), (bundle.PreKey!.KeyId, bundle.PqPreKey.KeyId, bundle.SignedPreKey.KeyId));
    }

    [Fact]
    public async Task A_key_that_another_identity_has_signed_or_that_is_no_key_is_refused_and_nothing_changes()
    {
        var other = await _server.AddAccountAsync();
        var spoiled = Json(_account.Signed(3));
        spoiled.Signature[5] ^= 1;
        var many = Enumerable.Range(0, ServerLimits.OneTimePreKeys + 1).Select(id => Plain(TestAccount.OneTime((uint)id)));
        PublishKeysJson[] wrong =
        [
            new() { SignedPreKey = Json(other.Signed(3)) },
            new() { SignedPreKey = Json(_account.Signed(3, ServiceIdKind.Pni)) },
            new() { SignedPreKey = spoiled },
            new() { SignedPreKey = Json(_account.Kem(3)) },
            new() { PqLastResortPreKey = Json(other.Kem(3)) },
            new() { PqLastResortPreKey = Json(_account.Signed(3)) },
            new() { PqPreKeys = [Json(_account.Kem(3)), Json(other.Kem(4))] },
            new() { PreKeys = [Plain(TestAccount.OneTime(3)), new PreKeyJson(4, new byte[33])] },
            new() { PreKeys = [Plain(TestAccount.OneTime(3)), null!] },
            new() { PqPreKeys = [null!] },
            new() { PreKeys = [.. many] },
        ];
        foreach (var body in wrong)
        {
            Assert.Equal(422, (await SendAsync(body)).Status);
        }

        Assert.Equal(new KeyCountJson(0, 0), await CountAsync());
        Assert.Equal(1u, (await TakeAsync(1)).SignedPreKey.KeyId);
    }

    [Fact]
    public async Task The_digest_of_the_keys_that_are_taken_more_than_once_tells_whether_they_are_the_same()
    {
        var (signed, last) = (_account.Signed(70), _account.Kem(71));
        await PublishAsync(new PublishKeysJson { SignedPreKey = Json(signed), PqLastResortPreKey = Json(last) });
        Assert.Equal(200, (await CheckAsync("aci", Digest(signed, last))).Status);
        Assert.Equal(200, (await CheckAsync("ACI", Digest(signed, last))).Status);
        Assert.Equal(409, (await CheckAsync("pni", Digest(signed, last))).Status);
        Assert.Equal(409, (await CheckAsync("aci", Digest(signed with { Id = 72 }, last))).Status);
        Assert.Equal(409, (await CheckAsync("aci", Digest(signed, _account.Kem(71)))).Status);
        Assert.Equal(422, (await CheckAsync("aci", new byte[31])).Status);
        Assert.Equal(422, (await CheckAsync(null, new byte[32])).Status);
        Assert.Equal(400, (await CheckAsync("another", new byte[32])).Status);
    }

    [Fact]
    public async Task Another_identity_key_leaves_nothing_that_the_one_before_has_signed()
    {
        await PublishAsync(new PublishKeysJson { PreKeys = [Plain(TestAccount.OneTime(7))] });
        await _server.Database.WriteAsync(session =>
        {
            PreKeyStore.Clear(session, _account.Account.Aci, ServiceIdKind.Pni);
            return true;
        });
        Assert.Equal(new KeyCountJson(1, 0), await CountAsync());
        Assert.Equal(404, (await _server.AskAsync("GET", $"/v2/keys/PNI:{_account.Account.Pni}/*", _account.Caller)).Status);
        await _server.Database.WriteAsync(session =>
        {
            PreKeyStore.Clear(session, _account.Account.Aci, ServiceIdKind.Aci);
            return true;
        });
        Assert.Equal(new KeyCountJson(0, 0), await CountAsync());
        Assert.Equal(404, (await _server.AskAsync("GET", $"/v2/keys/{_account.Account.Aci}/*", _account.Caller)).Status);
    }

    [Fact]
    public async Task A_device_takes_another_devices_bundle_six_times_and_then_once_in_ten_minutes()
    {
        var taker = (await _server.AddAccountAsync()).Caller;
        var target = $"/v2/keys/{_account.Account.Aci}/1";
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(200, (await _server.AskAsync("GET", target, taker)).Status);
        }

        var refused = await _server.AskAsync("GET", target, taker);
        Assert.Equal((429, "600"), (refused.Status, refused.Headers.Single(header => header.Key == "Retry-After").Value));
        Assert.Equal(200, (await _server.AskAsync("GET", target, _account.Caller)).Status);
        _server.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(200, (await _server.AskAsync("GET", target, taker)).Status);
        Assert.Equal(429, (await _server.AskAsync("GET", target, taker)).Status);
    }

    [Fact]
    public async Task Who_does_not_say_who_they_are_needs_the_access_key_and_learns_nothing_without_it()
    {
        var nobody = Guid.NewGuid();
        var aci = _account.Account.Aci;
        Assert.Equal(200, (await _server.AskAsync("GET", $"/v2/keys/{aci}/*", headers: Key)).Status);
        Assert.Equal(404, (await _server.AskAsync("GET", $"/v2/keys/{aci}/5", headers: Key)).Status);
        Assert.Equal(401, (await _server.AskAsync("GET", $"/v2/keys/{aci}/*")).Status);
        var wrong = (Key.Name, Convert.ToBase64String(new byte[16]));
        Assert.Equal(401, (await _server.AskAsync("GET", $"/v2/keys/{aci}/*", headers: wrong)).Status);
        Assert.Equal(401, (await _server.AskAsync("GET", $"/v2/keys/{nobody}/*", headers: wrong)).Status);
        Assert.Equal(401, (await _server.AskAsync("GET", $"/v2/keys/{nobody}/*", headers: Key)).Status);
        Assert.Equal(401, (await _server.AskAsync("GET", $"/v2/keys/PNI:{_account.Account.Pni}/*", headers: Key)).Status);
        Assert.Equal(200, (await _server.AskAsync("GET", $"/v2/keys/PNI:{_account.Account.Pni}/*", _account.Caller)).Status);
        Assert.Equal(404, (await _server.AskAsync("GET", $"/v2/keys/{nobody}/*", _account.Caller)).Status);
        var open = await _server.AddAccountAsync(isUnrestricted: true);
        Assert.Equal(200, (await _server.AskAsync("GET", $"/v2/keys/{open.Account.Aci}/*", headers: wrong)).Status);
    }

    private static PreKeyJson Plain(PublishedKey key) => new(key.Id, key.Public);

    private static SignedPreKeyJson Json(PublishedKey key) => new(key.Id, key.Public, key.Signature!);

    // As the clients compute it: written out here once more, from the description.
    private byte[] Digest(PublishedKey signed, PublishedKey last)
    {
        var (first, second) = (new byte[8], new byte[8]);
        BinaryPrimitives.WriteInt64BigEndian(first, signed.Id);
        BinaryPrimitives.WriteInt64BigEndian(second, last.Id);
        return SHA256.HashData([.. _account.Aci.Public.Serialized, .. first, .. signed.Public, .. second, .. last.Public]);
    }

    private ValueTask<Response> SendAsync(PublishKeysJson body) => _server.AskAsync(
        "PUT", "/v2/keys?identity=aci", _account.Caller, JsonSerializer.SerializeToUtf8Bytes(body, WireJson.Default.PublishKeysJson));

    private async Task PublishAsync(PublishKeysJson body) => Assert.Equal(200, (await SendAsync(body)).Status);

    private ValueTask<Response> CheckAsync(string? identity, byte[] digest) => _server.AskAsync(
        "POST",
        "/v2/keys/check",
        _account.Caller,
        JsonSerializer.SerializeToUtf8Bytes(new CheckKeysJson(identity, digest), WireJson.Default.CheckKeysJson));

    private async Task<DeviceBundleJson> TakeAsync(ulong origin)
    {
        var answer = await _server.AskAsync("GET", $"/v2/keys/{_account.Account.Aci}/1", origin: origin, headers: Key);
        Assert.Equal(200, answer.Status);
        return JsonSerializer.Deserialize(answer.Body.Span, WireJson.Default.BundlesJson)!.Devices.Single();
    }

    private async Task<KeyCountJson> CountAsync(string identity = "aci")
    {
        var answer = await _server.AskAsync("GET", $"/v2/keys?identity={identity}", _account.Caller);
        return JsonSerializer.Deserialize(answer.Body.Span, WireJson.Default.KeyCountJson)!;
    }
}
