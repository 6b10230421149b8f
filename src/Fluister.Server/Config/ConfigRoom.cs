using System.Security.Cryptography;
using Fluister.Server.Requests;
using Fluister.Wire.Json;

namespace Fluister.Server.Config;

/// <summary>Settings for clients, with a tag by which they ask whether these have changed.</summary>
internal sealed class ConfigRoom(IReadOnlyDictionary<string, string> settings)
{
    private readonly Response _response = WithTag(Response.Json(new ConfigJson(settings), WireJson.Default.ConfigJson));

    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        new("GET", "/v2/config", Access.Anyone, (request, _) => ValueTask.FromResult(Get(request))),
        new("GET", "/v1/keepalive", Access.Anyone, (_, _) => ValueTask.FromResult(Response.Ok)),
    ];

    /// <summary>The settings.</summary>
    public IReadOnlyDictionary<string, string> Settings => settings;

    /// <summary>Their tag: other settings have another.</summary>
    public string Tag => _response.Headers[0].Value;

    private static Response WithTag(Response response) =>
        response with { Headers = [new("ETag", Convert.ToHexStringLower(SHA256.HashData(response.Body.Span).AsSpan(0, 16)))] };

    private Response Get(Request request) =>
        request.Header("If-None-Match") == Tag ? new Response(304) { Headers = _response.Headers } : _response;
}
