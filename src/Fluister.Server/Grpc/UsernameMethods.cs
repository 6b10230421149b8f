using Fluister.Protocol.Addresses;
using Fluister.Server.Accounts;
using Fluister.Server.Requests;
using Fluister.Server.Usernames;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Fluister.Server.Grpc;

/// <summary>Usernames and their links by gRPC.</summary>
internal sealed class UsernameMethods(UsernameBook usernames)
{
    private const int HandleBytes = 16;
    private const int HashBytes = 32;

    private static FileDescriptor Contract => AccountReflection.Descriptor;

    /// <summary>What can be called.</summary>
    public IEnumerable<GrpcMethod> Methods =>
    [
        GrpcMethod.Of<ReserveUsernameHashRequest, ReserveUsernameHashResponse>(
            Contract, "Accounts/ReserveUsernameHash", Access.Device, ReserveAsync),
        GrpcMethod.Of<ConfirmUsernameHashRequest, ConfirmUsernameHashResponse>(
            Contract, "Accounts/ConfirmUsernameHash", Access.Device, ConfirmAsync),
        GrpcMethod.Of<DeleteUsernameHashRequest, DeleteUsernameHashResponse>(
            Contract, "Accounts/DeleteUsernameHash", Access.Device, DeleteAsync),
        GrpcMethod.Of<SetUsernameLinkRequest, SetUsernameLinkResponse>(Contract, "Accounts/SetUsernameLink", Access.Device, SetLinkAsync),
        GrpcMethod.Of<DeleteUsernameLinkRequest, DeleteUsernameLinkResponse>(
            Contract, "Accounts/DeleteUsernameLink", Access.Device, DeleteLinkAsync),
        GrpcMethod.Of<LookupUsernameHashRequest, LookupUsernameHashResponse>(
            Contract, "AccountsAnonymous/LookupUsernameHash", Access.Anonymous, FindAsync),
        GrpcMethod.Of<LookupUsernameLinkRequest, LookupUsernameLinkResponse>(
            Contract, "AccountsAnonymous/LookupUsernameLink", Access.Anonymous, FindLinkAsync),
    ];

    private static ByteString Handle(Guid handle) => ByteString.CopyFrom(AccountStore.Bytes(handle));

    private static byte[] Hash(ByteString hash) => hash.Length == HashBytes ? hash.ToByteArray() : throw new RefusedException(422);

    private async ValueTask<ReserveUsernameHashResponse> ReserveAsync(GrpcCall call, ReserveUsernameHashRequest request)
    {
        if (request.UsernameHashes.Count is 0 or > ServerLimits.ProposedUsernames)
        {
            throw new RefusedException(422);
        }

        var hash = await usernames.ReserveAsync(call.Device, [.. request.UsernameHashes.Select(Hash)]).ConfigureAwait(false);
        return hash is null
            ? new ReserveUsernameHashResponse { UsernameNotAvailable = new UsernameNotAvailable() }
            : new ReserveUsernameHashResponse { UsernameHash = ByteString.CopyFrom(hash) };
    }

    private async ValueTask<ConfirmUsernameHashResponse> ConfirmAsync(GrpcCall call, ConfirmUsernameHashRequest request)
    {
        var encrypted = request.UsernameCiphertext.IsEmpty ? throw new RefusedException(422) : request.UsernameCiphertext.ToByteArray();
        var outcome = await usernames.ConfirmAsync(call.Device, Hash(request.UsernameHash), request.ZkProof.ToByteArray(), encrypted)
            .ConfigureAwait(false);
        return outcome switch
        {
            UsernameOutcome.Taken taken => new ConfirmUsernameHashResponse
            {
                ConfirmedUsernameHash = new() { UsernameLinkHandle = taken.Link is { } link ? Handle(link) : ByteString.Empty },
            },
            UsernameOutcome.NotReserved => new ConfirmUsernameHashResponse { ReservationNotFound = new FailedPrecondition() },
            _ => new ConfirmUsernameHashResponse { UsernameNotAvailable = new UsernameNotAvailable() },
        };
    }

    private async ValueTask<DeleteUsernameHashResponse> DeleteAsync(GrpcCall call, DeleteUsernameHashRequest request)
    {
        await usernames.DeleteAsync(call.Device).ConfigureAwait(false);
        return new DeleteUsernameHashResponse();
    }

    private async ValueTask<SetUsernameLinkResponse> SetLinkAsync(GrpcCall call, SetUsernameLinkRequest request)
    {
        var handle = await usernames.SetLinkAsync(call.Device, request.UsernameCiphertext.ToByteArray(), request.KeepLinkHandle)
            .ConfigureAwait(false);
        return handle is { } made
            ? new SetUsernameLinkResponse { UsernameLinkHandle = Handle(made) }
            : new SetUsernameLinkResponse { NoUsernameSet = new FailedPrecondition() };
    }

    private async ValueTask<DeleteUsernameLinkResponse> DeleteLinkAsync(GrpcCall call, DeleteUsernameLinkRequest request)
    {
        await usernames.DeleteLinkAsync(call.Device).ConfigureAwait(false);
        return new DeleteUsernameLinkResponse();
    }

    private async ValueTask<LookupUsernameHashResponse> FindAsync(GrpcCall call, LookupUsernameHashRequest request) =>
        await usernames.FindAsync(Hash(request.UsernameHash), null, call.Origin).ConfigureAwait(false) is { } aci
            ? new LookupUsernameHashResponse { ServiceIdentifier = ServiceId.Aci(aci).ToMessage() }
            : new LookupUsernameHashResponse { NotFound = new NotFound() };

    private async ValueTask<LookupUsernameLinkResponse> FindLinkAsync(GrpcCall call, LookupUsernameLinkRequest request)
    {
        if (request.UsernameLinkHandle.Length != HandleBytes)
        {
            throw new RefusedException(422);
        }

        var handle = new Guid(request.UsernameLinkHandle.Span, bigEndian: true);
        return await usernames.FindLinkAsync(handle, call.Origin).ConfigureAwait(false) is { } encrypted
            ? new LookupUsernameLinkResponse { UsernameCiphertext = ByteString.CopyFrom(encrypted) }
            : new LookupUsernameLinkResponse { NotFound = new NotFound() };
    }
}
