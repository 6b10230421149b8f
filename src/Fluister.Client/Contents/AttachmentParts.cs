using System.Text.Json.Nodes;
using Fluister.Protocol.Attachments;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Client.Contents;

/// <summary>Files: between a message's pointers and the store's attachments.</summary>
internal static class AttachmentParts
{
    /// <summary>The type of a text that is too long for the message itself.</summary>
    public const string LongText = "text/x-signal-plain";

    private const string Unknown = "application/octet-stream";
    private const int IncrementalMacBytes = 64 << 10;

    /// <summary>The store's form, of a file that is not here yet; null where it does not even say how large it is.</summary>
    public static JsonObject? Read(AttachmentPointer? pointer, DateTimeOffset now)
    {
        if (pointer is not { HasSize: true })
        {
            return null;
        }

        var type = CleanText.Of(pointer.ContentType, 255);
        var json = new JsonObject
        {
            ["contentType"] = string.IsNullOrWhiteSpace(type) ? Unknown : type,
            ["size"] = (long)pointer.Size,
            ["cdnNumber"] = (long)pointer.CdnNumber,
        };
        json.Put("cdnKey", CleanText.Of(pointer.CdnKey, 512));
        json.Put("cdnId", pointer.CdnId == 0 ? null : pointer.CdnId.ToString());
        json.Put("key", Base64(pointer.Key, AttachmentKey.Bytes, AttachmentKey.Bytes));
        json.Put("digest", Base64(pointer.Digest, 32, 32));
        json.Put("incrementalMac", pointer.ChunkSize == 0 ? null : Base64(pointer.IncrementalMac, 1, IncrementalMacBytes));
        json.Put("chunkSize", pointer.ChunkSize == 0 || pointer.IncrementalMac.IsEmpty ? null : (long)pointer.ChunkSize);
        json.Put("clientUuid", pointer.ClientUuid.Length == 16 ? new Guid(pointer.ClientUuid.Span, bigEndian: true).ToString() : null);
        json.Put("fileName", CleanText.Of(pointer.FileName));
        json.Put("caption", CleanText.Of(pointer.Caption));
        json.Put("blurHash", CleanText.Of(pointer.BlurHash, 255));
        json.Put("flags", pointer.Flags is 0 or > int.MaxValue ? null : (int)pointer.Flags);
        json.Put("width", Pixels(pointer.Width));
        json.Put("height", Pixels(pointer.Height));

        // Signal Desktop takes no time of uploading that lies more than half a day ahead.
        var uploaded = ContentIds.Timestamp(pointer.UploadTimestamp);
        json.Put("uploadTimestamp", uploaded < now.AddHours(12).ToUnixTimeMilliseconds() ? uploaded : null);
        return json;
    }

    /// <summary>From the store's form, of a file that lies at the server, to a message's; null where it does not lie there.</summary>
    public static AttachmentPointer? Write(JsonObject json)
    {
        if (json.Text("cdnKey") is not { } place || json.Bytes("key") is not { } key || json.Bytes("digest") is not { } digest)
        {
            return null;
        }

        var pointer = new AttachmentPointer
        {
            CdnKey = place,
            CdnNumber = (uint)Math.Clamp(json.Number("cdnNumber") ?? 0, 0, int.MaxValue),
            Key = ByteString.CopyFrom(key),
            Digest = ByteString.CopyFrom(digest),
            ContentType = json.Text("contentType") ?? Unknown,
            Size = (uint)Math.Clamp(json.Number("size") ?? 0, 0, uint.MaxValue),
        };
        if (json.Bytes("incrementalMac") is { } mac && json.Number("chunkSize") is > 0 and <= int.MaxValue and var chunk)
        {
            pointer.IncrementalMac = ByteString.CopyFrom(mac);
            pointer.ChunkSize = (uint)chunk;
        }

        if (Guid.TryParse(json.Text("clientUuid"), out var uuid))
        {
            pointer.ClientUuid = ByteString.CopyFrom(uuid.ToByteArray(bigEndian: true));
        }

        if (json.Text("fileName") is { } name)
        {
            pointer.FileName = name;
        }

        if (json.Text("caption") is { } caption)
        {
            pointer.Caption = caption;
        }

        if (json.Text("blurHash") is { } blurHash)
        {
            pointer.BlurHash = blurHash;
        }

        pointer.Flags = (uint)Math.Clamp(json.Number("flags") ?? 0, 0, int.MaxValue);
        pointer.Width = (uint)Math.Clamp(json.Number("width") ?? 0, 0, int.MaxValue);
        pointer.Height = (uint)Math.Clamp(json.Number("height") ?? 0, 0, int.MaxValue);
        pointer.UploadTimestamp = (ulong)Math.Max(0, json.Number("uploadTimestamp") ?? 0);
        return pointer;
    }

    /// <summary>Whether it is a text that was too long for its message.</summary>
    public static bool IsLongText(JsonObject attachment) => attachment.Text("contentType") == LongText;

    /// <summary>Whether it was recorded.</summary>
    public static bool IsVoiceMessage(JsonObject attachment) =>
        ((attachment.Number("flags") ?? 0) & (long)AttachmentPointer.Types.Flags.VoiceMessage) != 0;

    private static JsonNode? Pixels(uint value) => value is 0 or > int.MaxValue ? null : (int)value;

    private static JsonNode? Base64(ByteString bytes, int least, int most) =>
        bytes.Length < least || bytes.Length > most ? null : Convert.ToBase64String(bytes.Span);
}
