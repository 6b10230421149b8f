using Fluister.Protocol.Addresses;
using Fluister.Server.Messages;
using Fluister.Server.PreKeys;
using Fluister.Server.Requests;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Fluister.Server.Grpc;

/// <summary>The pre-keys' room by gRPC.</summary>
internal sealed class KeyMethods(PreKeyRoom room)
{
    private static FileDescriptor Contract => KeysReflection.Descriptor;

    /// <summary>What can be called.</summary>
    public IEnumerable<GrpcMethod> Methods =>
    [
        GrpcMethod.Of<GetPreKeyCountRequest, GetPreKeyCountResponse>(Contract, "Keys/GetPreKeyCount", Access.Device, Count),
        GrpcMethod.Of<GetPreKeysRequest, GetPreKeysResponse>(Contract, "Keys/GetPreKeys", Access.Device, TakeAsync),
        GrpcMethod.Of<SetOneTimeEcPreKeysRequest, SetPreKeyResponse>(Contract, "Keys/SetOneTimeEcPreKeys", Access.Device, SetOneTimeAsync),
        GrpcMethod.Of<SetOneTimeKemSignedPreKeysRequest, SetPreKeyResponse>(
            Contract, "Keys/SetOneTimeKemSignedPreKeys", Access.Device, SetOneTimeKemAsync),
        GrpcMethod.Of<SetEcSignedPreKeyRequest, SetPreKeyResponse>(Contract, "Keys/SetEcSignedPreKey", Access.Device, SetSignedAsync),
        GrpcMethod.Of<SetKemLastResortPreKeyRequest, SetPreKeyResponse>(
            Contract, "Keys/SetKemLastResortPreKey", Access.Device, SetLastResortAsync),
        GrpcMethod.Of<GetPreKeysAnonymousRequest, GetPreKeysAnonymousResponse>(
            Contract, "KeysAnonymous/GetPreKeys", Access.Anonymous, TakeAnonymouslyAsync),
    ];

    private static uint KeyId(int id) => id >= 0 ? (uint)id : throw new RefusedException(422);

    private static int? Device(GetPreKeysRequest request) => request.HasDeviceId
        ? request.DeviceId is > 0 and <= Accounts.Device.Most ? (int)request.DeviceId : throw new RefusedException(422)
        : null;

    // Here an empty list is a mistake, where in JSON it changes nothing.
    private static IReadOnlyList<PublishedKey> All<T>(IReadOnlyList<T> given, Func<T, PublishedKey> read) =>
        given.Count is > 0 and <= ServerLimits.OneTimePreKeys ? [.. given.Select(read)] : throw new RefusedException(422);

    private GetPreKeyCountResponse Count(GrpcCall call, GetPreKeyCountRequest request)
    {
        uint Left(ServiceIdKind identity, PreKeyKind kind) => (uint)room.Count(call.Device, identity, kind);
        return new GetPreKeyCountResponse
        {
            AciEcPreKeyCount = Left(ServiceIdKind.Aci, PreKeyKind.OneTime),
            AciKemPreKeyCount = Left(ServiceIdKind.Aci, PreKeyKind.OneTimeKem),
            PniEcPreKeyCount = Left(ServiceIdKind.Pni, PreKeyKind.OneTime),
            PniKemPreKeyCount = Left(ServiceIdKind.Pni, PreKeyKind.OneTimeKem),
        };
    }

    private ValueTask<SetPreKeyResponse> SetOneTimeAsync(GrpcCall call, SetOneTimeEcPreKeysRequest request) => PublishAsync(
        call,
        request.IdentityType,
        PreKeyKind.OneTime,
        _ => All(request.PreKeys, key => PublishedKey.OneTime(KeyId(key.KeyId), key.PublicKey.ToByteArray())));

    private ValueTask<SetPreKeyResponse> SetOneTimeKemAsync(GrpcCall call, SetOneTimeKemSignedPreKeysRequest request) => PublishAsync(
        call,
        request.IdentityType,
        PreKeyKind.OneTimeKem,
        kind => All(request.PreKeys, key => Kem(call, kind, key)));

    private ValueTask<SetPreKeyResponse> SetSignedAsync(GrpcCall call, SetEcSignedPreKeyRequest request)
    {
        var key = request.SignedPreKey ?? throw new RefusedException(422);
        return PublishAsync(call, request.IdentityType, PreKeyKind.Signed, kind =>
        [
            PublishedKey.Signed(
                KeyId(key.KeyId), key.PublicKey.ToByteArray(), key.Signature.ToByteArray(), PreKeyRoom.Identity(call.Device, kind)),
        ]);
    }

