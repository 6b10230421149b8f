using System.Text.Json.Nodes;
using Fluister.Server;

namespace Fluister.ServerTests.Registration;

/// <summary>Nobody registers without an invite, and an invite never gives somebody else's account.</summary>
public sealed class RegistrationTests
{
    private const string Number = "+31612345678";
    private static readonly string Lock = new('a', 64);

    [Fact]
    public async Task An_invite_makes_an_account_that_is_told_who_it_is()
    {
        await using var server = new TestServer();
        var caller = await new Registrant(server, Number).RegisterAsync(await Registrant.InviteAsync(server));
        var said = (await server.AskAsync("GET", "/v1/accounts/whoami", caller)).Read();
        Assert.Equal(caller.Account.Aci, (Guid)said["uuid"]!);
        Assert.Equal(Number, (string)said["number"]!);
        Assert.Equal(caller.Account.Pni, (Guid)said["pni"]!);
        Assert.True((bool)said["storageCapable"]!);
        Assert.Equal(16, caller.Account.AccessKey!.Length);
    }

    [Fact]
    public async Task An_access_key_may_come_as_numbers()
    {
        await using var server = new TestServer();
        var person = new Registrant(server, Number);
        person.Attributes["unidentifiedAccessKey"] = new JsonArray([.. Enumerable.Range(0, 16).Select(value => (JsonNode)(value - 8))]);
        var caller = await person.RegisterAsync(await Registrant.InviteAsync(server));
        Assert.Equal([248, 249, 250, 251, 252, 253, 254, 255, 0, 1, 2, 3, 4, 5, 6, 7], caller.Account.AccessKey!);
    }

    [Fact]
    public async Task Of_two_who_race_with_one_invite_one_gets_on()
    {
        await using var server = new TestServer();
        for (var round = 0; round < 20; round++)
        {
            var invite = await Registrant.InviteAsync(server);
            var people = Enumerable.Range(0, 4).Select(index => new Registrant(server, $"+3161000{round:d2}{index}")).ToList();
            var proofs = new List<JsonObject>();
            foreach (var person in people)
            {
                proofs.Add(new JsonObject { ["sessionId"] = await person.VerifyAsync(invite) });
            }

            var asked = people.Select((person, index) => Task.Run(async () => await person.RegisterAsync(proofs[index])));
            var statuses = (await Task.WhenAll(asked)).Select(response => response.Status).Order();
            Assert.Equal([200, 403, 403, 403], statuses);
        }
    }

    [Fact]
    public async Task Of_two_who_race_for_one_number_one_gets_it_and_the_other_keeps_the_invite()
    {
        await using var server = new TestServer();
        var invite = await Registrant.InviteAsync(server, uses: 2);
        var (first, second) = (new Registrant(server, Number), new Registrant(server, Number));
        var (one, two) = (await first.VerifyAsync(invite), await second.VerifyAsync(invite));
        var statuses = await Task.WhenAll(
            Task.Run(async () => (await first.RegisterAsync(new JsonObject { ["sessionId"] = one })).Status),
            Task.Run(async () => (await second.RegisterAsync(new JsonObject { ["sessionId"] = two })).Status));
        Assert.Equal([200, 403], statuses.Order());
        Assert.Equal(1, server.Home.Invites.Find(invite.Token, server.Clock.GetUtcNow())!.UsesLeft);
    }

