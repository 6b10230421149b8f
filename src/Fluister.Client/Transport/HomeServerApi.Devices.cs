using System.Globalization;
using Fluister.Cryptography;
using Fluister.Wire.Json;

namespace Fluister.Client.Transport;

internal sealed partial class HomeServerApi
{
    /// <summary>GET /v1/accounts/whoami.</summary>
    public Task<AccountIdentityJson> WhoAmIAsync(CancellationToken cancel) =>
        GetAsync("/v1/accounts/whoami", WireJson.Default.AccountIdentityJson, cancel);

    /// <summary>PUT /v1/accounts/attributes.</summary>
    public Task SetAttributesAsync(AccountAttributesJson attributes, CancellationToken cancel) => AskAsync(
        Json("PUT", "/v1/accounts/attributes", attributes, WireJson.Default.AccountAttributesJson), cancel, 200, 204);

    /// <summary>PUT /v1/devices/capabilities.</summary>
    public Task SetCapabilitiesAsync(IReadOnlyDictionary<string, bool> capabilities, CancellationToken cancel) => AskAsync(
        Json("PUT", "/v1/devices/capabilities", capabilities, WireJson.Default.IReadOnlyDictionaryStringBoolean), cancel, 200, 204);

    /// <summary>DELETE /v1/accounts/me.</summary>
    public Task DeleteAccountAsync(CancellationToken cancel) =>
        AskAsync(new ServiceRequest("DELETE", "/v1/accounts/me"), cancel, 200, 204);

    /// <summary>GET /v1/devices.</summary>
    public async Task<IReadOnlyList<DeviceJson>> DevicesAsync(CancellationToken cancel)
    {
        var listed = await GetAsync("/v1/devices", WireJson.Default.DevicesJson, cancel).ConfigureAwait(false);
        Checked([.. Whole(listed.Devices).Select(device => device.Id)]);
        return listed.Devices;
    }

    /// <summary>DELETE /v1/devices/{device}.</summary>
    /// <returns>False where this device may not remove it (401, 403).</returns>
    public async Task<bool> RemoveDeviceAsync(int device, CancellationToken cancel)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/v1/devices/{device}");
        var answer = await AskAsync(new ServiceRequest("DELETE", path), cancel, 200, 204, 401, 403).ConfigureAwait(false);
        return answer.Status is 200 or 204;
    }

    /// <summary>PUT /v1/accounts/name.</summary>
    /// <returns>False where there is no such device, or this one may not name it (403, 404).</returns>
    public async Task<bool> RenameDeviceAsync(int device, byte[] encryptedName, CancellationToken cancel)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/v1/accounts/name?deviceId={device}");
        var request = Json("PUT", path, new DeviceNameJson(encryptedName), WireJson.Default.DeviceNameJson);
        return (await AskAsync(request, cancel, 200, 204, 403, 404).ConfigureAwait(false)).Status is 200 or 204;
    }

    /// <summary>GET /v1/devices/provisioning/code: lets one device be linked.</summary>
    /// <returns>None where the account has all the devices that it may have (411).</returns>
    public async Task<LinkTokenJson?> LinkTokenAsync(CancellationToken cancel)
    {
        var answer = await AskAsync(new ServiceRequest("GET", "/v1/devices/provisioning/code"), cancel, 200, 411).ConfigureAwait(false);
        return answer.Status == 200 ? Read(answer, WireJson.Default.LinkTokenJson) : null;
    }

    /// <summary>PUT /v1/provisioning/{address}.</summary>
    /// <returns>False where nobody waits there (any more).</returns>
    public async Task<bool> ProvisionAsync(string address, byte[] envelope, CancellationToken cancel)
    {
        var body = new ProvisioningMessageJson(Convert.ToBase64String(envelope));
        var request = Json("PUT", $"/v1/provisioning/{Escape(address)}", body, WireJson.Default.ProvisioningMessageJson);
        return (await AskAsync(request, cancel, 200, 204, 404).ConfigureAwait(false)).Status != 404;
    }

    /// <summary>GET /v1/devices/wait_for_linked_device/{token}.</summary>
    /// <returns>The device, or none where none was linked in time.</returns>
    public async Task<DeviceJson?> WaitForLinkedDeviceAsync(string tokenIdentifier, TimeSpan time, CancellationToken cancel)
    {
        var path = string.Create(
            CultureInfo.InvariantCulture,
            $"/v1/devices/wait_for_linked_device/{Escape(tokenIdentifier)}?timeout={(int)time.TotalSeconds}");
        var answer = await AskAsync(new ServiceRequest("GET", path), cancel, 200, 204).ConfigureAwait(false);
        return answer.Status == 200 ? Read(answer, WireJson.Default.DeviceJson) : null;
    }

    /// <summary>PUT /v1/devices/link.</summary>
    /// <returns>The device, or the status of a refusal: 403 the token, 409 what the device can do, 411 no room, 422 its keys.</returns>
    public async Task<(LinkedDeviceJson? Device, int Status)> LinkDeviceAsync(
        string name, Secret password, LinkDeviceJson device, CancellationToken cancel)
    {
        var request = Anonymous("PUT", "/v1/devices/link", device, WireJson.Default.LinkDeviceJson);
        var answer = await AskAsync(WithBasic(request, name, password), cancel, 200, 403, 409, 411, 422).ConfigureAwait(false);
        return answer.Status == 200 ? (Read(answer, WireJson.Default.LinkedDeviceJson), 200) : (null, answer.Status);
    }
}
