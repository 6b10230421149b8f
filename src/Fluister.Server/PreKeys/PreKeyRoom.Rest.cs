using System.Globalization;
using Fluister.Protocol.Addresses;
using Fluister.Server.Messages;
using Fluister.Server.Requests;
using Fluister.Wire.Json;

namespace Fluister.Server.PreKeys;

/// <content>What can be asked with JSON.</content>
internal sealed partial class PreKeyRoom
{
    private const string AllDevices = "*";
    private const int DigestBytes = 32;

    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        new("PUT", "/v2/keys", Access.Device, PublishAsync),
        new("GET", "/v2/keys", Access.Device, (request, _) => ValueTask.FromResult(Count(request))),
        new("POST", "/v2/keys/check", Access.Device, (request, _) => ValueTask.FromResult(Check(request))),
        new("GET", "/v2/keys/{id}/{device}", Access.DeviceOrAccessKey, TakeAsync),
    ];

    private static ServiceIdKind Identity(string? name) => name?.ToUpperInvariant() switch
    {
        null or "ACI" => ServiceIdKind.Aci,
        "PNI" => ServiceIdKind.Pni,
        _ => throw new RefusedException(400),
    };

    private static SignedPreKeyJson Json(PublishedKey key) => new(key.Id, key.Public, key.Signature!);

    private static PublishedKey Checked(PreKeyJson? key) =>
        key is null ? throw new RefusedException(422) : PublishedKey.OneTime(key.KeyId, key.PublicKey);

    // An empty list changes nothing, as with Signal's service.
    private static bool IsGiven<T>(IReadOnlyList<T>? list) =>
        list?.Count <= ServerLimits.OneTimePreKeys ? list.Count > 0 : list is null ? false : throw new RefusedException(422);

    private async ValueTask<Response> PublishAsync(Request request, CancellationToken cancellation)
    {
        var kind = Identity(request.Query.GetValueOrDefault("identity"));
        var identity = Identity(request.Device, kind);
        var body = request.Json(WireJson.Default.PublishKeysJson);
        var published = new Dictionary<PreKeyKind, IReadOnlyList<PublishedKey>>();
        if (IsGiven(body.PreKeys))
        {
            published[PreKeyKind.OneTime] = [.. body.PreKeys!.Select(Checked)];
        }

        if (body.SignedPreKey is { } signed)
        {
            published[PreKeyKind.Signed] = [Checked(signed, identity, isKem: false)];
        }

        if (IsGiven(body.PqPreKeys))
        {
            published[PreKeyKind.OneTimeKem] = [.. body.PqPreKeys!.Select(key => Checked(key, identity, isKem: true))];
        }

        if (body.PqLastResortPreKey is { } last)
        {
            published[PreKeyKind.LastResortKem] = [Checked(last, identity, isKem: true)];
        }

        await PublishAsync(request.Device, kind, published).ConfigureAwait(false);
        return Response.Ok;
    }

    private Response Count(Request request)
    {
        var kind = Identity(request.Query.GetValueOrDefault("identity"));
        _ = Identity(request.Device, kind);
        return Response.Json(
            new KeyCountJson(Count(request.Device, kind, PreKeyKind.OneTime), Count(request.Device, kind, PreKeyKind.OneTimeKem)),
            WireJson.Default.KeyCountJson);
    }

    private Response Check(Request request)
    {
        var body = request.Json(WireJson.Default.CheckKeysJson);
        if (body.IdentityType is null || body.Digest?.Length != DigestBytes)
        {
            throw new RefusedException(422);
        }

        return Agrees(request.Device, Identity(body.IdentityType), body.Digest) ? Response.Ok : new Response(409);
    }

    private async ValueTask<Response> TakeAsync(Request request, CancellationToken cancellation)
    {
        if (!ServiceId.TryParse(request.Values["id"], out var target))
        {
            throw new RefusedException(400);
        }

        var asked = request.Values["device"];
        var device = 0;
        if (asked != AllDevices && !int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out device))
        {
            throw new RefusedException(422);
        }

        int? one = asked == AllDevices ? null : device;
        if (request.Caller is { } caller)
        {
            return Answer(await TakeAsync(caller, target, one).ConfigureAwait(false));
        }

        var accessKey = UnidentifiedAccess.Read(request.Header("Unidentified-Access-Key"));
        var (isAllowed, bundles) = await TakeAsync(request.Origin, target, one, accessKey).ConfigureAwait(false);
        return isAllowed ? Answer(bundles) : new Response(401);
    }

    private static Response Answer(Bundles? bundles) => bundles is null
        ? new Response(404)
        : Response.Json(
            new BundlesJson(
                bundles.IdentityKey,
                [
                    .. bundles.Devices.Select(entry => new DeviceBundleJson(
                        entry.Device,
                        entry.RegistrationId,
                        Json(entry.Keys.Signed),
                        Json(entry.Keys.Kem),
                        entry.Keys.OneTime is { } key ? new PreKeyJson(key.Id, key.Public) : null)),
                ]),
            WireJson.Default.BundlesJson);
}
