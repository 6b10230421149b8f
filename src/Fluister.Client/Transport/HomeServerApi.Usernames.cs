using System.Buffers.Text;
using Fluister.Wire.Json;

namespace Fluister.Client.Transport;

internal sealed partial class HomeServerApi
{
    /// <summary>PUT /v1/accounts/username_hash/reserve: the first of some hashes that is free.</summary>
    /// <returns>The hash, or none where none is free (409).</returns>
    public async Task<byte[]?> ReserveUsernameAsync(IEnumerable<ReadOnlyMemory<byte>> hashes, CancellationToken cancel)
    {
        var body = new ReserveUsernameJson([.. hashes.Select(hash => Base64Url.EncodeToString(hash.Span))]);
        var request = Json("PUT", "/v1/accounts/username_hash/reserve", body, WireJson.Default.ReserveUsernameJson);
        var answer = await AskAsync(request, cancel, 200, 409).ConfigureAwait(false);
        return answer.Status == 200 ? Read(answer, WireJson.Default.ReservedUsernameJson).UsernameHash : null;
    }

    /// <summary>PUT /v1/accounts/username_hash/confirm.</summary>
    /// <returns>The handle of the link; or none with <c>IsTaken</c> false where it was not reserved (409) or somebody has it
    /// (410).</returns>
    public async Task<(bool IsTaken, Guid? Link)> ConfirmUsernameAsync(
        byte[] hash, byte[] proof, byte[] encrypted, CancellationToken cancel)
    {
        var body = new ConfirmUsernameJson(hash, proof, encrypted);
        var request = Json("PUT", "/v1/accounts/username_hash/confirm", body, WireJson.Default.ConfirmUsernameJson);
        var answer = await AskAsync(request, cancel, 200, 409, 410).ConfigureAwait(false);
        return answer.Status == 200 ? (true, Read(answer, WireJson.Default.ConfirmedUsernameJson).UsernameLinkHandle) : (false, null);
    }

    /// <summary>DELETE /v1/accounts/username_hash.</summary>
    public Task DeleteUsernameAsync(CancellationToken cancel) =>
        AskAsync(new ServiceRequest("DELETE", "/v1/accounts/username_hash"), cancel, 200, 204);

    /// <summary>GET /v1/accounts/username_hash/{hash}, without saying who asks.</summary>
    /// <param name="hash">Of the username.</param>
    /// <param name="domain">The home server whose it is, by its name or its tag; null for the own one's first, and then any
    /// other's.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The account; or none with 404: nobody has it there; 403: the home server does not know that one; 503: it does not reach
    /// it.</returns>
    public async Task<(int Status, Guid? Found)> FindUsernameAsync(ReadOnlyMemory<byte> hash, string? domain, CancellationToken cancel)
    {
        var path = $"/v1/accounts/username_hash/{Base64Url.EncodeToString(hash.Span)}"
            + (domain is null ? "" : $"?domain={Uri.EscapeDataString(domain)}");
        var answer = await AskAsync(new ServiceRequest("GET", path) { IsAnonymous = true }, cancel, 200, 403, 404, 503)
            .ConfigureAwait(false);
        return (answer.Status, answer.Status == 200 ? Read(answer, WireJson.Default.FoundUsernameJson).Uuid : null);
    }

    /// <summary>PUT /v1/accounts/username_link.</summary>
    /// <returns>The handle; none where there is no username (409).</returns>
    public async Task<Guid?> SetUsernameLinkAsync(byte[] encrypted, bool keepHandle, CancellationToken cancel)
    {
        var request = Json(
            "PUT", "/v1/accounts/username_link", new UsernameLinkJson(encrypted, keepHandle), WireJson.Default.UsernameLinkJson);
        var answer = await AskAsync(request, cancel, 200, 409).ConfigureAwait(false);
        return answer.Status == 200 ? Read(answer, WireJson.Default.UsernameLinkHandleJson).UsernameLinkHandle : null;
    }

    /// <summary>DELETE /v1/accounts/username_link.</summary>
    public Task DeleteUsernameLinkAsync(CancellationToken cancel) =>
        AskAsync(new ServiceRequest("DELETE", "/v1/accounts/username_link"), cancel, 200, 204);

    /// <summary>GET /v1/accounts/username_link/{handle}, without saying who asks.</summary>
    public async Task<byte[]?> FindUsernameLinkAsync(Guid handle, CancellationToken cancel)
    {
        var request = new ServiceRequest("GET", $"/v1/accounts/username_link/{handle}") { IsAnonymous = true };
        var answer = await AskAsync(request, cancel, 200, 404).ConfigureAwait(false);
        return answer.Status == 200 ? Read(answer, WireJson.Default.FoundUsernameLinkJson).UsernameLinkEncryptedValue : null;
    }
}
