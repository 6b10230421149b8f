using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Fluister.Protocol.Addresses;
using Fluister.Server;
using Fluister.Server.Requests;

namespace Fluister.ServerTests.Profiles;

/// <summary>Profiles, for those who say who they are and for those who have the access key.</summary>
public sealed class ProfileTests
{
    private static readonly string Version = new('a', 64);

    [Fact]
    public async Task A_version_is_given_as_it_was_set()
    {
        await using var server = new TestServer();
        var (account, other) = (await server.AddAccountAsync(), await server.AddAccountAsync());
        var set = Set();
        Assert.Equal(200, (await server.AskAsync("PUT", "/v1/profile", account.Caller, Json.Text(set.ToJsonString()))).Status);
        foreach (var request in new[] { "", "/00cc?credentialType=expiringProfileKey" })
        {
            var got = (await server.AskAsync("GET", $"/v1/profile/{account.Id}/{Version}{request}", other.Caller)).Read();
            foreach (var name in new[] { "name", "about", "aboutEmoji", "paymentAddress", "phoneNumberSharing" })
            {
                Assert.Equal((string)set[name]!, (string)got[name]!);
            }

            Assert.Equal(Convert.ToBase64String(account.Account.AciIdentity.Serialized), (string)got["identityKey"]!);
        }
    }

