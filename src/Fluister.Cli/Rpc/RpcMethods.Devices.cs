using System.Text.Json;

namespace Fluister.Cli.Rpc;

/// <content>The account's devices.</content>
internal static partial class RpcMethods
{
    private static async Task<Action<Utf8JsonWriter>> ListDevicesAsync(RpcCall call, CancellationToken cancel)
    {
        call.Parameters.End();
        call.GoOn();
        var devices = await call.Account.Client.DevicesAsync(cancel);
        return writer =>
        {
            writer.WriteStartArray();
            foreach (var device in devices)
            {
                writer.WriteStartObject();
                writer.WriteNumber("id", device.Id);
                writer.WriteString("name", device.Name);
                Time(writer, "createdTimestamp", device.Created);
                Time(writer, "lastSeenTimestamp", device.LastSeen);
                writer.WriteBoolean("isThis", device.IsThis);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        };
    }

    private static async Task<Action<Utf8JsonWriter>> AddDeviceAsync(RpcCall call, CancellationToken cancel)
    {
        var url = call.Parameters.NeededText("uri");
        call.Parameters.End();
        call.GoOn();
        var linked = await call.Account.Client.LinkDeviceAsync(url, cancel);
        return writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("deviceId", linked.Id);
            writer.WriteEndObject();
        };
    }

    private static async Task<Action<Utf8JsonWriter>> RemoveDeviceAsync(RpcCall call, CancellationToken cancel)
    {
        var device = Device(call.Parameters.NeededNumber("deviceId"));
        call.Parameters.End();
        await call.Account.Client.RemoveDeviceAsync(device, cancel);
        return Nothing;
    }

    private static async Task<Action<Utf8JsonWriter>> UpdateDeviceAsync(RpcCall call, CancellationToken cancel)
    {
        var device = Device(call.Parameters.NeededNumber("deviceId"));
        var name = call.Parameters.NeededText("deviceName");
        call.Parameters.End();
        await call.Account.Client.RenameDeviceAsync(device, name, cancel);
        return Nothing;
    }

    private static int Device(long id) => id is >= 1 and <= 127 ? (int)id : throw RpcException.Parameters("deviceId is from 1 to 127.");

    private static void Time(Utf8JsonWriter writer, string name, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            writer.WriteNumber(name, known.ToUnixTimeMilliseconds());
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
