using Fluister.Client;

namespace Fluister.Cli.Rpc;

/// <summary>What a request is answered with where it fails: JSON-RPC's error object.</summary>
/// <param name="code">JSON-RPC's code, or one of signal-cli's: -1 the caller's mistake, -3 input and output, -4 a key that is not trusted,
/// -5 too often.</param>
/// <param name="message">A sentence for people.</param>
/// <param name="inner">What it comes from.</param>
internal sealed class RpcException(int code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Not JSON.</summary>
    public const int ParseError = -32700;

    /// <summary>JSON, but not a request.</summary>
    public const int InvalidRequest = -32600;

    /// <summary>There is no such method.</summary>
    public const int MethodNotFound = -32601;

    /// <summary>The parameters do not fit the method.</summary>
    public const int InvalidParameters = -32602;

    /// <summary>A bug.</summary>
    public const int InternalError = -32603;

    /// <summary>A bound of ours was reached.</summary>
    public const int LimitReached = -32001;

    private const int CallerError = -1;
    private const int InputOutputError = -3;
    private const int UntrustedKeyError = -4;
    private const int RateLimitError = -5;

    /// <summary>JSON-RPC's code.</summary>
    public int Code => code;

    /// <summary>What a program can decide by: the client's kind of error in the answer's data; null where there is none.</summary>
    public string? Kind { get; private init; }

    /// <summary>When to come again, in seconds; null where it is not known.</summary>
    public long? RetryAfterSeconds { get; private init; }

    /// <summary>What the client could not do.</summary>
    public static RpcException From(ClientException e) => new(Of(e.Error), e.Message, e)
    {
        Kind = JsonOutput.Word(e.Error),
        RetryAfterSeconds = e.RetryAfter is { } after ? (long)Math.Ceiling(after.TotalSeconds) : null,
    };

    /// <summary>Parameters that do not fit.</summary>
    public static RpcException Parameters(string message) => new(InvalidParameters, message);

    private static int Of(ClientError error) => error switch
    {
        ClientError.NotFound or ClientError.BadInput => CallerError,
        ClientError.UntrustedIdentity => UntrustedKeyError,
        ClientError.RateLimited or ClientError.Challenged => RateLimitError,
        _ => InputOutputError,
    };
}
