namespace Fluister.Client;

/// <summary>Something that a person or a program can act on: what, the cause, the next step. It holds no content and no key.</summary>
public sealed class ClientException : Exception
{
    /// <summary>With a message for people.</summary>
    public ClientException(ClientError error, string message, Exception? inner = null)
        : base(message, inner) => Error = error;

    /// <summary>The kind of fault.</summary>
    public ClientError Error { get; }

    /// <summary>When to try again, where the server said so.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>For <see cref="ClientError.Refused"/>: said of this program and not of what was asked; what waits to be sent goes on
    /// waiting.</summary>
    public bool IsForAll { get; init; }

    /// <summary>For <see cref="ClientError.Challenged"/>: the token that an answer to the challenge names; null where it cannot be
    /// answered, and only waiting helps.</summary>
    public string? Challenge { get; init; }
}
