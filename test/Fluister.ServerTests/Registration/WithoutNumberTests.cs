using System.Text.Json.Nodes;
using Fluister.Protocol.Addresses;
using Fluister.Server.Requests;
using Fluister.Wire;

namespace Fluister.ServerTests.Registration;

/// <summary>Accounts without a number: made with a receipt, given back by their id and a recovery password.</summary>
public sealed class WithoutNumberTests : IAsyncDisposable
{
    private readonly TestServer _server = new();
    private readonly string _recovery = Convert.ToBase64String(Registrant.Bytes(32));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_receipt_makes_an_account_without_a_number()
    {
        var response = await RegisterAsync(Person());
        Assert.Equal(200, response.Status);
        var said = response.Read();
        Assert.Null(said["number"]);
        Assert.Null(said["pni"]);
        Assert.False((bool)said["reregistration"]!);
        Assert.Equal(16, Convert.FromBase64String((string)said["authCredentialSalt"]!).Length);
        var account = _server.Home.Accounts.Find((Guid)said["uuid"]!)!;
        Assert.Equal(_server.Home.Identity.Tag, ServerTag.Of(account.Aci));
        Assert.False(account.IsDiscoverable);
        Assert.Null(account.PniIdentity);
        Assert.Null(account.Devices[0].PniRegistrationId);
    }

    [Fact]
    public async Task It_is_told_who_it_is_and_has_no_keys_of_a_number()
    {
        var (person, caller) = await RegisteredAsync();
        var said = (await _server.AskAsync("GET", "/v1/accounts/whoami", caller)).Read();
        Assert.Equal(caller.Account.Aci, (Guid)said["uuid"]!);
        Assert.Null(said["number"]);
        Assert.Null(said["pni"]);
        Assert.Equal(caller.Account.CredentialSalt!, Convert.FromBase64String((string)said["authCredentialSalt"]!));

        Assert.Equal(200, (await _server.AskAsync("GET", "/v2/keys?identity=aci", caller)).Status);
        Assert.Equal(400, (await _server.AskAsync("GET", "/v2/keys?identity=pni", caller)).Status);
        Assert.Equal(400, (await _server.AskAsync("PUT", "/v2/keys?identity=pni", caller, Json.Text("{}"))).Status);
        Assert.Equal(200, (await _server.AskAsync("GET", "/v1/certificate/delivery?includeE164=true", caller)).Status);
        var report = (await _server.AskAsync("GET", "/v2/accounts/data_report", caller)).Read()["data"]!["account"]!;
        Assert.Equal((true, 1), ((bool)report["hasCredentialSalt"]!, (int)report["redeemedReceipts"]!));
        var other = await _server.AddAccountAsync();
        var bundle = (await _server.AskAsync("GET", $"/v2/keys/{caller.Account.Aci}/*", other.Caller)).Read();
        Assert.Equal(1234, (int)bundle["devices"]![0]!["registrationId"]!);
        Assert.Equal(404, (await _server.AskAsync("GET", $"/v2/keys/PNI:{caller.Account.Aci}/*", other.Caller)).Status);
        Assert.NotNull(person);
    }

    [Fact]
    public async Task An_account_with_a_number_has_no_salt()
    {
        var caller = await new Registrant(_server, "+31612345678").RegisterAsync(await Registrant.InviteAsync(_server));
        Assert.Null(caller.Account.CredentialSalt);
        Assert.Null((await _server.AskAsync("GET", "/v1/accounts/whoami", caller)).Read()["authCredentialSalt"]);
    }

    [Theory]
    [InlineData("__no_number__")]
    [InlineData("+31612345678")]
    [InlineData("9d0652a3-dcc3-4d11-975f-74d61598733f")]
    public async Task The_name_beside_the_password_says_nothing(string name)
    {
        var response = await RegisterAsync(Person(), name: name);
        Assert.Equal(200, response.Status);
        Assert.NotEqual(name, (string)response.Read()["uuid"]!);
        Assert.Null(_server.Home.Accounts.FindByNumber(name));
    }

