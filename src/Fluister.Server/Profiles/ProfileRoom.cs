using System.Security.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Server.Accounts;
using Fluister.Server.Avatars;
using Fluister.Server.Federation;
using Fluister.Server.Limits;
using Fluister.Server.Messages;
using Fluister.Server.Requests;
using Fluister.Wire.Json;

namespace Fluister.Server.Profiles;

/// <summary>Profiles: a device sets its account's, and others who have its access key, or say who they are, read it.</summary>
internal sealed class ProfileRoom(
    AccountStore accounts, ProfileStore profiles, AvatarForms forms, AvatarFiles? avatars, Relay relay, RateLimits limits)
{
    private const string CredentialType = "expiringProfileKey";

    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        new("PUT", "/v1/profile", Access.Device, SetAsync),
        new("GET", "/v1/profile/{id}", Access.DeviceOrAccessKey, GetAsync),
        new("GET", "/v1/profile/{id}/{version}", Access.DeviceOrAccessKey, GetAsync),
        new("GET", "/v1/profile/{id}/{version}/{request}", Access.DeviceOrAccessKey, GetAsync),
        new("POST", "/v1/profile/identity_check/batch", Access.Anonymous, CheckIdentitiesAsync),
    ];

    /// <summary>By which those who have an access key see whether it is the right one, and others learn nothing of it.</summary>
    public static byte[]? Checksum(Account account) =>
        account.AccessKey is { } key ? HMACSHA256.HashData(key, new byte[32]) : null;

    private static byte[]? NotEmpty(byte[]? bytes) => bytes is { Length: > 0 } ? bytes : null;

    private async ValueTask<Response> SetAsync(Request request, CancellationToken cancellation)
    {
        var given = request.Json(WireJson.Default.SetProfileJson);
        var aci = request.Device.Account.Aci;
        var profile = new Profile
        {
            Version = given.Version.ToLowerInvariant(),
            Commitment = given.Commitment,
            Name = given.Name,
            About = NotEmpty(given.About),
            AboutEmoji = NotEmpty(given.AboutEmoji),
            PaymentAddress = NotEmpty(given.PaymentAddress),
            PhoneNumberSharing = NotEmpty(given.PhoneNumberSharing),
        };
        if (!profile.IsWellFormed)
        {
            throw new RefusedException(422);
        }

        var form = avatars is not null && given is { Avatar: true, SameAvatar: false } ? forms.Create(aci) : null;
        await profiles.SetAsync(aci, profile with { Avatar = form?.Key }, keepsAvatar: given is { Avatar: true, SameAvatar: true })
            .ConfigureAwait(false);
        if (avatars is not null)
        {
            await avatars.DeleteGoneAsync().ConfigureAwait(false);
        }

        return form is null ? Response.Ok : Response.Json(form, WireJson.Default.AvatarFormJson);
    }

    private async ValueTask<Response> GetAsync(Request request, CancellationToken cancellation)
    {
        if (!ServiceId.TryParse(request.Values["id"], out var id))
        {
            throw new RefusedException(400);
        }

        if (request.Caller is { } caller)
        {
            limits.Take(ServerLimits.Profile, caller.Account.Aci);
        }

        var profile = id.Kind == ServiceIdKind.Aci && relay.PeerOf(id.Uuid) is { } peer
            ? await relay.FindProfileAsync(peer, id.Uuid, request, cancellation).ConfigureAwait(false)
            : Find(request, id);
        if (request.Values.ContainsKey("request") && request.Query.GetValueOrDefault("credentialType") != CredentialType)
        {
            throw new RefusedException(400);
        }

        return profile is null ? throw new RefusedException(404) : Response.Json(profile, WireJson.Default.ProfileJson);
    }

    private ProfileJson? Find(Request request, ServiceId id)
    {
        // One that is disabled is as good as none, whoever asks.
        var account = accounts.Find(id) is { IsDisabled: false } found ? found : null;
        var accessKey = UnidentifiedAccess.Read(request.Header("Unidentified-Access-Key"));
        if (request.Caller is null && !UnidentifiedAccess.Opens(id.Kind == ServiceIdKind.Aci ? account : null, accessKey.Span))
        {
            throw new RefusedException(401);
        }

        return account?.Identity(id.Kind) is { } identity ? Describe(request, account, id, identity) : null;
    }

    private ProfileJson Describe(Request request, Account account, ServiceId id, IdentityKey identity)
    {
        // Of a number's id only the key is told, and what the account can do; the rest is the account's.
        if (id.Kind == ServiceIdKind.Pni)
        {
            return new ProfileJson
            {
                IdentityKey = identity.Serialized.ToArray(),
                Uuid = id.ToString(),
                Capabilities = Capabilities.Of(account, toItself: false),
            };
        }

        var found = request.Values.TryGetValue("version", out var version) && Profile.IsVersion(version)
            ? profiles.Find(account.Aci, version.ToLowerInvariant())
            : null;
        var profile = found?.Profile;
        return new ProfileJson
        {
            IdentityKey = identity.Serialized.ToArray(),
            Uuid = id.ToString(),
            UnidentifiedAccess = Checksum(account),
            UnrestrictedUnidentifiedAccess = account.IsUnrestricted,
            Capabilities = Capabilities.Of(account, request.Caller?.Account.Aci == account.Aci),
            Name = profile?.Name,
            About = profile?.About,
            AboutEmoji = profile?.AboutEmoji,
            Avatar = profile?.Avatar,
            PaymentAddress = found is { IsNewest: true } ? profile?.PaymentAddress : null,
            PhoneNumberSharing = profile?.PhoneNumberSharing,
        };
    }

    private async ValueTask<Response> CheckIdentitiesAsync(Request request, CancellationToken cancellation)
    {
        limits.Take(ServerLimits.BatchIdentityCheck, request.Origin);
        var given = request.Json(WireJson.Default.IdentityChecksJson).Elements;
        if (given.Count > ServerLimits.IdentityChecks || given.Any(check => check?.Fingerprint.Length != IdentityFingerprint.Bytes))
        {
            throw new RefusedException(422);
        }

        var different = new List<IdentityKeyJson>();
        var elsewhere = new List<(Guid Aci, byte[] Fingerprint)>();
        foreach (var check in given)
        {
            if (!ServiceId.TryParse(check.Uuid, out var id))
            {
                throw new RefusedException(422);
            }

            if (id.Kind == ServiceIdKind.Aci && relay.PeerOf(id.Uuid) is not null)
            {
                elsewhere.Add((id.Uuid, check.Fingerprint));
                continue;
            }

            var key = accounts.Find(id) is { IsDisabled: false } account ? account.Identity(id.Kind)?.Serialized.ToArray() : null;
            if (!IdentityFingerprint.Fits(key, check.Fingerprint) && key is not null)
            {
                different.Add(new IdentityKeyJson(check.Uuid, key));
            }
        }

        var others = await relay.CompareIdentitiesAsync(elsewhere, cancellation).ConfigureAwait(false);
        different.AddRange(others.Select(other => new IdentityKeyJson(other.Aci.ToString(), other.Key)));
        return Response.Json(new IdentityKeysJson(different), WireJson.Default.IdentityKeysJson);
    }
}
