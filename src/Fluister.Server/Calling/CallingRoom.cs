using Fluister.Server.Limits;
using Fluister.Server.Requests;
using Fluister.Wire.Json;

namespace Fluister.Server.Calling;

/// <summary>Relays for calls. Without a TURN server there are none, and clients connect to each other directly where they can.</summary>
internal sealed class CallingRoom(TurnCredentials turn, RateLimits limits)
{
    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        new("GET", "/v2/calling/relays", Access.Device, (request, _) => ValueTask.FromResult(
            Response.Json(new RelaysJson(Relays(request.Device.Account.Aci)), WireJson.Default.RelaysJson))),
    ];

    /// <summary>The relays of an account.</summary>
    /// <exception cref="RefusedException">429.</exception>
    public IReadOnlyList<RelayJson> Relays(Guid account)
    {
        limits.Take(ServerLimits.CallingRelays, account);
        if (turn.Urls.Count == 0)
        {
            return [];
        }

        var (name, password) = turn.Issue(account);
        return [new RelayJson(name, password, (long)ServerLimits.TurnCredential.TotalSeconds, turn.Urls, [])];
    }
}
