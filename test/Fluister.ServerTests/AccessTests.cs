using System.Text;
using System.Text.RegularExpressions;
using Fluister.Server.Accounts;
using Fluister.Server.Requests;

namespace Fluister.ServerTests;

/// <summary>Who may call what: every route there is, by each kind of caller. A route that the table lacks fails.</summary>
public sealed partial class AccessTests
{
    // What each kind of route says to each kind of caller where it does not get as far as the room: none means that it does.
    private static readonly Dictionary<Access, Expected> ByAccess = new()
    {
        [Access.Device] = new(Anonymous: 401, WrongPassword: 401, Disabled: 401, Removed: 401, Linked: null, Primary: null),
        [Access.PrimaryDevice] = new(Anonymous: 401, WrongPassword: 401, Disabled: 401, Removed: 401, Linked: 403, Primary: null),
        [Access.Anonymous] = new(Anonymous: null, WrongPassword: 401, Disabled: 401, Removed: 401, Linked: 400, Primary: 400),
        [Access.Anyone] = new(Anonymous: null, WrongPassword: null, Disabled: 401, Removed: 401, Linked: null, Primary: null),
        [Access.Peer] = new(Anonymous: 401, WrongPassword: 401, Disabled: 401, Removed: 401, Linked: 401, Primary: 401),
        [Access.DeviceOrAccessKey] = new(Anonymous: 401, WrongPassword: 401, Disabled: 401, Removed: 401, Linked: null, Primary: null),
    };

    // Every route by hand, so that a new one must be thought about.
    private static readonly Dictionary<string, Access> Table = new()
    {
        ["GET /v1/accounts/whoami"] = Access.Device,
        ["PUT /v1/accounts/attributes"] = Access.Device,
        ["PUT /v1/accounts/registration_lock"] = Access.PrimaryDevice,
        ["DELETE /v1/accounts/registration_lock"] = Access.PrimaryDevice,
        ["PUT /v2/accounts/phone_number_discoverability"] = Access.Device,
        ["DELETE /v1/accounts/me"] = Access.PrimaryDevice,
        ["GET /v2/accounts/data_report"] = Access.Device,
        ["HEAD /v1/accounts/account/{id}"] = Access.Anonymous,
        ["PUT /v1/accounts/gcm"] = Access.Device,
        ["DELETE /v1/accounts/gcm"] = Access.Device,
        ["PUT /v1/accounts/apn"] = Access.Device,
        ["DELETE /v1/accounts/apn"] = Access.Device,
        ["PUT /v1/accounts/name"] = Access.Device,
        ["PUT /v1/accounts/username_hash/reserve"] = Access.Device,
        ["PUT /v1/accounts/username_hash/confirm"] = Access.Device,
        ["DELETE /v1/accounts/username_hash"] = Access.Device,
        ["GET /v1/accounts/username_hash/{hash}"] = Access.Anonymous,
        ["PUT /v1/accounts/username_link"] = Access.Device,
        ["DELETE /v1/accounts/username_link"] = Access.Device,
        ["GET /v1/accounts/username_link/{handle}"] = Access.Anonymous,
        ["GET /v1/devices"] = Access.Device,
        ["DELETE /v1/devices/{device}"] = Access.Device,
        ["PUT /v1/devices/capabilities"] = Access.Device,
        ["GET /v1/devices/provisioning/code"] = Access.Device,
        ["PUT /v1/devices/link"] = Access.Anyone,
        ["GET /v1/devices/wait_for_linked_device/{token}"] = Access.Device,
        ["PUT /v1/devices/transfer_archive"] = Access.Device,
        ["GET /v1/devices/transfer_archive"] = Access.Device,
        ["PUT /v1/devices/restore_account/{token}"] = Access.Anonymous,
        ["GET /v1/devices/restore_account/{token}"] = Access.Anonymous,
        ["PUT /v1/provisioning/{address}"] = Access.Device,
        ["GET /v1/keepalive/provisioning"] = Access.Anyone,
        ["PUT /v1/profile"] = Access.Device,
        ["GET /v1/profile/{id}"] = Access.DeviceOrAccessKey,
        ["GET /v1/profile/{id}/{version}"] = Access.DeviceOrAccessKey,
        ["GET /v1/profile/{id}/{version}/{request}"] = Access.DeviceOrAccessKey,
        ["POST /v1/profile/identity_check/batch"] = Access.Anonymous,
        ["POST /v1/verification/session"] = Access.Anonymous,
        ["GET /v1/verification/session/{id}"] = Access.Anonymous,
        ["PATCH /v1/verification/session/{id}"] = Access.Anonymous,
        ["POST /v1/verification/session/{id}/code"] = Access.Anonymous,
        ["PUT /v1/verification/session/{id}/code"] = Access.Anonymous,
        ["POST /v1/registration"] = Access.Anyone,
        ["POST /v1/login-purchase/receipt_credentials"] = Access.Anonymous,
        ["PUT /v2/keys"] = Access.Device,
        ["GET /v2/keys"] = Access.Device,
        ["POST /v2/keys/check"] = Access.Device,
        ["GET /v2/keys/{id}/{device}"] = Access.DeviceOrAccessKey,
        ["GET /v1/certificate/delivery"] = Access.Device,
        ["GET /v1/certificate/auth/group"] = Access.Device,
        ["PUT /v1/messages/{id}"] = Access.DeviceOrAccessKey,
        ["PUT /v1/messages/multi_recipient"] = Access.DeviceOrAccessKey,
        ["POST /v1/messages/report/{source}/{guid}"] = Access.Device,
        ["PUT /v1/challenge"] = Access.Device,
        ["POST /v1/challenge/push"] = Access.Device,
        ["GET /v2/calling/relays"] = Access.Device,
        ["GET /v2/directory/auth"] = Access.Device,
        ["GET /v2/svr/auth"] = Access.Device,
        ["GET /v2/backup/auth"] = Access.Device,
        ["POST /v2/svr/auth/check"] = Access.Anonymous,
        ["POST /v2/backup/auth/check"] = Access.Anonymous,
        ["PUT /v1/call_quality_survey"] = Access.Anonymous,
        ["GET /v1/storage/auth"] = Access.Device,
        ["GET /v4/attachments/form/upload"] = Access.Device,
        ["GET /v1/storage/manifest"] = Access.Anyone,
        ["GET /v1/storage/manifest/version/{version}"] = Access.Anyone,
        ["PUT /v1/storage/read"] = Access.Anyone,
        ["PUT /v1/storage"] = Access.Anyone,
        ["DELETE /v1/storage"] = Access.Anyone,
        ["GET /storageService/v1/storage/manifest"] = Access.Anyone,
        ["GET /storageService/v1/storage/manifest/version/{version}"] = Access.Anyone,
        ["PUT /storageService/v1/storage/read"] = Access.Anyone,
        ["PUT /storageService/v1/storage"] = Access.Anyone,
        ["DELETE /storageService/v1/storage"] = Access.Anyone,
        ["GET /v2/config"] = Access.Anyone,
        ["GET /v1/keepalive"] = Access.Anyone,
        ["POST /federation/v1/ping"] = Access.Peer,
        ["POST /federation/v1/devices"] = Access.Peer,
        ["POST /federation/v1/keys"] = Access.Peer,
        ["POST /federation/v1/profile"] = Access.Peer,
        ["POST /federation/v1/exists"] = Access.Peer,
        ["POST /federation/v1/identities"] = Access.Peer,
        ["POST /federation/v1/username"] = Access.Peer,
        ["POST /federation/v1/username-link"] = Access.Peer,
        ["POST /federation/v1/transactions"] = Access.Peer,
        ["GET /.well-known/fluister"] = Access.Anyone,
        ["GET /version"] = Access.Anyone,
        ["GET /health/live"] = Access.Anyone,
        ["GET /health/ready"] = Access.Anyone,
    };

