using Fluister.Server.Identity;
using Fluister.Server.Limits;
using Fluister.Server.Requests;
using Fluister.Wire.Json;

namespace Fluister.Server.Elsewhere;

/// <summary>What official clients ask on their way for services that this network does not have: the answers that let them go on.</summary>
/// <remarks>Nobody is found by a number, no PIN is kept, and no survey is read. Everything else that is not served is 404, which clients
/// take for "not now": the tests have the list.</remarks>
internal sealed class ElsewhereRoom(ServiceCredentials credentials, RateLimits limits)
{
    private const string NoMatch = "no-match";

    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        // Credentials that clients hand to services which they do not find then.
        new("GET", "/v2/directory/auth", Access.Device, (request, _) => ValueTask.FromResult(Authorize(request))),
        new("GET", "/v2/svr/auth", Access.Device, (request, _) => ValueTask.FromResult(Authorize(request))),
        new("GET", "/v2/backup/auth", Access.Device, (request, _) => ValueTask.FromResult(Authorize(request))),

        // Whoever registers asks whether a PIN is kept under credentials from before; then the client goes on without.
        new("POST", "/v2/svr/auth/check", Access.Anonymous, (request, _) => ValueTask.FromResult(Check(request))),
        new("POST", "/v2/backup/auth/check", Access.Anonymous, (request, _) => ValueTask.FromResult(Check(request))),

        // How good calls were: taken, and not looked at.
        new("PUT", "/v1/call_quality_survey", Access.Anonymous, (_, _) => ValueTask.FromResult(Response.NoContent)),
    ];

    /// <summary>A credential for a service that is not there; it opens nothing here.</summary>
    /// <exception cref="RefusedException">429.</exception>
    public CredentialJson Authorize(Guid aci)
    {
        limits.Take(ServerLimits.ExternalCredentials, aci);
        var name = Convert.ToHexStringLower(aci.ToByteArray(bigEndian: true));
        return new CredentialJson(name, credentials.Issue(name));
    }

    /// <summary>Credentials from before, each once; none of them is good.</summary>
    /// <exception cref="RefusedException">422: none, or too many; 429.</exception>
    public IEnumerable<string> Check(ulong origin, IReadOnlyList<string> given)
    {
        limits.Take(ServerLimits.CredentialCheck, origin);
        return given.Count is > 0 and <= ServerLimits.CheckedCredentials && given.All(token => token is not null)
            ? given.Distinct()
            : throw new RefusedException(422);
    }

    private Response Authorize(Request request) =>
        Response.Json(Authorize(request.Device.Account.Aci), WireJson.Default.CredentialJson);

    private Response Check(Request request)
    {
        var given = request.Json(WireJson.Default.CheckCredentialsJson);
        var matches = Check(request.Origin, given.Tokens ?? given.Passwords ?? []).ToDictionary(token => token, _ => NoMatch);
        return Response.Json(new CheckedCredentialsJson(matches), WireJson.Default.CheckedCredentialsJson);
    }
}
