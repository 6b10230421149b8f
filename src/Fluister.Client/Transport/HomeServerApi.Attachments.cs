using System.Globalization;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Json;

namespace Fluister.Client.Transport;

/// <content>Attachments' forms, settings, and whether there is an account.</content>
internal sealed partial class HomeServerApi
{
    /// <summary>GET /v4/attachments/form/upload.</summary>
    /// <param name="size">Encrypted bytes.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="ClientException">Also BadInput: larger than the server takes (413).</exception>
    public async Task<UploadFormJson> UploadFormAsync(long size, CancellationToken cancel)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/v4/attachments/form/upload?uploadLength={size}");
        var response = await AskAsync(new ServiceRequest("GET", path), cancel, 413).ConfigureAwait(false);
        return response.Status != 413
            ? Read(response, WireJson.Default.UploadFormJson)
            : throw new ClientException(ClientError.BadInput, "The file is larger than the home server takes. Send a smaller one.");
    }

    /// <summary>GET /v2/config: settings for clients, by name.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ConfigAsync(CancellationToken cancel) =>
        (await GetAsync("/v2/config", WireJson.Default.ConfigJson, cancel).ConfigureAwait(false)).Config;

    /// <summary>HEAD /v1/accounts/account/{id}: whether there is such an account; it does not say who asks.</summary>
    public async Task<bool> ExistsAsync(ServiceId id, CancellationToken cancel)
    {
        var request = new ServiceRequest("HEAD", $"/v1/accounts/account/{id}") { IsAnonymous = true };
        return (await AskAsync(request, cancel, 404).ConfigureAwait(false)).Status != 404;
    }
}
