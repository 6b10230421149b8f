using System.Security.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Server.Accounts;
using Fluister.Server.Avatars;
using Fluister.Server.Limits;
using Fluister.Server.Messages;
using Fluister.Server.Requests;
using Fluister.Wire.Json;

namespace Fluister.Server.Profiles;

/// <summary>Profiles: a device sets its account's, and others who have its access key, or say who they are, read it.</summary>
internal sealed class ProfileRoom(
    AccountStore accounts, ProfileStore profiles, AvatarForms forms, AvatarFiles? avatars, RateLimits limits)
{
    private const int VersionDigits = 64;
    private const int CommitmentBytes = 97;
    private const int FingerprintBytes = 4;
    private const string CredentialType = "expiringProfileKey";

    // Hashed where there is no key, so that the time does not tell.
    private static readonly byte[] Nobody = new byte[33];

    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        new("PUT", "/v1/profile", Access.Device, SetAsync),
        new("GET", "/v1/profile/{id}", Access.DeviceOrAccessKey, (request, _) => ValueTask.FromResult(Get(request))),
        new("GET", "/v1/profile/{id}/{version}", Access.DeviceOrAccessKey, (request, _) => ValueTask.FromResult(Get(request))),
        new("GET", "/v1/profile/{id}/{version}/{request}", Access.DeviceOrAccessKey, (request, _) => ValueTask.FromResult(Get(request))),
        new("POST", "/v1/profile/identity_check/batch", Access.Anonymous, (request, _) => ValueTask.FromResult(CheckIdentities(request))),
    ];

    /// <summary>By which those who have an access key see whether it is the right one, and others learn nothing of it.</summary>
    public static byte[]? Checksum(Account account) =>
        account.AccessKey is { } key ? HMACSHA256.HashData(key, new byte[32]) : null;

    private static byte[]? OfLength(byte[]? bytes, params ReadOnlySpan<int> lengths) =>
        bytes is not { Length: > 0 } ? null : lengths.Contains(bytes.Length) ? bytes : throw new RefusedException(422);

    private static bool IsVersion(string version) =>
        version.Length == VersionDigits && version.All(char.IsAsciiHexDigit);

    private async ValueTask<Response> SetAsync(Request request, CancellationToken cancellation)
    {
        var given = request.Json(WireJson.Default.SetProfileJson);
        if (!IsVersion(given.Version) || given.Commitment.Length != CommitmentBytes || given.Name is not { Length: > 0 })
        {
            throw new RefusedException(422);
        }

        // Lengths are those of padded plaintexts, so that they say little.
        var (aci, version) = (request.Device.Account.Aci, given.Version.ToLowerInvariant());
        var profile = new Profile
        {
            Version = version,
            Commitment = given.Commitment,
            Name = OfLength(given.Name, 81, 285),
            About = OfLength(given.About, 156, 282, 540),
            AboutEmoji = OfLength(given.AboutEmoji, 60),
            PaymentAddress = OfLength(given.PaymentAddress, 582),
            PhoneNumberSharing = OfLength(given.PhoneNumberSharing, 29),
        };
        var form = avatars is not null && given is { Avatar: true, SameAvatar: false } ? forms.Create(aci) : null;
        await profiles.SetAsync(aci, profile with { Avatar = form?.Key }, keepsAvatar: given is { Avatar: true, SameAvatar: true })
            .ConfigureAwait(false);
        if (avatars is not null)
        {
            await avatars.DeleteGoneAsync().ConfigureAwait(false);
        }

        return form is null ? Response.Ok : Response.Json(form, WireJson.Default.AvatarFormJson);
    }

    private Response Get(Request request)
    {
        if (!ServiceId.TryParse(request.Values["id"], out var id))
        {
            throw new RefusedException(400);
        }

        if (request.Caller is { } caller)
        {
            limits.Take(ServerLimits.Profile, caller.Account.Aci);
        }

        // One that is disabled is as good as none, whoever asks.
        var account = accounts.Find(id) is { IsDisabled: false } found ? found : null;
        var accessKey = UnidentifiedAccess.Read(request.Header("Unidentified-Access-Key"));
        if (request.Caller is null && !UnidentifiedAccess.Opens(id.Kind == ServiceIdKind.Aci ? account : null, accessKey.Span))
        {
            throw new RefusedException(401);
        }

        if (request.Values.ContainsKey("request") && request.Query.GetValueOrDefault("credentialType") != CredentialType)
        {
            throw new RefusedException(400);
        }

        if (account?.Identity(id.Kind) is not { } identity)
        {
            throw new RefusedException(404);
        }

        return Response.Json(Describe(request, account, id, identity), WireJson.Default.ProfileJson);
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

        var found = request.Values.TryGetValue("version", out var version) && IsVersion(version)
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

    private Response CheckIdentities(Request request)
    {
        limits.Take(ServerLimits.BatchIdentityCheck, request.Origin);
        var given = request.Json(WireJson.Default.IdentityChecksJson).Elements;
        if (given.Count > ServerLimits.IdentityChecks || given.Any(check => check?.Fingerprint.Length != FingerprintBytes))
        {
            throw new RefusedException(422);
        }

        var different = new List<IdentityKeyJson>();
        foreach (var check in given)
        {
            if (!ServiceId.TryParse(check.Uuid, out var id))
            {
                throw new RefusedException(422);
            }

            var key = accounts.Find(id) is { IsDisabled: false } account ? account.Identity(id.Kind)?.Serialized.ToArray() : null;
            var fits = SHA256.HashData(key ?? Nobody).AsSpan(0, FingerprintBytes).SequenceEqual(check.Fingerprint);
            if (key is not null && !fits)
            {
                different.Add(new IdentityKeyJson(check.Uuid, key));
            }
        }

        return Response.Json(new IdentityKeysJson(different), WireJson.Default.IdentityKeysJson);
    }
}