    [Fact]
    public async Task Keys_of_a_number_are_checked_and_then_not_looked_at()
    {
        var person = new Registrant(_server, "+31612345678");
        person.Attributes["recoveryPassword"] = _recovery;
        var receipt = Buyer.Proof(await Buyer.BuyAsync(_server, await Registrant.InviteAsync(_server)));
        receipt["pniIdentityKey"] = null;
        Assert.Equal(422, (await person.RegisterAsync(receipt)).Status);
        receipt.Remove("pniIdentityKey");
        var response = await person.RegisterAsync(receipt);
        Assert.Equal(200, response.Status);
        var account = _server.Home.Accounts.Find((Guid)response.Read()["uuid"]!)!;
        Assert.Equal((null, null, null), (account.Number, account.Pni, account.Devices[0].PniRegistrationId));
        Assert.Equal(0L, await _server.Database.WriteAsync(session =>
            session.First("SELECT COUNT(*) FROM pre_key WHERE identity = 1", row => row.GetInt64(0))));
    }

    [Fact]
    public async Task An_answer_that_was_lost_can_be_asked_for_again()
    {
        var person = Person();
        var receipt = await Buyer.BuyAsync(_server, await Registrant.InviteAsync(_server));
        var first = await RegisterAsync(person, receipt);
        var before = person.Caller((Guid)first.Read()["uuid"]!);
        var again = Person();
        var second = await RegisterAsync(again, receipt);
        Assert.Equal(200, second.Status);
        Assert.Equal(before.Account.Aci, (Guid)second.Read()["uuid"]!);
        Assert.False((bool)second.Read()["reregistration"]!);
        Assert.Null(person.Caller(before.Account.Aci));
        Assert.NotNull(again.Caller(before.Account.Aci));
    }

    [Fact]
    public async Task The_recovery_password_gives_it_back_without_keys_of_a_number()
    {
        var (_, before) = await RegisteredAsync();
        foreach (var number in new[] { null, "+31612345678" })
        {
            var again = new Registrant(_server, number);
            again.Attributes["recoveryPassword"] = _recovery;
            var response = await again.RegisterAsync(Recovery(), before.Account.Aci.ToString());
            Assert.Equal(200, response.Status);
            var said = response.Read();
            Assert.Equal(before.Account.Aci, (Guid)said["uuid"]!);
            Assert.Null(said["number"]);
            Assert.Null(said["pni"]);
            Assert.True((bool)said["reregistration"]!);
            Assert.NotEqual(before.Account.CredentialSalt!, Convert.FromBase64String((string)said["authCredentialSalt"]!));
            Assert.Equal(401, (await _server.AskAsync("GET", "/v1/accounts/whoami", before)).Status);
            before = again.Caller(before.Account.Aci);
            Assert.Null(before.Account.PniIdentity);
        }
    }

    [Fact]
    public async Task What_does_not_suffice_gives_no_account_back()
    {
        var (_, caller) = await RegisteredAsync();
        var (aci, thief) = (caller.Account.Aci.ToString(), Person());
        var wrong = new JsonObject { ["recoveryPassword"] = Convert.ToBase64String(Registrant.Bytes(32)) };
        Assert.Equal(403, (await thief.RegisterAsync(wrong, aci)).Status);
        Assert.Equal(403, (await thief.RegisterAsync(wrong, Guid.NewGuid().ToString())).Status);
        Assert.Equal(400, (await thief.RegisterAsync(new JsonObject { ["sessionId"] = "x" }, aci)).Status);
        thief.Attributes["recoveryPassword"] = null;
        Assert.Equal(400, (await thief.RegisterAsync(Recovery(), aci)).Status);
        Assert.Equal(200, (await _server.AskAsync("GET", "/v1/accounts/whoami", caller)).Status);
    }

    [Fact]
    public async Task An_account_with_a_number_is_given_back_with_keys_for_it_only()
    {
        var person = new Registrant(_server, "+31612345678");
        person.Attributes["recoveryPassword"] = _recovery;
        var caller = await person.RegisterAsync(await Registrant.InviteAsync(_server));
        var aci = caller.Account.Aci.ToString();
        Assert.Equal(400, (await Person().RegisterAsync(Recovery(), aci)).Status);
        Assert.Equal(200, (await _server.AskAsync("GET", "/v1/accounts/whoami", caller)).Status);
        Assert.NotNull(_server.Home.Accounts.Find(caller.Account.Aci)!.PniIdentity);
        Assert.Equal(422, (await Person().RegisterAsync(Recovery(), "+31612345678")).Status);
        Assert.Equal(200, (await person.RegisterAsync(Recovery(), aci)).Status);
    }

