using System.Globalization;
using Fluister.Server.Accounts;
using Fluister.Server.Limits;
using Fluister.Server.Requests;
using Fluister.Wire.Json;

namespace Fluister.Server.Devices;

/// <summary>An account's devices, as clients ask for them.</summary>
internal sealed class DeviceRoom(DeviceBook devices, RateLimits limits)
{
    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        new("GET", "/v1/devices", Access.Device, (request, _) =>
            ValueTask.FromResult(Response.Json(new DevicesJson(devices.List(request.Device)), WireJson.Default.DevicesJson))),
        new("DELETE", "/v1/devices/{device}", Access.Device, RemoveAsync),
        new("PUT", "/v1/devices/capabilities", Access.Device, SetCapabilitiesAsync),
        new("PUT", "/v1/accounts/name", Access.Device, RenameAsync),
        new("GET", "/v1/devices/provisioning/code", Access.Device, (request, _) =>
            ValueTask.FromResult(Response.Json(devices.Allocate(request.Device), WireJson.Default.LinkTokenJson))),
        new("PUT", "/v1/devices/link", Access.Anyone, LinkAsync),
        new("GET", "/v1/devices/wait_for_linked_device/{token}", Access.Device, WaitAsync),
    ];

    /// <summary>How long a request asks to wait, within what is allowed.</summary>
    /// <exception cref="RefusedException">400: not a number of seconds from 1 to 3600.</exception>
    public static TimeSpan Timeout(Request request)
    {
        const int Usual = 30;
        const int Most = 3600;
        var seconds = Usual;
        if (request.Query.TryGetValue("timeout", out var text)
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seconds) || seconds is < 1 or > Most))
        {
            throw new RefusedException(400);
        }

        var asked = TimeSpan.FromSeconds(seconds);
        return asked < ServerLimits.LongPoll ? asked : ServerLimits.LongPoll;
    }

    private static int DeviceId(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : throw new RefusedException(404);

    private async ValueTask<Response> RemoveAsync(Request request, CancellationToken cancellation)
    {
        await devices.RemoveAsync(request.Device, DeviceId(request.Values["device"])).ConfigureAwait(false);
        return Response.NoContent;
    }

    private async ValueTask<Response> SetCapabilitiesAsync(Request request, CancellationToken cancellation)
    {
        var given = request.Json(WireJson.Default.IReadOnlyDictionaryStringBoolean);
        await devices.SetCapabilitiesAsync(request.Device, given).ConfigureAwait(false);
        return Response.NoContent;
    }

    private async ValueTask<Response> RenameAsync(Request request, CancellationToken cancellation)
    {
        var device = request.Query.TryGetValue("deviceId", out var text) ? DeviceId(text) : request.Device.Device.Id;
        await devices.RenameAsync(request.Device, device, request.Json(WireJson.Default.DeviceNameJson).DeviceName).ConfigureAwait(false);
        return Response.NoContent;
    }

    // The name of the authorization is the account's id or number, or anything: the token says whose device it will be.
    private async ValueTask<Response> LinkAsync(Request request, CancellationToken cancellation)
    {
        var given = Authenticator.Read(request.Header("Authorization")) ?? throw new RefusedException(401);
        var linked = await devices.LinkAsync(given.Password, request.Json(WireJson.Default.LinkDeviceJson)).ConfigureAwait(false);
        return Response.Json(linked, WireJson.Default.LinkedDeviceJson);
    }

    private async ValueTask<Response> WaitAsync(Request request, CancellationToken cancellation)
    {
        var token = request.Values["token"];
        if (!LinkTokens.IsIdentifier(token))
        {
            throw new RefusedException(400);
        }

        var timeout = Timeout(request);
        limits.Take(ServerLimits.WaitForLinkedDevice, request.Device.Account.Aci);
        var device = await devices.Linked.WaitAsync((request.Device.Account.Aci, token), timeout, cancellation).ConfigureAwait(false);
        return device is null ? Response.NoContent : Response.Json(device, WireJson.Default.DeviceJson);
    }
}
