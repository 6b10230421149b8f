using Fluister.Protocol.Addresses;
using Fluister.Protocol.Profiles;
using Fluister.Wire.Json;

namespace Fluister.Client.Transport;

internal sealed partial class HomeServerApi
{
    /// <summary>PUT /v1/profile.</summary>
    /// <returns>How a new avatar is uploaded; none where there is none to be.</returns>
    public async Task<AvatarFormJson?> SetProfileAsync(SetProfileJson profile, CancellationToken cancel)
    {
        var request = Json("PUT", "/v1/profile", profile, WireJson.Default.SetProfileJson);
        var answer = await AskAsync(request, cancel, 200).ConfigureAwait(false);
        return answer.Body.Length == 0 ? null : Read(answer, WireJson.Default.AvatarFormJson);
    }

    /// <summary>GET /v1/profile/{id}, with a version where one is given; with an access key it does not say who asks.</summary>
    /// <returns>The profile; none for an account that is not there (404), or with <c>IsDenied</c> for another access key (401).</returns>
    public async Task<(ProfileJson? Profile, bool IsDenied)> ProfileAsync(
        ServiceId person, string? version, AccessKey? key, CancellationToken cancel)
    {
        var path = version is null ? $"/v1/profile/{person}" : $"/v1/profile/{person}/{version}";
        var request = Sealed(new ServiceRequest("GET", path), key);
        var answer = key is null
            ? await AskAsync(request, cancel, 200, 404).ConfigureAwait(false)
            : await AskAsync(request, cancel, 200, 401, 404).ConfigureAwait(false);
        return answer.Status == 200 ? (Read(answer, WireJson.Default.ProfileJson), false) : (null, answer.Status == 401);
    }

    /// <summary>POST /v1/profile/identity_check/batch, without saying who asks: the identity keys that differ from what is known.</summary>
    public async Task<IReadOnlyList<IdentityKeyJson>> CheckIdentitiesAsync(
        IReadOnlyList<IdentityCheckJson> known, CancellationToken cancel)
    {
        var request = Anonymous(
            "POST", "/v1/profile/identity_check/batch", new IdentityChecksJson(known), WireJson.Default.IdentityChecksJson);
        return Whole(Read(await AskAsync(request, cancel, 200).ConfigureAwait(false), WireJson.Default.IdentityKeysJson).Elements);
    }
}
