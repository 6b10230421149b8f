using System.Globalization;
using Fluister.Server.Requests;
using Fluister.Wire.Protos.Rpc;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Fluister.Server.Grpc;

/// <summary>What a call is answered with: a message, or a refusal.</summary>
/// <param name="Code">How it ended.</param>
/// <param name="Reason">For refusals, one of the words that clients know; none where they know none.</param>
/// <remarks>Clients tell a refusal by this server's rules from a broken connection by <see cref="ErrorInfo"/> with Signal's domain: a bare
/// UNAVAILABLE would make them take the connection for lost (libsignal, rust/net/chat/src/grpc.rs).</remarks>
internal sealed record GrpcAnswer(GrpcCode Code, string? Reason = null)
{
    /// <summary>The domain of <see cref="ErrorInfo"/>: clients must be built with the same one.</summary>
    public const string Domain = "grpc.chat.signal.org";

    /// <summary>The message, where there is one.</summary>
    public IMessage? Message { get; init; }

    /// <summary>After how long it may be tried again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The credentials are not, or no longer, those of a device.</summary>
    public static GrpcAnswer InvalidCredentials { get; } = new(GrpcCode.Unauthenticated, "INVALID_CREDENTIALS");

    /// <summary>Credentials where none may be, or a linked device's where only the primary may.</summary>
    public static GrpcAnswer BadAuthentication { get; } = new(GrpcCode.InvalidArgument, "BAD_AUTHENTICATION");

    /// <summary>No such method, not exactly one message, or a compressed one.</summary>
    public static GrpcAnswer Unimplemented { get; } = new(GrpcCode.Unimplemented);

    /// <summary>A message that is none.</summary>
    public static GrpcAnswer Unreadable { get; } = new(GrpcCode.Internal);

    /// <summary>A message above the bound.</summary>
    public static GrpcAnswer TooLarge { get; } = new(GrpcCode.ResourceExhausted);

    /// <summary>A mistake of this program.</summary>
    public static GrpcAnswer Failed { get; } = new(GrpcCode.Unknown);

    /// <summary>The trailers that say it.</summary>
    public IEnumerable<KeyValuePair<string, string>> Trailers
    {
        get
        {
            yield return new("grpc-status", ((int)Code).ToString(CultureInfo.InvariantCulture));
            if (Code != GrpcCode.Ok)
            {
                yield return new("grpc-message", Code.ToString());
            }

            if (RetryAfter is { } after)
            {
                yield return new("retry-after", ((long)after.TotalSeconds).ToString(CultureInfo.InvariantCulture));
            }

            if (Reason is not null)
            {
                yield return new("grpc-status-details-bin", Convert.ToBase64String(Details().ToByteArray()).TrimEnd('='));
            }
        }
    }

    /// <summary>The store is busy, or its disk full.</summary>
    public static GrpcAnswer Unavailable(TimeSpan? retryAfter) => new(GrpcCode.Unavailable, "UNAVAILABLE") { RetryAfter = retryAfter };

    /// <summary>A refusal of a room, in gRPC's terms.</summary>
    public static GrpcAnswer Of(Response refusal) => refusal.Status switch
    {
        400 or 413 or 422 => new(GrpcCode.InvalidArgument, "CONSTRAINT_VIOLATED"),
        401 => InvalidCredentials,
        403 => new(GrpcCode.PermissionDenied),
        404 => new(GrpcCode.NotFound),
        409 => new(GrpcCode.FailedPrecondition),
        429 => new(GrpcCode.ResourceExhausted, "RESOURCE_EXHAUSTED") { RetryAfter = Wait(refusal) },
        501 => Unimplemented,
        503 => Unavailable(Wait(refusal)),
        _ => Failed,
    };

    private static TimeSpan? Wait(Response refusal) =>
        refusal.Headers.FirstOrDefault(header => header.Key == "Retry-After").Value is { } text
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private Status Details()
    {
        var details = new Status { Code = (int)Code, Message = Code.ToString() };
        details.Details.Add(Any.Pack(new ErrorInfo { Domain = Domain, Reason = Reason }));
        if (RetryAfter is { } after)
        {
            details.Details.Add(Any.Pack(new RetryInfo { RetryDelay = after.ToDuration() }));
        }

        return details;
    }
}