    private ValueTask<SetPreKeyResponse> SetLastResortAsync(GrpcCall call, SetKemLastResortPreKeyRequest request) => PublishAsync(
        call,
        request.IdentityType,
        PreKeyKind.LastResortKem,
        kind => [Kem(call, kind, request.SignedPreKey ?? throw new RefusedException(422))]);

    private static PublishedKey Kem(GrpcCall call, ServiceIdKind kind, KemSignedPreKey key) => PublishedKey.Kem(
        KeyId(key.KeyId), key.PublicKey.ToByteArray(), key.Signature.ToByteArray(), PreKeyRoom.Identity(call.Device, kind));

    private async ValueTask<SetPreKeyResponse> PublishAsync(
        GrpcCall call, IdentityType type, PreKeyKind kind, Func<ServiceIdKind, IReadOnlyList<PublishedKey>> read)
    {
        var identity = type.Kind();
        PreKeyRoom.Identity(call.Device, identity);
        var published = new Dictionary<PreKeyKind, IReadOnlyList<PublishedKey>> { [kind] = read(identity) };
        await room.PublishAsync(call.Device, identity, published).ConfigureAwait(false);
        return new SetPreKeyResponse();
    }

    private async ValueTask<GetPreKeysResponse> TakeAsync(GrpcCall call, GetPreKeysRequest request)
    {
        var bundles = await room.TakeAsync(call.Device, request.TargetIdentifier.Id(), Device(request)).ConfigureAwait(false);
        return bundles is null
            ? new GetPreKeysResponse { TargetNotFound = new NotFound() }
            : new GetPreKeysResponse { PreKeys = Message(bundles) };
    }

    private async ValueTask<GetPreKeysAnonymousResponse> TakeAnonymouslyAsync(GrpcCall call, GetPreKeysAnonymousRequest request)
    {
        var asked = request.Request ?? throw new RefusedException(422);
        ReadOnlyMemory<byte> key = request.AuthorizationCase switch
        {
            GetPreKeysAnonymousRequest.AuthorizationOneofCase.UnidentifiedAccessKey => request.UnidentifiedAccessKey.Memory,

            // Zeros fit nothing else; and what speaks for a group's member is not known here yet, so that it opens nothing.
            GetPreKeysAnonymousRequest.AuthorizationOneofCase.UnrestrictedAccess => new byte[UnidentifiedAccess.KeyBytes],
            GetPreKeysAnonymousRequest.AuthorizationOneofCase.GroupSendToken => default,
            _ => throw new RefusedException(422),
        };
        var (_, bundles) = await room.TakeAsync(call.Origin, asked.TargetIdentifier.Id(), Device(asked), key).ConfigureAwait(false);
        return bundles is null
            ? new GetPreKeysAnonymousResponse { FailedUnidentifiedAuthorization = new FailedUnidentifiedAuthorization() }
            : new GetPreKeysAnonymousResponse { PreKeys = Message(bundles) };
    }

    private static AccountPreKeyBundles Message(Bundles bundles)
    {
        var message = new AccountPreKeyBundles
        {
            IdentityKey = Bytes(bundles.IdentityKey),
            UnrestrictedUnidentifiedAccess = bundles.IsUnrestricted,
        };
        if (bundles.AccessKeyChecksum is { } checksum)
        {
            message.UnidentifiedAccessKeyFingerprint = Bytes(checksum);
        }

        foreach (var (device, registrationId, keys) in bundles.Devices)
        {
            message.DevicePreKeys[(uint)device] = new DevicePreKeyBundle
            {
                EcSignedPreKey = new EcSignedPreKey
                {
                    KeyId = (int)keys.Signed.Id,
                    PublicKey = Bytes(keys.Signed.Public),
                    Signature = Bytes(keys.Signed.Signature!),
                },
                EcOneTimePreKey = keys.OneTime is { } key ? new EcPreKey { KeyId = (int)key.Id, PublicKey = Bytes(key.Public) } : null,
                KemOneTimePreKey = new KemSignedPreKey
                {
                    KeyId = (int)keys.Kem.Id,
                    PublicKey = Bytes(keys.Kem.Public),
                    Signature = Bytes(keys.Kem.Signature!),
                },
                RegistrationId = (uint)registrationId,
            };
        }

        return message;
    }

    private static ByteString Bytes(byte[] bytes) => UnsafeByteOperations.UnsafeWrap(bytes);
}