    // Read before its sender is looked at.
    private const string Message =
        "{\"messages\":[{\"type\":6,\"destinationDeviceId\":1,\"destinationRegistrationId\":1,\"content\":\"AAAA\"}],\"timestamp\":1}";

    // What a room itself decides about who calls.
    private static readonly Dictionary<string, Func<Expected, Expected>> Own = new()
    {
        ["GET /v1/devices/provisioning/code"] = expected => expected with { Linked = 401 },

        // Whose keys it takes is said in the body, so that a body that cannot be read comes first.
        ["PUT /v1/messages/multi_recipient"] = expected => expected with { Anonymous = null },
    };

    private sealed record Expected(int? Anonymous, int? WrongPassword, int? Disabled, int? Removed, int? Linked, int? Primary);

    [Fact]
    public async Task Every_route_is_in_the_table_and_every_entry_is_a_route()
    {
        await using var server = new TestServer();
        var routes = server.Home.Router.Routes.ToDictionary(Name, route => route.Access);
        Assert.Equal(Table.OrderBy(entry => entry.Key), routes.OrderBy(entry => entry.Key));
    }

    [Fact]
    public async Task Every_route_refuses_whom_the_table_says_and_lets_the_others_come_to_the_room()
    {
        await using var server = new TestServer();
        foreach (var route in server.Home.Router.Routes)
        {
            var expected = ByAccess[Table[Name(route)]];
            expected = Own.TryGetValue(Name(route), out var own) ? own(expected) : expected;
            var account = await server.AddAccountAsync(devices: 3);
            var linked = account.Caller with { Device = account.Account.Devices[1] };
            var removed = account.Caller with { Device = account.Account.Devices[2] };
            await server.Home.Devices.RemoveAsync(account.Caller, 3);
            var disabled = await server.AddAccountAsync();
            await server.Home.Accounts.UpdateAsync(disabled.Account.Aci, before => before with { IsDisabled = true });

            await CheckAsync("anonymous", expected.Anonymous, null);
            await CheckAsync("wrong password", expected.WrongPassword, null, account.Authorization(password: "wrong"));
            await CheckAsync("disabled", expected.Disabled, disabled.Caller);
            await CheckAsync("removed", expected.Removed, removed);
            await CheckAsync("linked", expected.Linked, linked, account.Authorization(2));
            await CheckAsync("primary", expected.Primary, account.Caller, account.Authorization());

            async Task CheckAsync(string who, int? status, Caller? caller, string? authorization = null)
            {
                var path = Target(route, account.Account) + "?timeout=1";
                var body = route.Template == "/v1/messages/{id}" ? Json.Text(Message) : default;
                var asked = server.AskAsync(
                    route.Verb, path, caller, body, headers: authorization is null ? [] : [("Authorization", authorization)]).AsTask();
                while (!asked.IsCompleted && server.Clock.Timers == 0)
                {
                    await Task.Yield();
                }

                server.Clock.Advance(TimeSpan.FromSeconds(1));
                var response = await asked;
                if (status is { } refused)
                {
                    Assert.True(response.Status == refused, $"{Name(route)}, {who}: {response.Status} and not {refused}");

                    // Who is no server's operator is told no more than that this is for servers.
                    var isTold = route.Access == Access.Peer
                        && Encoding.ASCII.GetString(response.Body.Span).StartsWith("Other home servers sign", StringComparison.Ordinal);
                    Assert.True(response.Body.IsEmpty || isTold, $"{Name(route)}, {who}: says more than the status");
                }
                else
                {
                    // The room may refuse an empty body or a credential in its own way, but not for who the caller is.
                    var isOwnCredential = route.Template is "/v1/registration" or "/v1/devices/link"
                        || (route.Access == Access.Anyone && route.Template.Contains("/v1/storage", StringComparison.Ordinal));
                    var isLetIn = response.Status is not 403 && (response.Status != 401 || isOwnCredential);
                    Assert.True(isLetIn, $"{Name(route)}, {who}: {response.Status}");
                }
            }
        }
    }

