using System.Text.Json.Nodes;
using Fluister.Server;
using Fluister.Server.Accounts;

namespace Fluister.ServerTests.Accounts;

/// <summary>What an account changes of itself, and what is left of it after its deletion: nothing.</summary>
public sealed class AccountTests
{
    [Fact]
    public async Task A_deleted_account_leaves_nothing()
    {
        await using var server = new TestServer();
        var person = new Registrant(server, "+31612345678");
        var caller = await person.RegisterAsync(await Registrant.InviteAsync(server));
        var profile = new { version = new string('a', 64), commitment = new byte[97], name = new byte[81] };
        Assert.Equal(200, (await server.AskAsync("PUT", "/v1/profile", caller, Json.Body(profile))).Status);
        var reserve = new { usernameHashes = new[] { Convert.ToBase64String(new byte[32]) } };
        Assert.Equal(200, (await server.AskAsync("PUT", "/v1/accounts/username_hash/reserve", caller, Json.Body(reserve))).Status);
        Assert.Equal(204, (await server.AskAsync("DELETE", "/v1/accounts/me", caller)).Status);
        Assert.Equal(401, (await server.AskAsync("GET", "/v1/accounts/whoami", caller)).Status);
        Assert.Equal(404, (await server.AskAsync("HEAD", $"/v1/accounts/account/{caller.Account.Aci}")).Status);
        var tables = server.Database.Read(read => read.Query(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%aci BLOB%'", row => row.GetString(0)));
        Assert.Contains("mailbox", tables);
        Assert.All(tables, table => Assert.Equal(0, Count(table)));
        Assert.NotNull(await new Registrant(server, "+31612345678").RegisterAsync(await Registrant.InviteAsync(server)));

        int Count(string table) => server.Database.Read(read => read.First($"SELECT COUNT(*) FROM {table}", row => row.GetInt32(0)));
    }

    [Fact]
    public async Task Attributes_are_what_was_set_last()
    {
        await using var server = new TestServer();
        var person = new Registrant(server, "+31612345678");
        var caller = await person.RegisterAsync(await Registrant.InviteAsync(server));
        person.Attributes["unrestrictedUnidentifiedAccess"] = true;
        person.Attributes["unidentifiedAccessKey"] = null;
        person.Attributes["discoverableByPhoneNumber"] = false;
        person.Attributes["recoveryPassword"] = Convert.ToBase64String(Registrant.Bytes(32));
        person.Attributes["registrationLock"] = new string('a', 64);
        Assert.Equal(204, await SetAsync(person.Attributes));
        var after = server.Home.Accounts.Find(caller.Account.Aci)!;
        Assert.True(after.IsUnrestricted);
        Assert.Null(after.AccessKey);
        Assert.False(after.IsDiscoverable);
        Assert.NotNull(after.RecoveryPassword);
        Assert.True(after.RegistrationLock!.Fits(new string('a', 64)));
        person.Attributes.Remove("recoveryPassword");
        person.Attributes.Remove("registrationLock");
        Assert.Equal(204, await SetAsync(person.Attributes));
        after = server.Home.Accounts.Find(caller.Account.Aci)!;
        Assert.NotNull(after.RecoveryPassword);
        Assert.Null(after.RegistrationLock);
        person.Attributes["name"] = Convert.ToBase64String(new byte[ServerLimits.DeviceName + 1]);
        Assert.Equal(422, await SetAsync(person.Attributes));

        async Task<int> SetAsync(JsonObject attributes) =>
            (await server.AskAsync("PUT", "/v1/accounts/attributes", caller, Json.Text(attributes.ToJsonString()))).Status;
    }

    [Fact]
    public async Task Changes_at_once_do_not_lose_each_other()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync(devices: 6);
        await Task.WhenAll(Enumerable.Range(0, 60).Select(change => Task.Run(() => server.Home.Accounts.UpdateAsync(
            account.Account.Aci, before => before.With((change % 6) + 1, device => device with { Name = [.. device.Name ?? [], 1] })))));
        Assert.All(server.Home.Accounts.Find(account.Account.Aci)!.Devices, device => Assert.Equal(10, device.Name!.Length));
    }

    [Fact]
    public async Task A_registration_lock_is_set_and_taken_away()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        var body = Json.Body(new { registrationLock = new string('7', 64) });
        Assert.Equal(204, (await server.AskAsync("PUT", "/v1/accounts/registration_lock", account.Caller, body)).Status);
        Assert.True(server.Home.Accounts.Find(account.Account.Aci)!.RegistrationLock!.Fits(new string('7', 64)));
        Assert.Equal(204, (await server.AskAsync("DELETE", "/v1/accounts/registration_lock", account.Caller)).Status);
        Assert.Null(server.Home.Accounts.Find(account.Account.Aci)!.RegistrationLock);
        var wrong = Json.Body(new { registrationLock = "7" });
        Assert.Equal(422, (await server.AskAsync("PUT", "/v1/accounts/registration_lock", account.Caller, wrong)).Status);
    }

