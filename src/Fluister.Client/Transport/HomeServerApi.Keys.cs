using System.Globalization;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.PreKeys;
using Fluister.Protocol.Profiles;
using Fluister.Wire.Json;

namespace Fluister.Client.Transport;

/// <content>Published keys, and certificates.</content>
internal sealed partial class HomeServerApi
{
    /// <summary>GET /v2/keys/{of}/{device or *}; null where there is no such account or device. With an access key it does not say who
    /// we are.</summary>
    /// <exception cref="ClientException">Also Refused for a wrong access key.</exception>
    public async Task<DeviceBundles?> BundlesAsync(ServiceId of, int? device, AccessKey? key, CancellationToken cancel)
    {
        var which = device?.ToString(CultureInfo.InvariantCulture) ?? "*";
        var response = await AskAsync(Sealed(new ServiceRequest("GET", $"/v2/keys/{of}/{which}"), key), cancel, 404).ConfigureAwait(false);
        if (response.Status == 404)
        {
            return null;
        }

        var read = Read(response, WireJson.Default.BundlesJson);
        Checked([.. Whole(read.Devices).Select(entry => entry.DeviceId)]);
        try
        {
            var identity = IdentityKey.Read(read.IdentityKey);
            return new DeviceBundles(identity, [.. read.Devices.Select(entry => (entry.DeviceId, Bundle(identity, entry)))]);
        }
        catch (ProtocolException wrong)
        {
            throw Malformed(wrong);
        }
    }

    /// <summary>PUT /v2/keys.</summary>
    public Task PublishKeysAsync(ServiceIdKind kind, PublishKeysJson keys, CancellationToken cancel) =>
        SendAsync("PUT", $"/v2/keys?identity={Identity(kind)}", keys, WireJson.Default.PublishKeysJson, cancel);

    /// <summary>GET /v2/keys.</summary>
    public Task<KeyCountJson> CountKeysAsync(ServiceIdKind kind, CancellationToken cancel) =>
        GetAsync($"/v2/keys?identity={Identity(kind)}", WireJson.Default.KeyCountJson, cancel);

    /// <summary>POST /v2/keys/check: whether the server has the signed key and the key of last resort that a digest is of.</summary>
    public async Task<bool> CheckKeysAsync(ServiceIdKind kind, ReadOnlyMemory<byte> digest, CancellationToken cancel)
    {
        var body = new CheckKeysJson(Identity(kind).ToUpperInvariant(), digest.ToArray());
        var request = Json("POST", "/v2/keys/check", body, WireJson.Default.CheckKeysJson);
        return (await AskAsync(request, cancel, 409).ConfigureAwait(false)).Status != 409;
    }

    /// <summary>GET /v1/certificate/delivery?includeE164=false.</summary>
    public async Task<byte[]> SenderCertificateAsync(CancellationToken cancel) => (await GetAsync(
        "/v1/certificate/delivery?includeE164=false", WireJson.Default.CertificateJson, cancel).ConfigureAwait(false)).Certificate;

    private static string Identity(ServiceIdKind kind) => kind == ServiceIdKind.Aci ? "aci" : "pni";

    private static PreKeyBundle Bundle(IdentityKey identity, DeviceBundleJson entry) => new(
        identity,
        entry.DeviceId,
        entry.RegistrationId is > 0 and <= 0x3fff
            ? (uint)entry.RegistrationId
            : throw new ProtocolException(ProtocolError.Malformed, "A registration id is from 1 to 16383."),
        new PublicSignedPreKey(entry.SignedPreKey.KeyId, PublicKey.Read(entry.SignedPreKey.PublicKey), entry.SignedPreKey.Signature),
        new PublicKemPreKey(entry.PqPreKey.KeyId, KemPublicKey.Read(entry.PqPreKey.PublicKey), entry.PqPreKey.Signature),
        entry.PreKey is { } oneTime ? new PublicPreKey(oneTime.KeyId, PublicKey.Read(oneTime.PublicKey)) : null);
}
