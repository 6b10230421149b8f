using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Fluister.Server.Requests;

/// <summary>What a request is answered with.</summary>
internal sealed record Response(int Status)
{
    /// <summary>The body; empty for none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The body's type, where there is one.</summary>
    public string? ContentType { get; init; }

    /// <summary>Further headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>200 without a body.</summary>
    public static Response Ok { get; } = new(200);

    /// <summary>204.</summary>
    public static Response NoContent { get; } = new(204);

    /// <summary>A body of JSON.</summary>
    public static Response Json<T>(T value, JsonTypeInfo<T> type, int status = 200) => new(status)
    {
        Body = JsonSerializer.SerializeToUtf8Bytes(value, type),
        ContentType = "application/json",
    };

    /// <summary>503, with the time after which it may be tried again.</summary>
    public static Response Unavailable(TimeSpan retryAfter) => TooMany(retryAfter) with { Status = 503 };

    /// <summary>429, with the time after which it may be tried again.</summary>
    public static Response TooMany(TimeSpan retryAfter) => new(429)
    {
        Headers = [new("Retry-After", Math.Max(1, (long)Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture))],
    };
}