    [Fact]
    public async Task The_report_says_what_is_held_in_data_and_in_words()
    {
        await using var server = new TestServer();
        var person = new Registrant(server, "+31612345678");
        var caller = await person.RegisterAsync(await Registrant.InviteAsync(server));
        var report = (await server.AskAsync("GET", "/v2/accounts/data_report", caller)).Read();
        Assert.Equal("+31612345678", (string)report["data"]!["account"]!["phoneNumber"]!);
        Assert.Equal("2026-11-22T00:00:00Z", (string)report["data"]!["devices"]![0]!["lastSeen"]!);
        Assert.Equal("2026-11-22T12:00:00Z", (string)report["reportTimestamp"]!);
        var text = (string)report["text"]!;
        Assert.Contains($"Account ID: {caller.Account.Aci}", text, StringComparison.Ordinal);
        Assert.Contains("Phone number: +31612345678", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_counts_what_else_is_kept_and_deletion_leaves_nothing_of_it()
    {
        await using var server = new TestServer();
        var (one, two) = (await server.AddAccountAsync(), await server.AddAccountAsync());
        await server.Home.Reports.AddAsync(one.Account.Aci, two.Account.Aci.ToString(), Guid.NewGuid(), null);
        await server.Home.Reports.AddAsync(one.Account.Aci, two.Account.Aci.ToString(), Guid.NewGuid(), null);
        await server.Home.Usernames.ReserveAsync(one.Caller, [new byte[32]]);
        var report = (await server.AskAsync("GET", "/v2/accounts/data_report", one.Caller)).Read()["data"]!["account"]!;
        Assert.Equal((2, 0, 1), ((int)report["reportsMade"]!, (int)report["reportsAbout"]!, (int)report["formerUsernames"]!));
        var about = (await server.AskAsync("GET", "/v2/accounts/data_report", two.Caller)).Read();
        Assert.Equal(2, (int)about["data"]!["account"]!["reportsAbout"]!);
        Assert.Contains("Reports of spam about this account: 2\n", (string)about["text"]!, StringComparison.Ordinal);

        await server.Home.AccountSettings.DeleteAsync(two.Caller);
        Assert.Equal(0, server.Home.Reports.Count().All);
        await server.Home.AccountSettings.DeleteAsync(one.Caller);

        // In no column of any table is anything that names either.
        foreach (var (table, column) in server.Database.Read(session => session.Query(
            "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'",
            row => (row.GetString(0), row.GetString(1)))))
        {
            foreach (var account in new[] { one.Account, two.Account })
            {
                object[] names = [AccountStore.Bytes(account.Aci), AccountStore.Bytes(account.Pni!.Value), account.Number!];
                Assert.All(names, name => Assert.True(
                    server.Database.Read(session => session.First(
                        $"SELECT COUNT(*) FROM {table} WHERE {column} = ?1", row => row.GetInt32(0), name)) == 0,
                    $"{table}.{column}"));
            }
        }
    }

    [Fact]
    public async Task Of_when_a_device_was_there_the_day_is_kept()
    {
        await using var server = new TestServer();
        var person = new Registrant(server, "+31612345678");
        var caller = await person.RegisterAsync(await Registrant.InviteAsync(server));
        Assert.Equal(TimeSpan.Zero, caller.Device.LastSeenDay.TimeOfDay);
        server.Clock.Advance(TimeSpan.FromHours(30));
        person.Caller(caller.Account.Aci);

        // The day is written behind the answer, by the one writer: what is written after it comes after it.
        await server.Database.WriteAsync(_ => true);
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero), person.Caller(caller.Account.Aci).Device.LastSeenDay);
    }

    [Fact]
    public async Task Tokens_of_push_services_are_taken_and_not_kept()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        foreach (var kind in new[] { "gcm", "apn" })
        {
            var body = Json.Body(new { gcmRegistrationId = "x", apnRegistrationId = "x", webSocketChannel = true });
            Assert.Equal(204, (await server.AskAsync("PUT", $"/v1/accounts/{kind}", account.Caller, body)).Status);
            Assert.Equal(204, (await server.AskAsync("DELETE", $"/v1/accounts/{kind}/", account.Caller)).Status);
        }
    }
}
