namespace Fluister.Server.Grpc;

/// <summary>How a call ended, by gRPC's numbers (its statuscodes.md); those that this server uses.</summary>
internal enum GrpcCode
{
    /// <summary>There is an answer.</summary>
    Ok = 0,

    /// <summary>Something else.</summary>
    Unknown = 2,

    /// <summary>What was asked cannot be, whatever the state of the server.</summary>
    InvalidArgument = 3,

    /// <summary>There is no such thing.</summary>
    NotFound = 5,

    /// <summary>The caller may not.</summary>
    PermissionDenied = 7,

    /// <summary>Too often, or too large.</summary>
    ResourceExhausted = 8,

    /// <summary>Not in the state that things are in.</summary>
    FailedPrecondition = 9,

    /// <summary>No such method, not one message, or a compression: this server has none.</summary>
    Unimplemented = 12,

    /// <summary>The message cannot be parsed.</summary>
    Internal = 13,

    /// <summary>Not now.</summary>
    Unavailable = 14,

    /// <summary>Nobody knows who calls.</summary>
    Unauthenticated = 16,
}
