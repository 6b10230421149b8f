using System.Text.Json;
using Fluister.Server.Requests;
using Fluister.Wire.Json;

namespace Fluister.Server.Usernames;

/// <summary>Usernames and their links, as clients ask for them over HTTP.</summary>
internal sealed class UsernameRoom(UsernameBook usernames)
{
    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        new("PUT", "/v1/accounts/username_hash/reserve", Access.Device, ReserveAsync),
        new("PUT", "/v1/accounts/username_hash/confirm", Access.Device, ConfirmAsync),
        new("DELETE", "/v1/accounts/username_hash", Access.Device, DeleteAsync),
        new("GET", "/v1/accounts/username_hash/{hash}", Access.Anonymous, FindAsync),
        new("PUT", "/v1/accounts/username_link", Access.Device, SetLinkAsync),
        new("DELETE", "/v1/accounts/username_link", Access.Device, DeleteLinkAsync),
        new("GET", "/v1/accounts/username_link/{handle}", Access.Anonymous, FindLinkAsync),
    ];

    private static byte[] Bytes(string? base64)
    {
        try
        {
            return Base64Converter.Decode(base64 ?? throw new RefusedException(422));
        }
        catch (JsonException)
        {
            throw new RefusedException(422);
        }
    }

    private async ValueTask<Response> ReserveAsync(Request request, CancellationToken cancellation)
    {
        var given = request.Json(WireJson.Default.ReserveUsernameJson).UsernameHashes;
        if (given.Count > ServerLimits.ProposedUsernames)
        {
            throw new RefusedException(422);
        }

        var hash = await usernames.ReserveAsync(request.Device, [.. given.Select(Bytes)]).ConfigureAwait(false);
        return hash is null ? new Response(409) : Response.Json(new ReservedUsernameJson(hash), WireJson.Default.ReservedUsernameJson);
    }

    private async ValueTask<Response> ConfirmAsync(Request request, CancellationToken cancellation)
    {
        var given = request.Json(WireJson.Default.ConfirmUsernameJson);
        var outcome = await usernames.ConfirmAsync(request.Device, given.UsernameHash, given.ZkProof, given.EncryptedUsername)
            .ConfigureAwait(false);
        return outcome switch
        {
            UsernameOutcome.Taken taken =>
                Response.Json(new ConfirmedUsernameJson(taken.Hash, taken.Link), WireJson.Default.ConfirmedUsernameJson),
            UsernameOutcome.NotReserved => new Response(409),
            _ => new Response(410),
        };
    }

    private async ValueTask<Response> DeleteAsync(Request request, CancellationToken cancellation)
    {
        await usernames.DeleteAsync(request.Device).ConfigureAwait(false);
        return Response.NoContent;
    }

    // Clients that cannot say a domain leave it out.
    private async ValueTask<Response> FindAsync(Request request, CancellationToken cancellation)
    {
        var (hash, domain) = (Bytes(request.Values["hash"]), request.Query.GetValueOrDefault("domain"));
        return await usernames.FindAsync(hash, domain, request.Origin, cancellation).ConfigureAwait(false) is { } aci
            ? Response.Json(new FoundUsernameJson(aci), WireJson.Default.FoundUsernameJson)
            : new Response(404);
    }

    private async ValueTask<Response> SetLinkAsync(Request request, CancellationToken cancellation)
    {
        var given = request.Json(WireJson.Default.UsernameLinkJson);
        var handle = await usernames.SetLinkAsync(request.Device, given.UsernameLinkEncryptedValue, given.KeepLinkHandle)
            .ConfigureAwait(false);
        return handle is { } made
            ? Response.Json(new UsernameLinkHandleJson(made), WireJson.Default.UsernameLinkHandleJson)
            : new Response(409);
    }

    private async ValueTask<Response> DeleteLinkAsync(Request request, CancellationToken cancellation)
    {
        await usernames.DeleteLinkAsync(request.Device).ConfigureAwait(false);
        return Response.NoContent;
    }

    private async ValueTask<Response> FindLinkAsync(Request request, CancellationToken cancellation)
    {
        if (!Guid.TryParse(request.Values["handle"], out var handle))
        {
            throw new RefusedException(422);
        }

        return await usernames.FindLinkAsync(handle, request.Origin, cancellation).ConfigureAwait(false) is { } encrypted
            ? Response.Json(new FoundUsernameLinkJson(encrypted), WireJson.Default.FoundUsernameLinkJson)
            : new Response(404);
    }
}
