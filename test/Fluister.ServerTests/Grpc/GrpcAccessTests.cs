using Fluister.Server.Grpc;
using Fluister.Server.Requests;

namespace Fluister.ServerTests.Grpc;

/// <summary>Who may call what by gRPC: every method there is, by each kind of caller, over a real connection. A method that the table lacks
/// fails.</summary>
public sealed class GrpcAccessTests : IAsyncLifetime
{
    private static readonly (GrpcCode Code, string? Reason) Unauthenticated = (GrpcCode.Unauthenticated, "INVALID_CREDENTIALS");
    private static readonly (GrpcCode Code, string? Reason) Misplaced = (GrpcCode.InvalidArgument, "BAD_AUTHENTICATION");

    // Every method by hand, so that a new one must be thought about.
    private static readonly Dictionary<string, Access> Table = new()
    {
        ["account.Accounts/GetAccountIdentity"] = Access.Device,
        ["account.Accounts/DeleteAccount"] = Access.PrimaryDevice,
        ["account.Accounts/SetRegistrationLock"] = Access.PrimaryDevice,
        ["account.Accounts/ClearRegistrationLock"] = Access.PrimaryDevice,
        ["account.Accounts/ReserveUsernameHash"] = Access.Device,
        ["account.Accounts/ConfirmUsernameHash"] = Access.Device,
        ["account.Accounts/DeleteUsernameHash"] = Access.Device,
        ["account.Accounts/SetUsernameLink"] = Access.Device,
        ["account.Accounts/DeleteUsernameLink"] = Access.Device,
        ["account.Accounts/ConfigureUnidentifiedAccess"] = Access.Device,
        ["account.Accounts/SetDiscoverableByPhoneNumber"] = Access.Device,
        ["account.Accounts/SetRegistrationRecoveryPassword"] = Access.Device,
        ["account.Accounts/GetCapabilities"] = Access.Device,
        ["account.AccountsAnonymous/CheckAccountExistence"] = Access.Anonymous,
        ["account.AccountsAnonymous/LookupUsernameHash"] = Access.Anonymous,
        ["account.AccountsAnonymous/LookupUsernameLink"] = Access.Anonymous,
        ["attachments.Attachments/GetUploadForm"] = Access.Device,
        ["calling.Calling/GetCallingRelays"] = Access.Device,
        ["calling.quality.CallQuality/SubmitCallQualitySurvey"] = Access.Anonymous,
        ["challenge.Challenge/HandleChallengeResponse"] = Access.Device,
        ["credentials.Credentials/GetDeliveryCertificate"] = Access.Device,
        ["credentials.Credentials/GetExternalServiceCredentials"] = Access.Device,
        ["credentials.CredentialsAnonymous/CheckSvrCredentials"] = Access.Anonymous,
        ["device.Devices/GetDevices"] = Access.Device,
        ["device.Devices/RemoveDevice"] = Access.Device,
        ["device.Devices/SetDeviceName"] = Access.Device,
        ["device.Devices/SetCapabilities"] = Access.Device,
        ["device.Devices/SetPushToken"] = Access.Device,
        ["device.Devices/ClearPushToken"] = Access.Device,
        ["keys.Keys/GetPreKeyCount"] = Access.Device,
        ["keys.Keys/GetPreKeys"] = Access.Device,
        ["keys.Keys/SetOneTimeEcPreKeys"] = Access.Device,
        ["keys.Keys/SetOneTimeKemSignedPreKeys"] = Access.Device,
        ["keys.Keys/SetEcSignedPreKey"] = Access.Device,
        ["keys.Keys/SetKemLastResortPreKey"] = Access.Device,
        ["keys.KeysAnonymous/GetPreKeys"] = Access.Anonymous,
        ["messages.Messages/SendMessage"] = Access.Device,
        ["messages.Messages/SendSyncMessage"] = Access.Device,
        ["messages.MessagesAnonymous/SendSingleRecipientMessage"] = Access.Anonymous,
        ["messages.MessagesAnonymous/SendMultiRecipientMessage"] = Access.Anonymous,
        ["messages.MessagesAnonymous/SendStory"] = Access.Anonymous,
        ["messages.MessagesAnonymous/SendMultiRecipientStory"] = Access.Anonymous,
        ["purchase.LoginPurchase/CreateLoginReceiptCredential"] = Access.Anonymous,
        ["remoteconfiguration.RemoteConfiguration/GetConfiguration"] = Access.Device,
    };

