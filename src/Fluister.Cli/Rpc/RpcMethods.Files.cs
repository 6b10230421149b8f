using System.Globalization;
using System.Text.Json;

namespace Fluister.Cli.Rpc;

/// <content>Files of messages.</content>
internal static partial class RpcMethods
{
    private static async Task<Action<Utf8JsonWriter>> GetAttachmentAsync(RpcCall call, CancellationToken cancel)
    {
        var id = call.Parameters.NeededText("id");

        // signal-cli asks in which conversation; the id says it.
        call.Parameters.Text("recipient");
        call.Parameters.End();
        call.GoOn();
        var parts = id.Split(':');
        if (parts.Length != 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            throw RpcException.Parameters("id is an attachment's id as it was received: MESSAGEID:INDEX.");
        }

        using var file = call.Account.Client.OpenAttachment(parts[0], index);
        if (file.Size > RpcLimits.AttachmentBytes)
        {
            throw new RpcException(RpcException.LimitReached,
                $"The file has more than {RpcLimits.AttachmentBytes} bytes. "
                + "`fluister receive --attachments DIR` writes files of any size.");
        }

        var bytes = new byte[file.Size];
        await file.Content.ReadExactlyAsync(bytes, cancel);
        return writer =>
        {
            writer.WriteStartObject();
            writer.WriteBase64String("data", bytes);
            writer.WriteEndObject();
        };
    }
}