    [Fact]
    public async Task Over_the_network_a_password_counts_and_a_disabled_account_has_none()
    {
        await using var server = new TestServer();
        var client = await server.ListenAsync();
        var account = await server.AddAccountAsync(devices: 2);
        Assert.Equal(200, await AskAsync(account.Authorization()));
        Assert.Equal(200, await AskAsync(account.Authorization(2)));
        Assert.Equal(401, await AskAsync(account.Authorization(3)));
        Assert.Equal(401, await AskAsync(account.Authorization(password: "wrong")));
        Assert.Equal(401, await AskAsync(Registrant.Basic($"{account.Account.Pni}.1", TestAccount.Password)));
        Assert.Equal(401, await AskAsync("Bearer x"));
        Assert.Equal(401, await AskAsync(null));
        await server.Home.Accounts.UpdateAsync(account.Account.Aci, before => before with { IsDisabled = true });
        Assert.Equal(401, await AskAsync(account.Authorization()));

        async Task<int> AskAsync(string? authorization)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/accounts/whoami");
            if (authorization is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            }

            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            return (int)response.StatusCode;
        }
    }

    [Fact]
    public async Task Nothing_that_an_account_changes_of_itself_changes_another()
    {
        await using var server = new TestServer();
        var (victim, other) = (await server.AddAccountAsync(devices: 2), await server.AddAccountAsync());
        var before = Snapshot();
        var changes = server.Home.Router.Routes.Where(route =>
            route.Access is Access.Device or Access.PrimaryDevice && route.Verb != "GET");
        foreach (var route in changes)
        {
            foreach (var body in new[] { "{}", "{\"deviceName\":\"AAAA\"}", "{\"discoverableByPhoneNumber\":false}" })
            {
                var caller = other.Caller;
                await server.AskAsync(route.Verb, Target(route, victim.Account), caller, Json.Text(body));
            }

            Assert.Equal(before, Snapshot());
        }

        string Snapshot()
        {
            var account = server.Home.Accounts.Find(victim.Account.Aci)!;
            var devices = account.Devices.Select(device => $"{device.Id}{device.Name?.Length}{string.Join(',', device.Capabilities)}");
            return string.Join(' ', devices)
                + account.IsDiscoverable + account.RegistrationLock
                + Convert.ToHexString(account.AccessKey!) + account.UsernameHash;
        }
    }

    private static string Name(Route route) => $"{route.Verb} {route.Template}";

    private static string Target(Route route, Account account) => Parameter().Replace(route.Template, match => match.Value switch
    {
        "{id}" => account.Aci.ToString(),
        "{device}" => "2",
        _ => "AAAA",
    });

    [GeneratedRegex("{[a-z]+}")]
    private static partial Regex Parameter();
}
