using Fluister.Server.Limits;
using Fluister.Server.Mailboxes;
using Fluister.Server.Requests;
using Fluister.Wire.Json;

namespace Fluister.Server.Devices;

/// <summary>How a new device learns where its history lies, and how a person means to restore an account. The server passes both
/// on.</summary>
internal sealed class TransferRoom(RateLimits limits, TimeProvider time)
{
    private const int KeyLength = 64;
    private const int TokenLength = 64;
    private const int Bootstrap = 4096;

    private static readonly HashSet<string> Methods = ["REMOTE_BACKUP", "LOCAL_BACKUP", "DEVICE_TRANSFER", "DECLINE"];
    private static readonly HashSet<string> Errors = ["RELINK_REQUESTED", "CONTINUE_WITHOUT_UPLOAD"];

    private readonly Rendezvous<(MailboxKey Device, int RegistrationId), TransferArchiveJson> _archives = new(time);
    private readonly Rendezvous<string, RestoreAccountJson> _restores = new(time);

    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        new("PUT", "/v1/devices/transfer_archive", Access.Device, (request, _) => ValueTask.FromResult(LeaveArchive(request))),
        new("GET", "/v1/devices/transfer_archive", Access.Device, WaitForArchiveAsync),
        new("PUT", "/v1/devices/restore_account/{token}", Access.Anonymous, (request, _) => ValueTask.FromResult(LeaveRestore(request))),
        new("GET", "/v1/devices/restore_account/{token}", Access.Anonymous, WaitForRestoreAsync),
    ];

    private static string Token(Request request) =>
        request.Values["token"] is { Length: <= TokenLength } token ? token : throw new RefusedException(400);

    private Response LeaveArchive(Request request)
    {
        limits.Take(ServerLimits.UploadTransferArchive, request.Device.Account.Aci);
        var given = request.Json(WireJson.Default.TransferArchiveUploadedJson);
        var archive = given.TransferArchive;
        var isPlace = archive is { Cdn: not null, Key.Length: > 0 and <= KeyLength, Error: null };
        var isError = archive is { Cdn: null, Key: null, Error: { } error } && Errors.Contains(error);
        if (!isPlace && !isError)
        {
            throw new RefusedException(422);
        }

        var device = new MailboxKey(request.Device.Account.Aci, given.DestinationDeviceId);
        _archives.Leave((device, given.DestinationDeviceRegistrationId), archive);
        return Response.NoContent;
    }

    private async ValueTask<Response> WaitForArchiveAsync(Request request, CancellationToken cancellation)
    {
        var (account, device) = request.Device;
        var timeout = DeviceRoom.Timeout(request);
        limits.Take(ServerLimits.WaitForTransferArchive, LimitKey.Of(account.Aci, account.Aci, device.Id));
        var key = (new MailboxKey(account.Aci, device.Id), device.RegistrationId);
        var archive = await _archives.WaitAsync(key, timeout, cancellation).ConfigureAwait(false);
        return archive is null ? Response.NoContent : Response.Json(archive, WireJson.Default.TransferArchiveJson);
    }

    private Response LeaveRestore(Request request)
    {
        limits.Take(ServerLimits.RestoreAccount, request.Origin);
        var given = request.Json(WireJson.Default.RestoreAccountJson);
        if (!Methods.Contains(given.Method) || given.DeviceTransferBootstrap?.Length > Bootstrap)
        {
            throw new RefusedException(422);
        }

        _restores.Leave(Token(request), given);
        return Response.NoContent;
    }

    private async ValueTask<Response> WaitForRestoreAsync(Request request, CancellationToken cancellation)
    {
        var timeout = DeviceRoom.Timeout(request);
        limits.Take(ServerLimits.RestoreAccount, request.Origin);
        var restore = await _restores.WaitAsync(Token(request), timeout, cancellation).ConfigureAwait(false);
        return restore is null ? Response.NoContent : Response.Json(restore, WireJson.Default.RestoreAccountJson);
    }
}