    [Fact]
    public async Task Without_a_recovery_password_there_is_no_account()
    {
        var person = Person();
        var receipt = await Buyer.BuyAsync(_server, await Registrant.InviteAsync(_server));
        person.Attributes["recoveryPassword"] = null;
        Assert.Equal(422, (await RegisterAsync(person, receipt)).Status);
        person.Attributes["recoveryPassword"] = "";
        Assert.Equal(422, (await RegisterAsync(person, receipt)).Status);
        person.Attributes["recoveryPassword"] = _recovery;
        person.Attributes["capabilities"]!["spqr"] = false;
        Assert.Equal(499, (await RegisterAsync(person, receipt)).Status);
        person.Attributes["capabilities"]!["spqr"] = true;
        Assert.Equal(200, (await RegisterAsync(person, receipt)).Status);
    }

    // The lock and being found are about a number.
    [Fact]
    public async Task A_lock_and_being_found_are_not_for_it()
    {
        var person = Person();
        person.Attributes["registrationLock"] = new string('a', 64);
        person.Attributes["discoverableByPhoneNumber"] = true;
        var account = _server.Home.Accounts.Find((Guid)(await RegisterAsync(person)).Read()["uuid"]!)!;
        Assert.Null(account.RegistrationLock);
        Assert.False(account.IsDiscoverable);
        var again = Person();
        Assert.Equal(200, (await again.RegisterAsync(Recovery(), account.Aci.ToString())).Status);
    }

    [Fact]
    public async Task It_is_written_to_by_its_id_alone()
    {
        var (_, caller) = await RegisteredAsync();
        var other = await _server.AddAccountAsync();
        var message = Json.Text(
            "{\"messages\":[{\"type\":1,\"destinationDeviceId\":1,\"destinationRegistrationId\":1234,\"content\":\"AAAA\"}],"
            + "\"timestamp\":1}");
        var id = ServiceId.Aci(caller.Account.Aci);
        Assert.Equal(200, (await _server.AskAsync("PUT", $"/v1/messages/{id}", other.Caller, message)).Status);
        Assert.Equal(404, (await _server.AskAsync("PUT", $"/v1/messages/PNI:{caller.Account.Aci}", other.Caller, message)).Status);
    }

    [Fact]
    public async Task A_device_that_does_not_know_such_accounts_is_not_linked_to_one()
    {
        var (person, caller) = await RegisteredAsync();
        var code = (string)(await _server.AskAsync("GET", "/v1/devices/provisioning/code", caller)).Read()["verificationCode"]!;
        var body = person.Keys();
        body["verificationCode"] = code;
        body["accountAttributes"] = person.Attributes.DeepClone();
        Assert.Equal(409, await LinkAsync());
        body["accountAttributes"]!["capabilities"]!["optionalPhoneNumber"] = true;
        body["pniSignedPreKey"] = body["aciSignedPreKey"]!.DeepClone();
        body["pniPqLastResortPreKey"] = body["aciPqLastResortPreKey"]!.DeepClone();
        Assert.Equal(422, await LinkAsync());
        body.Remove("pniSignedPreKey");
        body.Remove("pniPqLastResortPreKey");
        Assert.Equal(200, await LinkAsync());
        Assert.Equal([null, null], _server.Home.Accounts.Find(caller.Account.Aci)!.Devices.Select(device => device.PniRegistrationId));

        async Task<int> LinkAsync() => (await _server.AskAsync(
            "PUT", "/v1/devices/link", body: Json.Text(body.ToJsonString()),
            headers: ("Authorization", Registrant.Basic(caller.Account.Aci.ToString(), "linked")))).Status;
    }

    private Registrant Person()
    {
        var person = new Registrant(_server, null);
        person.Attributes["recoveryPassword"] = _recovery;
        return person;
    }

    private JsonObject Recovery() => new() { ["recoveryPassword"] = _recovery };

    private async Task<Response> RegisterAsync(Registrant person, byte[]? receipt = null, string? name = null) =>
        await person.RegisterAsync(
            Buyer.Proof(receipt ?? await Buyer.BuyAsync(_server, await Registrant.InviteAsync(_server))), name);

    private async Task<(Registrant Person, Caller Caller)> RegisteredAsync()
    {
        var person = Person();
        var response = await RegisterAsync(person);
        Assert.Equal(200, response.Status);
        return (person, person.Caller((Guid)response.Read()["uuid"]!));
    }
}
