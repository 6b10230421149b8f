using System.Buffers.Text;
using Fluister.Protocol.Addresses;
using Fluister.Server.Limits;
using Fluister.Server.Requests;
using Fluister.Wire.Json;

namespace Fluister.Server.Accounts;

/// <summary>What an account asks and says of itself.</summary>
internal sealed class AccountRoom(AccountSettings settings, DataReport report, RateLimits limits)
{
    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        new("GET", "/v1/accounts/whoami", Access.Device, (request, _) =>
            ValueTask.FromResult(Response.Json(Describe(request.Device.Account), WireJson.Default.AccountIdentityJson))),
        new("PUT", "/v1/accounts/attributes", Access.Device, SetAttributesAsync),
        new("PUT", "/v1/accounts/registration_lock", Access.PrimaryDevice, SetLockAsync),
        new("DELETE", "/v1/accounts/registration_lock", Access.PrimaryDevice, ClearLockAsync),
        new("PUT", "/v2/accounts/phone_number_discoverability", Access.Device, SetDiscoverableAsync),
        new("DELETE", "/v1/accounts/me", Access.PrimaryDevice, DeleteAsync),
        new("GET", "/v2/accounts/data_report", Access.Device, (request, _) =>
            ValueTask.FromResult(Response.Json(report.Of(request.Device.Account), WireJson.Default.DataReportJson))),
        new("HEAD", "/v1/accounts/account/{id}", Access.Anonymous, ExistsAsync),

        // Nothing here wakes a device: tokens are not kept, and devices that sent one stay connected or come by themselves.
        new("PUT", "/v1/accounts/gcm", Access.Device, (_, _) => ValueTask.FromResult(Response.NoContent)),
        new("DELETE", "/v1/accounts/gcm", Access.Device, (_, _) => ValueTask.FromResult(Response.NoContent)),
        new("PUT", "/v1/accounts/apn", Access.Device, (_, _) => ValueTask.FromResult(Response.NoContent)),
        new("DELETE", "/v1/accounts/apn", Access.Device, (_, _) => ValueTask.FromResult(Response.NoContent)),
    ];

    /// <summary>An account as it is told who it is.</summary>
    public static AccountIdentityJson Describe(Account account) => new()
    {
        Uuid = account.Aci,
        Number = account.Number,
        Pni = account.Pni,
        UsernameHash = account.UsernameHash is { } hash ? Base64Url.EncodeToString(hash) : null,
        UsernameLinkHandle = account.UsernameLink,
        StorageCapable = Capabilities.Has(account, Capabilities.Storage),
        AuthCredentialSalt = account.CredentialSalt,
    };

    private async ValueTask<Response> SetAttributesAsync(Request request, CancellationToken cancellation)
    {
        await settings.SetAttributesAsync(request.Device, request.Json(WireJson.Default.AccountAttributesJson)).ConfigureAwait(false);
        return Response.NoContent;
    }

    private async ValueTask<Response> SetLockAsync(Request request, CancellationToken cancellation)
    {
        var body = request.Json(WireJson.Default.RegistrationLockJson);
        await settings.SetRegistrationLockAsync(request.Device, body.RegistrationLock).ConfigureAwait(false);
        return Response.NoContent;
    }

    private async ValueTask<Response> ClearLockAsync(Request request, CancellationToken cancellation)
    {
        await settings.SetRegistrationLockAsync(request.Device, null).ConfigureAwait(false);
        return Response.NoContent;
    }

    private async ValueTask<Response> SetDiscoverableAsync(Request request, CancellationToken cancellation)
    {
        var body = request.Json(WireJson.Default.DiscoverabilityJson);
        await settings.SetDiscoverableAsync(request.Device, body.DiscoverableByPhoneNumber).ConfigureAwait(false);
        return Response.NoContent;
    }

    private async ValueTask<Response> DeleteAsync(Request request, CancellationToken cancellation)
    {
        await settings.DeleteAsync(request.Device).ConfigureAwait(false);
        return Response.NoContent;
    }

    private async ValueTask<Response> ExistsAsync(Request request, CancellationToken cancellation)
    {
        if (!ServiceId.TryParse(request.Values["id"], out var id))
        {
            throw new RefusedException(400);
        }

        limits.Take(ServerLimits.AccountExistence, request.Origin);
        return await settings.ExistsAsync(id, cancellation).ConfigureAwait(false) ? Response.Ok : new Response(404);
    }
}
