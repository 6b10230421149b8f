using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Fluister.Server.Federation;

namespace Fluister.Server.Requests;

/// <summary>A request, whether it came over HTTP or within a WebSocket.</summary>
internal sealed class Request
{
    /// <summary>No headers, no parameters.</summary>
    public static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>GET, PUT and so on.</summary>
    public required string Verb { get; init; }

    /// <summary>The path, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>The query's parameters; of those that come twice, the first.</summary>
    public IReadOnlyDictionary<string, string> Query { get; init; } = None;

    /// <summary>Headers, by names in any case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = None;

    /// <summary>The body, in memory and within the route's limit; where <see cref="ReadBody"/> is there, it comes with that.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>Takes a body that is still on its way, of at most so many bytes; gives an answer where it cannot be had. Called once it is
    /// known that there is such a route and that the caller may call it.</summary>
    public Func<Request, int, CancellationToken, ValueTask<Response?>>? ReadBody { get; init; }

    /// <summary>Who asks; none for callers who do not say.</summary>
    public Caller? Caller { get; set; }

    /// <summary>The home server that asks, once its signature was checked.</summary>
    public Peer? Peer { get; set; }

    /// <summary>Stands for the network address in limits: a keyed hash, never the address itself.</summary>
    public ulong Origin { get; init; }

    /// <summary>The values of the template's parameters.</summary>
    public IReadOnlyDictionary<string, string> Values { get; set; } = None;

    /// <summary>The device that asks, on routes that only devices may call.</summary>
    public Caller Device => Caller ?? throw new InvalidOperationException("The route may be called without a device.");

    /// <summary>A header's value, or none.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>The body as JSON.</summary>
    /// <exception cref="RefusedException">422: not JSON, or not of that form.</exception>
    public T Json<T>(JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(Body.Span, type) ?? throw new RefusedException(422);
        }
        catch (JsonException)
        {
            throw new RefusedException(422);
        }
    }
}
