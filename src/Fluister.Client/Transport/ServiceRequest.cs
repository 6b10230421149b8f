namespace Fluister.Client.Transport;

/// <summary>A request to the home server, as it goes over a WebSocket.</summary>
/// <param name="Verb">GET, PUT, POST, PATCH, DELETE, HEAD.</param>
/// <param name="Path">With its query.</param>
internal sealed record ServiceRequest(string Verb, string Path)
{
    /// <summary>The body; empty for none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Headers; a body of JSON has its content type without being told.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Over the connection that does not say who we are.</summary>
    public bool IsAnonymous { get; init; }

    /// <summary>Time for the answer, from when the request leaves.</summary>
    public TimeSpan Limit { get; init; } = ClientLimits.AnswerTime;
}

/// <summary>What the home server answered.</summary>
/// <param name="Status">As of HTTP.</param>
/// <param name="Body">At most <see cref="ClientLimits.ResponseBytes"/>.</param>
/// <param name="Headers">By lower-case name.</param>
internal sealed record ServiceResponse(int Status, byte[] Body, IReadOnlyDictionary<string, string> Headers);
