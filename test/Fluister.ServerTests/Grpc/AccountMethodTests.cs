using Fluister.Protocol.Addresses;
using Fluister.Server.Accounts;
using Fluister.Server.Grpc;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Fluister.ServerTests.Grpc;

/// <summary>Accounts, devices and the small services by gRPC: what is set there is what the rooms hold.</summary>
public sealed class AccountMethodTests : IAsyncLifetime
{
    private readonly TestServer _server = new();
    private GrpcClient _client = null!;
    private TestAccount _account = null!;

    public async ValueTask InitializeAsync()
    {
        _client = new GrpcClient(await _server.ListenAsync());
        _account = await _server.AddAccountAsync(devices: 3);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task An_account_is_told_who_it_is_and_others_only_whether_it_is_there()
    {
        var identity = (await CallAsync("account.Accounts/GetAccountIdentity", new GetAccountIdentityRequest()))
            .Message<GetAccountIdentityResponse>().AccountIdentifiers;
        Assert.Equal([_account.Id.ToMessage(), ServiceId.Pni(_account.Account.Pni!.Value).ToMessage()], identity.ServiceIdentifiers);
        Assert.Equal(_account.Account.Number, identity.E164);
        foreach (var (id, isThere) in new[] { (_account.Id, true), (ServiceId.Aci(Guid.NewGuid()), false) })
        {
            var request = new CheckAccountExistenceRequest { ServiceIdentifier = id.ToMessage() };
            var reply = await _client.CallAsync("/org.signal.chat.account.AccountsAnonymous/CheckAccountExistence", request);
            Assert.Equal(isThere, reply.Message<CheckAccountExistenceResponse>().AccountExists);
        }
    }

    [Fact]
    public async Task What_an_account_sets_is_kept()
    {
        var key = ByteString.CopyFrom(Enumerable.Repeat((byte)9, 16).ToArray());
        var secret = ByteString.CopyFrom(Enumerable.Repeat((byte)0xab, 32).ToArray());
        var access = new ConfigureUnidentifiedAccessRequest { UnidentifiedAccessKey = key };
        await OkAsync("account.Accounts/ConfigureUnidentifiedAccess", access);
        await OkAsync("account.Accounts/SetRegistrationLock", new SetRegistrationLockRequest { RegistrationLock = secret });
        await OkAsync("account.Accounts/SetDiscoverableByPhoneNumber", new SetDiscoverableByPhoneNumberRequest());
        await OkAsync(
            "account.Accounts/SetRegistrationRecoveryPassword",
            new SetRegistrationRecoveryPasswordRequest { RegistrationRecoveryPassword = secret });
        var account = Now();
        Assert.Equal(key.ToByteArray(), account.AccessKey);
        Assert.False(account.IsUnrestricted);
        Assert.False(account.IsDiscoverable);
        Assert.True(account.RegistrationLock!.Fits(string.Concat(Enumerable.Repeat("ab", 32))));
        Assert.True(Attributes.Recovers(account, secret.Span));

        await OkAsync("account.Accounts/ClearRegistrationLock", new ClearRegistrationLockRequest());
        await OkAsync(
            "account.Accounts/ConfigureUnidentifiedAccess",
            new ConfigureUnidentifiedAccessRequest { AllowUnrestrictedUnidentifiedAccess = new Empty() });
        Assert.Null(Now().RegistrationLock);
        Assert.True(Now().IsUnrestricted);
    }

    [Fact]
    public async Task What_is_of_the_wrong_length_is_an_invalid_argument()
    {
        var noKey = new ConfigureUnidentifiedAccessRequest { UnidentifiedAccessKey = ByteString.Empty };
        (string Method, IMessage Message)[] wrong =
        [
            ("account.Accounts/SetRegistrationLock", new SetRegistrationLockRequest { RegistrationLock = ByteString.CopyFrom(1) }),
            ("account.Accounts/SetRegistrationRecoveryPassword", new SetRegistrationRecoveryPasswordRequest()),
            ("account.Accounts/ConfigureUnidentifiedAccess", new ConfigureUnidentifiedAccessRequest()),
            ("account.Accounts/ConfigureUnidentifiedAccess", noKey),
            ("account.Accounts/ReserveUsernameHash", new ReserveUsernameHashRequest()),
            ("account.Accounts/ReserveUsernameHash", new ReserveUsernameHashRequest { UsernameHashes = { ByteString.CopyFrom(1) } }),
            ("account.Accounts/ConfirmUsernameHash", new ConfirmUsernameHashRequest()),
            ("account.Accounts/SetUsernameLink", new SetUsernameLinkRequest()),
            ("device.Devices/SetDeviceName", new SetDeviceNameRequest { Id = 1 }),
            ("device.Devices/SetDeviceName", new SetDeviceNameRequest { Id = 0, Name = ByteString.CopyFrom(1) }),
            ("device.Devices/RemoveDevice", new RemoveDeviceRequest { Id = uint.MaxValue }),
            ("device.Devices/SetCapabilities", new SetCapabilitiesRequest { Capabilities = { DeviceCapability.Unspecified } }),
        ];
        foreach (var (method, message) in wrong)
        {
            var reply = await CallAsync(method, message);
            Assert.True(reply.Code == GrpcCode.InvalidArgument, $"{method} with {message}: {reply.Code}");
        }
    }

    [Fact]
    public async Task Devices_are_listed_named_and_removed_by_the_primary_and_by_themselves()
    {
        var name = ByteString.CopyFrom(1, 2, 3);
        await OkAsync("device.Devices/SetDeviceName", new SetDeviceNameRequest { Id = 2, Name = name });
        await OkAsync("device.Devices/SetDeviceName", new SetDeviceNameRequest { Id = 3, Name = name }, device: 3);
        var denied = await CallAsync("device.Devices/SetDeviceName", new SetDeviceNameRequest { Id = 2, Name = name }, device: 3);
        Assert.Equal(GrpcCode.PermissionDenied, denied.Code);
        denied = await CallAsync("device.Devices/RemoveDevice", new RemoveDeviceRequest { Id = 2 }, 3);
        Assert.Equal(GrpcCode.PermissionDenied, denied.Code);
        Assert.Equal(GrpcCode.PermissionDenied, (await CallAsync("device.Devices/RemoveDevice", new RemoveDeviceRequest { Id = 1 })).Code);
        var missing = await CallAsync("device.Devices/SetDeviceName", new SetDeviceNameRequest { Id = 5, Name = name });
        Assert.NotNull(missing.Message<SetDeviceNameResponse>().TargetDeviceNotFound);
        Assert.Equal([0, 3, 3], (await ListAsync()).Select(device => device.Name.Length));

        await OkAsync("device.Devices/RemoveDevice", new RemoveDeviceRequest { Id = 2 });
        await OkAsync("device.Devices/RemoveDevice", new RemoveDeviceRequest { Id = 3 }, device: 3);
        var left = Assert.Single(await ListAsync());
        Assert.Equal((1u, 1001u, (ulong)_server.Clock.GetUtcNow().ToUnixTimeMilliseconds()), (left.Id, left.RegistrationId, left.LastSeen));
        Assert.NotEmpty(left.CreatedAtCiphertext);
        var gone = await CallAsync("device.Devices/GetDevices", new GetDevicesRequest(), device: 3);
        Assert.Equal(GrpcCode.Unauthenticated, gone.Code);
    }

    [Fact]
    public async Task Capabilities_have_in_JSON_the_names_that_they_have_by_number_here()
    {
        DeviceCapability[] all =
        [
            .. System.Enum.GetValues<DeviceCapability>().Where(capability => capability != DeviceCapability.Unspecified),
        ];
        for (var device = 1; device <= 3; device++)
        {
            await OkAsync("device.Devices/SetCapabilities", new SetCapabilitiesRequest { Capabilities = { all } }, device);
        }

        Assert.Equal(
            ["attachmentBackfill", "optionalPhoneNumber", "profiles_v2", "spqr", "storage", "transfer", "usernameChangeSyncMessage"],
            Now().Devices[0].Capabilities);
        var told = (await CallAsync("account.Accounts/GetCapabilities", new GetCapabilitiesRequest())).Message<GetCapabilitiesResponse>();
        Assert.Equal(all, told.Capabilities.Capabilities_.Order());
    }

    [Fact]
    public async Task Only_the_primary_deletes_the_account_and_then_nobody_is_it()
    {
        var linked = await CallAsync("account.Accounts/DeleteAccount", new DeleteAccountRequest(), device: 2);
        Assert.Equal(GrpcCode.InvalidArgument, linked.Code);
        await OkAsync("account.Accounts/DeleteAccount", new DeleteAccountRequest());
        Assert.Null(_server.Home.Accounts.Find(_account.Account.Aci));
        Assert.Equal(GrpcCode.Unauthenticated, (await CallAsync("device.Devices/GetDevices", new GetDevicesRequest())).Code);
    }

    [Fact]
    public async Task A_username_that_nobody_has_is_not_found_and_without_one_there_is_no_link()
    {
        var hash = new LookupUsernameHashRequest { UsernameHash = ByteString.CopyFrom(new byte[32]) };
        var found = await _client.CallAsync("/org.signal.chat.account.AccountsAnonymous/LookupUsernameHash", hash);
        Assert.NotNull(found.Message<LookupUsernameHashResponse>().NotFound);
        var handle = new LookupUsernameLinkRequest { UsernameLinkHandle = ByteString.CopyFrom(new byte[16]) };
        var link = await _client.CallAsync("/org.signal.chat.account.AccountsAnonymous/LookupUsernameLink", handle);
        Assert.NotNull(link.Message<LookupUsernameLinkResponse>().NotFound);
        var request = new SetUsernameLinkRequest { UsernameCiphertext = ByteString.CopyFrom(1) };
        var set = await CallAsync("account.Accounts/SetUsernameLink", request);
        Assert.NotNull(set.Message<SetUsernameLinkResponse>().NoUsernameSet);
    }

    [Fact]
    public async Task Settings_have_a_tag_that_saves_asking_for_them_again()
    {
        const string Method = "remoteconfiguration.RemoteConfiguration/GetConfiguration";
        var first = (await CallAsync(Method, new GetConfigurationRequest())).Message<GetConfigurationResponse>().TaggedConfiguration;
        var again = await CallAsync(Method, new GetConfigurationRequest { Etag = first.Etag });
        Assert.True(again.Message<GetConfigurationResponse>().EtagMatched);
    }

    [Fact]
    public async Task A_device_gets_its_certificates()
    {
        var reply = await CallAsync("credentials.Credentials/GetDeliveryCertificate", new GetDeliveryCertificateRequest());
        var certificates = reply.Message<GetDeliveryCertificateResponse>();
        var number = System.Text.Encoding.UTF8.GetBytes(_account.Account.Number!);
        Assert.True(certificates.CertificateWithE164.Span.IndexOf(number) > 0);
        Assert.True(certificates.CertificateWithoutE164.Span.IndexOf(number) < 0);
        Assert.NotEmpty(certificates.CertificateWithoutE164);
    }

    private Account Now() => _server.Home.Accounts.Find(_account.Account.Aci)!;

    private async Task<IEnumerable<GetDevicesResponse.Types.LinkedDevice>> ListAsync() =>
        (await CallAsync("device.Devices/GetDevices", new GetDevicesRequest())).Message<GetDevicesResponse>().Devices;

    private async Task OkAsync(string method, IMessage message, int device = 1) =>
        Assert.Equal(GrpcCode.Ok, (await CallAsync(method, message, device)).Code);

    private Task<GrpcReply> CallAsync(string method, IMessage message, int device = 1) =>
        _client.CallAsync("/org.signal.chat." + method, message, _account.Authorization(device));
}