    private readonly TestServer _server = new();
    private GrpcClient _client = null!;

    public async ValueTask InitializeAsync() => _client = new GrpcClient(await _server.ListenAsync());

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public void Every_method_is_in_the_table_and_every_entry_is_a_method() => Assert.Equal(
        Table.OrderBy(entry => entry.Key, StringComparer.Ordinal),
        _server.Home.Calls.Methods.ToDictionary(Name, method => method.Access).OrderBy(entry => entry.Key, StringComparer.Ordinal));

    [Fact]
    public async Task Every_method_refuses_whom_the_table_says_and_lets_the_others_come_to_the_room()
    {
        var account = await _server.AddAccountAsync(devices: 3);
        await _server.Home.Devices.RemoveAsync(account.Caller, 3);
        var disabled = await _server.AddAccountAsync();
        await _server.Home.Accounts.UpdateAsync(disabled.Account.Aci, before => before with { IsDisabled = true });
        foreach (var method in _server.Home.Calls.Methods)
        {
            // One that deletes its account does so once.
            var own = await _server.AddAccountAsync(devices: 2);
            var access = Table[Name(method)];
            var isAnonymous = access == Access.Anonymous;
            (GrpcCode, string?)? stranger = isAnonymous ? Misplaced : Unauthenticated;
            await CheckAsync("nobody", isAnonymous ? null : Unauthenticated, null);
            await CheckAsync("no credentials", stranger, "Bearer x");
            await CheckAsync("wrong password", stranger, own.Authorization(password: "wrong"));
            await CheckAsync("another's device", stranger, own.Authorization(device: 3));
            await CheckAsync("disabled", stranger, disabled.Authorization());
            await CheckAsync("removed", stranger, account.Authorization(device: 3));
            await CheckAsync("linked", access == Access.Device ? null : Misplaced, own.Authorization(device: 2));
            await CheckAsync("primary", isAnonymous ? Misplaced : null, own.Authorization());

            async Task CheckAsync(string who, (GrpcCode Code, string? Reason)? expected, string? authorization)
            {
                // An empty message, which rooms may refuse in their own way, but not for who the caller is.
                var reply = await _client.CallAsync(method.Path, new ByteArrayContent(GrpcClient.Frame([])), authorization);
                var said = (reply.Code, reply.Reason);
                var isRight = expected is { } refusal ? said == refusal : said != Unauthenticated && said != Misplaced;
                Assert.True(isRight, $"{Name(method)}, {who}: {said}");
                Assert.True(expected is null || reply.Body.Length == 0, $"{Name(method)}, {who}: says more than the status");
            }
        }
    }

    [Fact]
    public async Task Nothing_that_an_account_changes_of_itself_changes_another()
    {
        var (victim, other) = (await _server.AddAccountAsync(devices: 2), await _server.AddAccountAsync());
        var before = Describe();
        foreach (var method in _server.Home.Calls.Methods.Where(method => method.Access != Access.Anonymous))
        {
            // The second device's id, in the field where removing and renaming have it.
            foreach (var body in new byte[][] { [], [0x08, 0x02], [0x08, 0x02, 0x12, 0x01, 0x41] })
            {
                await _client.CallAsync(method.Path, new ByteArrayContent(GrpcClient.Frame(body)), other.Authorization());
            }

            Assert.Equal(before, Describe());
        }

        string Describe()
        {
            var account = _server.Home.Accounts.Find(victim.Account.Aci)!;
            var devices = account.Devices.Select(device => $"{device.Id}{device.Name?.Length}{string.Join(',', device.Capabilities)}");
            return string.Join(' ', devices) + account.IsDiscoverable + account.RegistrationLock + account.RecoveryPassword
                + Convert.ToHexString(account.AccessKey!) + account.UsernameHash;
        }
    }

    private static string Name(GrpcMethod method) => method.Path["/org.signal.chat.".Length..];
}
