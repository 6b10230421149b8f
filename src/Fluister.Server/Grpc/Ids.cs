using Fluister.Protocol.Addresses;
using Fluister.Server.Requests;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf;

namespace Fluister.Server.Grpc;

/// <summary>Ids as the gRPC contracts have them.</summary>
internal static class Ids
{
    private const int UuidBytes = 16;

    /// <summary>Which of an account's identities.</summary>
    /// <exception cref="RefusedException">422: neither.</exception>
    public static ServiceIdKind Kind(this IdentityType type) => type switch
    {
        IdentityType.Aci => ServiceIdKind.Aci,
        IdentityType.Pni => ServiceIdKind.Pni,
        _ => throw new RefusedException(422),
    };

    /// <summary>An id.</summary>
    /// <exception cref="RefusedException">422: none, or not one.</exception>
    public static ServiceId Id(this ServiceIdentifier? id) => id?.Uuid.Length == UuidBytes
        ? new ServiceId(id.IdentityType.Kind(), new Guid(id.Uuid.Span, bigEndian: true))
        : throw new RefusedException(422);

    /// <summary>An id in a message.</summary>
    public static ServiceIdentifier ToMessage(this ServiceId id) => new()
    {
        IdentityType = id.Kind == ServiceIdKind.Aci ? IdentityType.Aci : IdentityType.Pni,
        Uuid = UnsafeByteOperations.UnsafeWrap(id.Uuid.ToByteArray(bigEndian: true)),
    };
}
