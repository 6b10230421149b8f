using System.Text.Json;
using Fluister.Server.Limits;
using Fluister.Server.Requests;
using Fluister.Wire.Json;

namespace Fluister.Server.Provisioning;

/// <summary>A primary writes to a device that waits to be linked; the server cannot read what.</summary>
internal sealed class ProvisioningRoom(ProvisioningAddresses addresses, RateLimits limits)
{
    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        new("PUT", "/v1/provisioning/{address}", Access.Device, (request, _) => ValueTask.FromResult(Send(request))),
        new("GET", "/v1/keepalive/provisioning", Access.Anyone, (_, _) => ValueTask.FromResult(Response.Ok)),
    ];

    private Response Send(Request request)
    {
        limits.Take(ServerLimits.Provisioning, request.Device.Account.Aci);
        var body = request.Json(WireJson.Default.ProvisioningMessageJson).Body;
        if (body.Length is 0 or > ServerLimits.ProvisioningMessage)
        {
            throw new RefusedException(body.Length == 0 ? 422 : 400);
        }

        byte[] message;
        try
        {
            message = Base64Converter.Decode(body);
        }
        catch (JsonException)
        {
            throw new RefusedException(400);
        }

        return addresses.Send(request.Values["address"], message) ? Response.NoContent : new Response(404);
    }
}
