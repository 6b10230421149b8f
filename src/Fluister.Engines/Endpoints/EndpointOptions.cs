namespace Fluister.Engines.Endpoints;

/// <summary>Which endpoint, and what it may be.</summary>
public sealed record EndpointOptions
{
    /// <summary>http://127.0.0.1:8080/v1 or unix:/path; another computer only with <see cref="AllowRemote"/>.</summary>
    public required Uri Address { get; init; }

    /// <summary>Name of the model, as the endpoint lists it.</summary>
    public required string Model { get; init; }

    /// <summary>File that holds the key and nothing else.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Sends what the digest is made of to another computer. See <see cref="EndpointEngine.Warning"/>.</summary>
    public bool AllowRemote { get; init; }

    /// <summary>Most tokens of prompt and answer together, where the endpoint does not tell; null assumes 4096.</summary>
    public int? ContextTokens { get; init; }
}