    [Fact]
    public async Task Who_has_the_access_key_sees_that_it_is_the_right_one()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        var got = await AskAsync(server, account.Id, TestAccount.AccessKey);
        Assert.Equal(200, got.Status);
        var expected = HMACSHA256.HashData(TestAccount.AccessKey, new byte[32]);
        Assert.Equal(expected, Convert.FromBase64String((string)got.Read()["unidentifiedAccess"]!));
        Assert.Equal(account.Id.ToString(), (string)got.Read()["uuid"]!);
        Assert.Equal("{\"spqr\":false}", got.Read()["capabilities"]!.ToJsonString());
    }

    [Fact]
    public async Task Another_version_is_given_without_its_fields_and_an_old_one_without_where_to_pay()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        var (first, second) = (Set(), Set());
        second["version"] = new string('b', 64);
        await server.AskAsync("PUT", "/v1/profile", account.Caller, Json.Text(first.ToJsonString()));
        await server.AskAsync("PUT", "/v1/profile", account.Caller, Json.Text(second.ToJsonString()));
        var old = (await server.AskAsync("GET", $"/v1/profile/{account.Id}/{Version}", account.Caller)).Read();
        Assert.NotNull(old["name"]);
        Assert.Null(old["paymentAddress"]);
        var unknown = await server.AskAsync("GET", $"/v1/profile/{account.Id}/{new string('c', 64)}", account.Caller);
        Assert.Equal(200, unknown.Status);
        Assert.Null(unknown.Read()["name"]);
    }

    [Fact]
    public async Task The_version_that_was_set_last_is_the_newest_though_it_was_there_before()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        var (first, second) = (Set(), Set());
        second["version"] = new string('b', 64);
        foreach (var set in new[] { first, second, first })
        {
            await server.AskAsync("PUT", "/v1/profile", account.Caller, Json.Text(set.ToJsonString()));
        }

        Assert.NotNull((await server.AskAsync("GET", $"/v1/profile/{account.Id}/{Version}", account.Caller)).Read()["paymentAddress"]);
        var other = (await server.AskAsync("GET", $"/v1/profile/{account.Id}/{second["version"]}", account.Caller)).Read();
        Assert.Null(other["paymentAddress"]);
    }

    [Fact]
    public async Task A_profile_without_a_name_is_none_and_no_other_credential_is_given()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        foreach (var name in new JsonNode?[] { null, "" })
        {
            var set = Set();
            set["name"] = name;
            Assert.Equal(422, (await server.AskAsync("PUT", "/v1/profile", account.Caller, Json.Text(set.ToJsonString()))).Status);
        }

        foreach (var query in new[] { "", "?credentialType=pni" })
        {
            var asked = await server.AskAsync("GET", $"/v1/profile/{account.Id}/{Version}/00cc{query}", account.Caller);
            Assert.Equal(400, asked.Status);
        }
    }

    [Fact]
    public async Task The_newest_versions_are_kept()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        for (var i = 0; i <= ServerLimits.ProfileVersions; i++)
        {
            var set = Set();
            set["version"] = $"{i:x64}";
            await server.AskAsync("PUT", "/v1/profile", account.Caller, Json.Text(set.ToJsonString()));
        }

        Assert.Null((await server.AskAsync("GET", $"/v1/profile/{account.Id}/{0:x64}", account.Caller)).Read()["name"]);
        Assert.NotNull((await server.AskAsync("GET", $"/v1/profile/{account.Id}/{1:x64}", account.Caller)).Read()["name"]);
    }

    [Theory]
    [InlineData("version", 10)]
    [InlineData("commitment", 96)]
    [InlineData("name", 80)]
    [InlineData("about", 155)]
    [InlineData("aboutEmoji", 61)]
    [InlineData("paymentAddress", 583)]
    [InlineData("phoneNumberSharing", 30)]
    public async Task Lengths_other_than_the_padded_ones_are_refused(string name, int length)
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        var set = Set();
        set[name] = name == "version" ? new string('a', length) : Convert.ToBase64String(new byte[length]);
        Assert.Equal(422, (await server.AskAsync("PUT", "/v1/profile", account.Caller, Json.Text(set.ToJsonString()))).Status);
    }

    [Fact]
    public async Task Without_a_right_access_key_an_account_and_no_account_look_the_same()
    {
        await using var server = new TestServer();
        var (account, keyless) = (await server.AddAccountAsync(), await server.AddAccountAsync());
        await server.Home.Accounts.UpdateAsync(keyless.Account.Aci, before => before with { AccessKey = null });
        var answers = new List<Response>();
        ServiceId[] ids =
        [
            account.Id, keyless.Id, ServiceId.Aci(Guid.NewGuid()), ServiceId.Pni(account.Account.Pni!.Value), ServiceId.Pni(Guid.NewGuid()),
        ];
        foreach (var id in ids)
        {
            foreach (var key in new[] { null, [], new byte[16], new byte[15], new byte[64], RandomNumberGenerator.GetBytes(16) })
            {
                answers.Add(await AskAsync(server, id, key));
                answers.Add(await AskAsync(server, id, key, $"/v2/keys/{id}/*"));
                answers.Add(await AskAsync(server, id, key, $"/v1/profile/{id}/{Version}"));
            }
        }

        Assert.All(answers, answer =>
        {
            Assert.Equal(401, answer.Status);
            Assert.True(answer.Body.IsEmpty);
            Assert.Empty(answer.Headers);
        });
    }

    [Fact]
    public async Task Anybody_reads_the_profile_of_an_account_that_lets_anybody_write()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync(isUnrestricted: true);
        var got = await AskAsync(server, account.Id, new byte[16]);
        Assert.True((bool)got.Read()["unrestrictedUnidentifiedAccess"]!);
    }

    [Fact]
    public async Task Of_a_numbers_id_a_caller_is_given_the_key_alone()
    {
        await using var server = new TestServer();
        var (account, other) = (await server.AddAccountAsync(), await server.AddAccountAsync());
        var got = (await server.AskAsync("GET", $"/v1/profile/{ServiceId.Pni(account.Account.Pni!.Value)}", other.Caller)).Read();
        Assert.Equal(Convert.ToBase64String(account.Account.PniIdentity!.Value.Serialized), (string)got["identityKey"]!);
        Assert.Null(got["unidentifiedAccess"]);
        Assert.Equal("{\"spqr\":false}", got["capabilities"]!.ToJsonString());
        Assert.Equal(404, (await server.AskAsync("GET", $"/v1/profile/{Guid.NewGuid()}", other.Caller)).Status);
        Assert.Equal(400, (await server.AskAsync("GET", "/v1/profile/nobody", other.Caller)).Status);
    }

    [Fact]
    public async Task Identity_keys_that_differ_are_told()
    {
        await using var server = new TestServer();
        var (same, other) = (await server.AddAccountAsync(), await server.AddAccountAsync());
        var fingerprint = SHA256.HashData(same.Account.AciIdentity.Serialized)[..4];
        var body = Json.Body(new
        {
            elements = new[]
            {
                new { uuid = same.Id.ToString(), fingerprint },
                new { uuid = other.Id.ToString(), fingerprint },
                new { uuid = ServiceId.Pni(same.Account.Pni!.Value).ToString(), fingerprint },
                new { uuid = Guid.NewGuid().ToString(), fingerprint },
            },
        });
        var got = (await server.AskAsync("POST", "/v1/profile/identity_check/batch", body: body)).Read()["elements"]!.AsArray();
        Assert.Equal([other.Id.ToString(), $"PNI:{same.Account.Pni}"], got.Select(element => (string)element!["uuid"]!));
        Assert.Equal(Convert.ToBase64String(other.Account.AciIdentity.Serialized), (string)got[0]!["identityKey"]!);
        foreach (var wrong in new[] { "{}", "{\"elements\":[null]}", "{\"elements\":[{\"uuid\":\"x\",\"fingerprint\":\"AAAAAA==\"}]}" })
        {
            Assert.Equal(422, (await server.AskAsync("POST", "/v1/profile/identity_check/batch", body: Json.Text(wrong))).Status);
        }
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

    private static ValueTask<Response> AskAsync(TestServer server, ServiceId id, byte[]? key, string? path = null) => server.AskAsync(
        "GET",
        path ?? $"/v1/profile/{id}",
        headers: key is null ? [] : [("unidentified-access-key", Convert.ToBase64String(key))]);
}
