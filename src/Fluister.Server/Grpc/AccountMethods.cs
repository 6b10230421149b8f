using Fluister.Protocol.Addresses;
using Fluister.Server.Accounts;
using Fluister.Server.Limits;
using Fluister.Server.Requests;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Fluister.Server.Grpc;

/// <summary>What an account asks and changes of itself by gRPC.</summary>
internal sealed class AccountMethods(AccountSettings settings, RateLimits limits)
{
    private const int LockBytes = 32;

    private static FileDescriptor Contract => AccountReflection.Descriptor;

    /// <summary>What can be called.</summary>
    public IEnumerable<GrpcMethod> Methods =>
    [
        GrpcMethod.Of<GetAccountIdentityRequest, GetAccountIdentityResponse>(
            Contract, "Accounts/GetAccountIdentity", Access.Device, (call, _) => Describe(call.Device.Account)),
        GrpcMethod.Of<DeleteAccountRequest, DeleteAccountResponse>(Contract, "Accounts/DeleteAccount", Access.PrimaryDevice, DeleteAsync),
        GrpcMethod.Of<SetRegistrationLockRequest, SetRegistrationLockResponse>(
            Contract, "Accounts/SetRegistrationLock", Access.PrimaryDevice, SetLockAsync),
        GrpcMethod.Of<ClearRegistrationLockRequest, ClearRegistrationLockResponse>(
            Contract, "Accounts/ClearRegistrationLock", Access.PrimaryDevice, ClearLockAsync),
        GrpcMethod.Of<ConfigureUnidentifiedAccessRequest, ConfigureUnidentifiedAccessResponse>(
            Contract, "Accounts/ConfigureUnidentifiedAccess", Access.Device, SetAccessAsync),
        GrpcMethod.Of<SetDiscoverableByPhoneNumberRequest, SetDiscoverableByPhoneNumberResponse>(
            Contract, "Accounts/SetDiscoverableByPhoneNumber", Access.Device, SetDiscoverableAsync),
        GrpcMethod.Of<SetRegistrationRecoveryPasswordRequest, SetRegistrationRecoveryPasswordResponse>(
            Contract, "Accounts/SetRegistrationRecoveryPassword", Access.Device, SetRecoveryAsync),
        GrpcMethod.Of<GetCapabilitiesRequest, GetCapabilitiesResponse>(
            Contract,
            "Accounts/GetCapabilities",
            Access.Device,
            (call, _) => Capabilities(call.Device.Account)),
        GrpcMethod.Of<CheckAccountExistenceRequest, CheckAccountExistenceResponse>(
            Contract, "AccountsAnonymous/CheckAccountExistence", Access.Anonymous, ExistsAsync),
    ];

    private static GetCapabilitiesResponse Capabilities(Account account) =>
        new() { Capabilities = new() { Capabilities_ = { CapabilityNames.Of(account) } } };

    private static GetAccountIdentityResponse Describe(Account account)
    {
        var identifiers = new AccountIdentifiers
        {
            ServiceIdentifiers = { ServiceId.Aci(account.Aci).ToMessage() },
            E164 = account.Number ?? "",
            UsernameHash = ByteString.CopyFrom(account.UsernameHash ?? []),
            UsernameLinkHandle = account.UsernameLink is { } link ? ByteString.CopyFrom(AccountStore.Bytes(link)) : ByteString.Empty,
        };
        if (account.Pni is { } pni)
        {
            identifiers.ServiceIdentifiers.Add(ServiceId.Pni(pni).ToMessage());
        }

        return new GetAccountIdentityResponse { AccountIdentifiers = identifiers };
    }

    private async ValueTask<DeleteAccountResponse> DeleteAsync(GrpcCall call, DeleteAccountRequest request)
    {
        await settings.DeleteAsync(call.Device, call.Afterwards).ConfigureAwait(false);
        return new DeleteAccountResponse();
    }

    // JSON has the lock as hexadecimal digits, and these are what is checked at registration.
    private async ValueTask<SetRegistrationLockResponse> SetLockAsync(GrpcCall call, SetRegistrationLockRequest request)
    {
        if (request.RegistrationLock.Length != LockBytes)
        {
            throw new RefusedException(422);
        }

        await settings.SetRegistrationLockAsync(call.Device, Convert.ToHexStringLower(request.RegistrationLock.Span)).ConfigureAwait(false);
        return new SetRegistrationLockResponse();
    }

    private async ValueTask<ClearRegistrationLockResponse> ClearLockAsync(GrpcCall call, ClearRegistrationLockRequest request)
    {
        await settings.SetRegistrationLockAsync(call.Device, null).ConfigureAwait(false);
        return new ClearRegistrationLockResponse();
    }

    private async ValueTask<ConfigureUnidentifiedAccessResponse> SetAccessAsync(GrpcCall call, ConfigureUnidentifiedAccessRequest request)
    {
        var isKey = request.ConfigurationCase == ConfigureUnidentifiedAccessRequest.ConfigurationOneofCase.UnidentifiedAccessKey;
        var isUnrestricted = request.ConfigurationCase
            == ConfigureUnidentifiedAccessRequest.ConfigurationOneofCase.AllowUnrestrictedUnidentifiedAccess;
        var key = isKey ? request.UnidentifiedAccessKey.ToByteArray() : null;
        await settings.SetAccessAsync(call.Device, key, isUnrestricted).ConfigureAwait(false);
        return new ConfigureUnidentifiedAccessResponse();
    }

    private async ValueTask<SetDiscoverableByPhoneNumberResponse> SetDiscoverableAsync(
        GrpcCall call, SetDiscoverableByPhoneNumberRequest request)
    {
        await settings.SetDiscoverableAsync(call.Device, request.DiscoverableByPhoneNumber).ConfigureAwait(false);
        return new SetDiscoverableByPhoneNumberResponse();
    }

    private async ValueTask<SetRegistrationRecoveryPasswordResponse> SetRecoveryAsync(
        GrpcCall call, SetRegistrationRecoveryPasswordRequest request)
    {
        await settings.SetRecoveryPasswordAsync(call.Device, request.RegistrationRecoveryPassword.ToByteArray()).ConfigureAwait(false);
        return new SetRegistrationRecoveryPasswordResponse();
    }

    private async ValueTask<CheckAccountExistenceResponse> ExistsAsync(GrpcCall call, CheckAccountExistenceRequest request)
    {
        var id = request.ServiceIdentifier.Id();
        limits.Take(ServerLimits.AccountExistence, call.Origin);
        return new CheckAccountExistenceResponse { AccountExists = await settings.ExistsAsync(id).ConfigureAwait(false) };
    }
}
