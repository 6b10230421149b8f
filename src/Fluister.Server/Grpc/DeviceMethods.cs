using Fluister.Server.Accounts;
using Fluister.Server.Devices;
using Fluister.Server.Requests;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Fluister.Server.Grpc;

/// <summary>An account's devices by gRPC.</summary>
internal sealed class DeviceMethods(DeviceBook devices)
{
    private static FileDescriptor Contract => DeviceReflection.Descriptor;

    /// <summary>What can be called.</summary>
    public IEnumerable<GrpcMethod> Methods =>
    [
        GrpcMethod.Of<GetDevicesRequest, GetDevicesResponse>(Contract, "Devices/GetDevices", Access.Device, List),
        GrpcMethod.Of<RemoveDeviceRequest, RemoveDeviceResponse>(Contract, "Devices/RemoveDevice", Access.Device, RemoveAsync),
        GrpcMethod.Of<SetDeviceNameRequest, SetDeviceNameResponse>(Contract, "Devices/SetDeviceName", Access.Device, RenameAsync),
        GrpcMethod.Of<SetCapabilitiesRequest, SetCapabilitiesResponse>(
            Contract, "Devices/SetCapabilities", Access.Device, SetCapabilitiesAsync),

        // Nothing here wakes a device, so that a push token is not kept.
        GrpcMethod.Of<SetPushTokenRequest, SetPushTokenResponse>(
            Contract, "Devices/SetPushToken", Access.Device, (_, _) => new SetPushTokenResponse()),
        GrpcMethod.Of<ClearPushTokenRequest, ClearPushTokenResponse>(
            Contract, "Devices/ClearPushToken", Access.Device, (_, _) => new ClearPushTokenResponse()),
    ];

    private GetDevicesResponse List(GrpcCall call, GetDevicesRequest request)
    {
        var response = new GetDevicesResponse();
        foreach (var device in devices.List(call.Device))
        {
            response.Devices.Add(new GetDevicesResponse.Types.LinkedDevice
            {
                Id = (uint)device.Id,
                Name = ByteString.CopyFrom(device.Name ?? []),
                LastSeen = (ulong)device.LastSeen,
                RegistrationId = (uint)device.RegistrationId,
                CreatedAtCiphertext = ByteString.CopyFrom(device.CreatedAtCiphertext),
            });
        }

        return response;
    }

    private async ValueTask<RemoveDeviceResponse> RemoveAsync(GrpcCall call, RemoveDeviceRequest request)
    {
        MayChange(call.Device, request.Id);
        await devices.RemoveAsync(call.Device, (int)request.Id, call.Afterwards).ConfigureAwait(false);
        return new RemoveDeviceResponse();
    }

    private async ValueTask<SetDeviceNameResponse> RenameAsync(GrpcCall call, SetDeviceNameRequest request)
    {
        MayChange(call.Device, request.Id);
        if (call.Device.Account.Find((int)request.Id) is null)
        {
            return new SetDeviceNameResponse { TargetDeviceNotFound = new NotFound() };
        }

        await devices.RenameAsync(call.Device, (int)request.Id, request.Name.ToByteArray()).ConfigureAwait(false);
        return new SetDeviceNameResponse { Success = new Empty() };
    }

    private async ValueTask<SetCapabilitiesResponse> SetCapabilitiesAsync(GrpcCall call, SetCapabilitiesRequest request)
    {
        await devices.SetCapabilitiesAsync(
            call.Device,
            request.Capabilities.Select(CapabilityNames.Name).Distinct().ToDictionary(name => name, _ => true)).ConfigureAwait(false);
        return new SetCapabilitiesResponse();
    }

    // Here and not by the room's 401, which would tell a client that its own credentials are void.
    private static void MayChange(Caller caller, uint device)
    {
        if (device is 0 or > Device.Most)
        {
            throw new RefusedException(422);
        }

        if (!caller.Device.IsPrimary && caller.Device.Id != device)
        {
            throw new RefusedException(403);
        }
    }
}