    [Fact]
    public async Task An_invite_that_expired_after_it_was_verified_registers_nobody()
    {
        await using var server = new TestServer();
        var invite = await Registrant.InviteAsync(server);
        server.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1));
        var person = new Registrant(server, Number);
        var session = await person.VerifyAsync(invite);
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(403, (await person.RegisterAsync(new JsonObject { ["sessionId"] = session })).Status);
    }

    [Fact]
    public async Task A_revoked_invite_is_not_taken()
    {
        await using var server = new TestServer();
        var invite = await Registrant.InviteAsync(server, uses: 5);
        var person = new Registrant(server, Number);
        var session = await person.VerifyAsync(invite);
        await server.Database.WriteAsync(write => write.Run("UPDATE invite SET revoked = 1"));
        Assert.Equal(403, (await person.RegisterAsync(new JsonObject { ["sessionId"] = session })).Status);
    }

    [Fact]
    public async Task An_invite_alone_does_not_give_an_account_that_is_there()
    {
        await using var server = new TestServer();
        var caller = await new Registrant(server, Number).RegisterAsync(await Registrant.InviteAsync(server));
        var thief = new Registrant(server, Number);
        var invite = await Registrant.InviteAsync(server);
        Assert.Equal(403, (await thief.RegisterAsync(new JsonObject { ["sessionId"] = await thief.VerifyAsync(invite) })).Status);
        Assert.Equal(200, (await server.AskAsync("GET", "/v1/accounts/whoami", caller)).Status);
        Assert.Equal(1, server.Home.Invites.Find(invite.Token, server.Clock.GetUtcNow())!.UsesLeft);
    }

    [Fact]
    public async Task The_recovery_password_gives_the_account_back_and_ends_the_old_devices()
    {
        await using var server = new TestServer();
        var recovery = Convert.ToBase64String(Registrant.Bytes(32));
        var person = new Registrant(server, Number);
        person.Attributes["recoveryPassword"] = recovery;
        var before = await person.RegisterAsync(await Registrant.InviteAsync(server));
        foreach (var name in new[] { Number, before.Account.Aci.ToString() })
        {
            var again = new Registrant(server, Number);
            again.Attributes["recoveryPassword"] = recovery;
            var response = await again.RegisterAsync(new JsonObject { ["recoveryPassword"] = recovery }, name);
            Assert.Equal(200, response.Status);
            Assert.Equal(before.Account.Aci, (Guid)response.Read()["uuid"]!);
            Assert.Equal(before.Account.Pni, (Guid)response.Read()["pni"]!);
            Assert.True((bool)response.Read()["reregistration"]!);
            Assert.Equal(401, (await server.AskAsync("GET", "/v1/accounts/whoami", before)).Status);
            before = again.Caller(before.Account.Aci);
            Assert.Equal(200, (await server.AskAsync("GET", "/v1/accounts/whoami", before)).Status);
        }
    }

    [Fact]
    public async Task A_wrong_recovery_password_and_an_account_that_is_not_there_are_one_answer()
    {
        await using var server = new TestServer();
        var person = new Registrant(server, Number);
        person.Attributes["recoveryPassword"] = Convert.ToBase64String(Registrant.Bytes(32));
        var caller = await person.RegisterAsync(await Registrant.InviteAsync(server));
        var wrong = new JsonObject { ["recoveryPassword"] = Convert.ToBase64String(Registrant.Bytes(32)) };
        foreach (var name in new[] { Number, "+31699999999", caller.Account.Aci.ToString(), Guid.NewGuid().ToString() })
        {
            var thief = new Registrant(server, Number);
            thief.Attributes["recoveryPassword"] = Convert.ToBase64String(Registrant.Bytes(32));
            var response = await thief.RegisterAsync(wrong, name);
            Assert.Equal(403, response.Status);
            Assert.True(response.Body.IsEmpty);
        }
    }

    [Fact]
    public async Task A_registration_lock_is_asked_for_even_of_those_who_have_the_recovery_password()
    {
        await using var server = new TestServer();
        var recovery = Convert.ToBase64String(Registrant.Bytes(32));
        var person = new Registrant(server, Number);
        person.Attributes["recoveryPassword"] = recovery;
        person.Attributes["registrationLock"] = Lock;
        var before = await person.RegisterAsync(await Registrant.InviteAsync(server));
        var again = new Registrant(server, Number);
        again.Attributes["recoveryPassword"] = recovery;
        var proof = new JsonObject { ["recoveryPassword"] = recovery };
        var locked = await again.RegisterAsync(proof);
        Assert.Equal(423, locked.Status);
        Assert.InRange((long)locked.Read()["timeRemaining"]!, 1, (long)ServerLimits.RegistrationLockAge.TotalMilliseconds);
        again.Attributes["registrationLock"] = new string('b', 64);
        Assert.Equal(423, (await again.RegisterAsync(proof)).Status);
        Assert.Equal(200, (await server.AskAsync("GET", "/v1/accounts/whoami", before)).Status);
        again.Attributes["registrationLock"] = Lock;
        Assert.Equal(200, (await again.RegisterAsync(proof)).Status);
    }

    [Fact]
    public async Task An_invite_with_the_right_registration_lock_gives_the_account_back_and_a_wrong_one_does_not()
    {
        await using var server = new TestServer();
        var person = new Registrant(server, Number);
        person.Attributes["registrationLock"] = Lock;
        await person.RegisterAsync(await Registrant.InviteAsync(server));
        var invite = await Registrant.InviteAsync(server);
        var again = new Registrant(server, Number);
        var proof = new JsonObject { ["sessionId"] = await again.VerifyAsync(invite) };
        Assert.Equal(423, (await again.RegisterAsync(proof)).Status);
        again.Attributes["registrationLock"] = Lock;
        Assert.Equal(200, (await again.RegisterAsync(proof)).Status);
        Assert.Null(server.Home.Invites.Find(invite.Token, server.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task A_registration_lock_cannot_be_tried_without_end()
    {
        await using var server = new TestServer();
        var person = new Registrant(server, Number);
        person.Attributes["registrationLock"] = Lock;
        await person.RegisterAsync(await Registrant.InviteAsync(server));
        var again = new Registrant(server, Number);
        var invite = await Registrant.InviteAsync(server);
        var statuses = new List<int>();
        for (var i = 0; i <= ServerLimits.Pin.Burst; i++)
        {
            server.Clock.Advance(ServerLimits.Registration.Refill);
            again.Attributes["registrationLock"] = $"{i:d64}";
            var proof = new JsonObject { ["sessionId"] = await again.VerifyAsync(invite) };
            statuses.Add((await again.RegisterAsync(proof)).Status);
        }

        Assert.Equal([.. Enumerable.Repeat(423, ServerLimits.Pin.Burst), 429], statuses);
    }

    [Fact]
    public async Task Where_data_could_be_moved_the_person_is_asked_first()
    {
        await using var server = new TestServer();
        var recovery = Convert.ToBase64String(Registrant.Bytes(32));
        var person = new Registrant(server, Number);
        person.Attributes["recoveryPassword"] = recovery;
        person.Attributes["capabilities"]!["transfer"] = true;
        await person.RegisterAsync(await Registrant.InviteAsync(server));
        var again = new Registrant(server, Number);
        var proof = new JsonObject { ["recoveryPassword"] = recovery, ["skipDeviceTransfer"] = false };
        Assert.Equal(409, (await again.RegisterAsync(proof)).Status);
        proof["skipDeviceTransfer"] = true;
        Assert.Equal(200, (await again.RegisterAsync(proof)).Status);
    }

    [Theory]
    [InlineData("registrationId", "0")]
    [InlineData("registrationId", "16384")]
    [InlineData("registrationId", "\"1\"")]
    [InlineData("pniRegistrationId", "null")]
    [InlineData("registrationLock", "\"short\"")]
    [InlineData("recoveryPassword", "\"AAAA\"")]
    [InlineData("unidentifiedAccessKey", "\"AAAA\"")]
    [InlineData("unidentifiedAccessKey", "[1,2,300]")]
    [InlineData("unidentifiedAccessKey", "{}")]
    [InlineData("capabilities", "{\"a b\":true}")]
    [InlineData("fetchesMessages", "false")]
    public async Task Attributes_out_of_bounds_are_refused(string name, string value)
    {
        await using var server = new TestServer();
        var person = new Registrant(server, Number);
        person.Attributes[name] = JsonNode.Parse(value);
        var proof = new JsonObject { ["sessionId"] = await person.VerifyAsync(await Registrant.InviteAsync(server)) };
        Assert.Equal(422, (await person.RegisterAsync(proof)).Status);
        Assert.Null(server.Home.Accounts.FindByNumber(Number));
    }

    [Theory]
    [InlineData("{}", 422)]
    [InlineData("{\"sessionId\":\"x\",\"recoveryPassword\":\"AAAA\"}", 422)]
    [InlineData("{\"sessionId\":\"x\"}", 401)]
    [InlineData("{\"sessionId\":\"x\",\"aciIdentityKey\":\"AAAA\"}", 422)]
    [InlineData("{\"sessionId\":\"x\",\"aciSignedPreKey\":null}", 422)]
    [InlineData("{\"sessionId\":\"x\",\"pniPqLastResortPreKey\":{\"keyId\":1,\"publicKey\":\"AAAA\",\"signature\":\"AAAA\"}}", 422)]
    [InlineData("{\"receiptCredentialPresentation\":\"AAAA\"}", 422)]
    [InlineData("{\"sessionId\":\"x\",\"receiptCredentialPresentation\":\"AAAA\"}", 422)]
    [InlineData("{\"recoveryPassword\":\"AAAA\",\"receiptCredentialPresentation\":\"AAAA\"}", 422)]
    [InlineData("{\"sessionId\":\"\",\"receiptCredentialPresentation\":\"\"}", 422)]
    [InlineData("{\"sessionId\":\"x\",\"pniIdentityKey\":null}", 422)]
    public async Task What_proves_nothing_registers_nobody(string proof, int status)
    {
        await using var server = new TestServer();
        Assert.Equal(status, (await new Registrant(server, Number).RegisterAsync(JsonNode.Parse(proof)!.AsObject())).Status);
    }

    // Nobody could write to such a device.
    [Fact]
    public async Task A_device_that_does_not_know_the_post_quantum_ratchet_is_told_to_be_renewed()
    {
        await using var server = new TestServer();
        var person = new Registrant(server, Number);
        var proof = new JsonObject { ["sessionId"] = await person.VerifyAsync(await Registrant.InviteAsync(server)) };
        person.Attributes["capabilities"]!["spqr"] = false;
        Assert.Equal(499, (await person.RegisterAsync(proof)).Status);
        person.Attributes["capabilities"] = null;
        Assert.Equal(499, (await person.RegisterAsync(proof)).Status);
        person.Attributes["capabilities"] = new JsonObject { ["spqr"] = true };
        Assert.Equal(200, (await person.RegisterAsync(proof)).Status);
    }

    [Fact]
    public async Task A_session_registers_its_own_number_only()
    {
        await using var server = new TestServer();
        var person = new Registrant(server, Number);
        var proof = new JsonObject { ["sessionId"] = await person.VerifyAsync(await Registrant.InviteAsync(server)) };
        Assert.Equal(400, (await person.RegisterAsync(proof, "+31600000000")).Status);
        Assert.Equal(400, (await person.RegisterAsync(proof, "__no_number__")).Status);
        Assert.Equal(200, (await person.RegisterAsync(proof)).Status);
    }

    [Fact]
    public async Task Keys_that_another_identity_signed_are_refused()
    {
        await using var server = new TestServer();
        var person = new Registrant(server, Number);
        var session = await person.VerifyAsync(await Registrant.InviteAsync(server));
        foreach (var (name, key) in new Registrant(server, Number).Keys())
        {
            Assert.Equal(422, (await person.RegisterAsync(new JsonObject { ["sessionId"] = session, [name] = key!.DeepClone() })).Status);
        }
    }

    [Fact]
    public async Task A_disabled_account_is_not_given_back()
    {
        await using var server = new TestServer();
        var recovery = Convert.ToBase64String(Registrant.Bytes(32));
        var person = new Registrant(server, Number);
        person.Attributes["recoveryPassword"] = recovery;
        var caller = await person.RegisterAsync(await Registrant.InviteAsync(server));
        await server.Home.Accounts.UpdateAsync(caller.Account.Aci, account => account with { IsDisabled = true });
        Assert.Equal(403, (await person.RegisterAsync(new JsonObject { ["recoveryPassword"] = recovery })).Status);
        Assert.Null(person.Caller(caller.Account.Aci));
        Assert.Equal(401, (await server.AskAsync("GET", "/v1/accounts/whoami", caller)).Status);
    }
}
