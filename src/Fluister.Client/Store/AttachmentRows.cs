using System.Text.Json.Nodes;

namespace Fluister.Client.Store;

/// <summary>The rows of message_attachments: each file that a message's JSON names, also in its quote, previews, contacts and earlier
/// versions.</summary>
internal sealed class AttachmentRows(ClientStore store)
{
    private const string Octets = "application/octet-stream";

    private readonly StoreStatement _remove = new(store, "DELETE FROM message_attachments WHERE messageId = ?");
    private readonly StoreStatement _add = new(store,
        "INSERT OR REPLACE INTO message_attachments (messageId, editHistoryIndex, attachmentType, orderInMessage, conversationId, sentAt, "
            + "clientUuid, size, contentType, path, plaintextHash, localKey, caption, fileName, blurHash, height, width, digest, key, "
            + "version, incrementalMac, incrementalMacChunkSize, transitCdnKey, transitCdnNumber, transitCdnUploadTimestamp, "
            + "thumbnailPath, thumbnailSize, thumbnailContentType, thumbnailLocalKey, thumbnailVersion, "
            + "screenshotPath, screenshotSize, screenshotContentType, screenshotLocalKey, screenshotVersion, "
            + "flags, error, pending, messageType, receivedAt, receivedAtMs, isViewOnce, duration) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
            + "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

    /// <summary>Removes the rows of a message.</summary>
    public void Remove(string message) => _remove.Begin().Bind(message).Execute();

    /// <summary>Writes the rows of a message.</summary>
    public void Add(StoredMessage message, long received)
    {
        foreach (var (edit, kind, order, file) in Files(message.Json))
        {
            Add(message, received, edit, kind, order, file);
        }
    }

    /// <summary>Every file that a message's JSON names: the version (-1: as it stands; 0: the newest of the history), the kind, the place,
    /// the JSON.</summary>
    public static IEnumerable<(int Edit, string Kind, int Order, JsonObject File)> Files(JsonObject json)
    {
        foreach (var file in FilesOf(json, -1))
        {
            yield return file;
        }

        var edit = 0;
        foreach (var version in JsonColumn.Objects(json, "editHistory"))
        {
            foreach (var file in FilesOf(version, edit))
            {
                yield return file;
            }

            edit++;
        }
    }

    private static IEnumerable<(int Edit, string Kind, int Order, JsonObject File)> FilesOf(JsonObject json, int edit)
    {
        foreach (var (order, file) in JsonColumn.Objects(json, "attachments").Index())
        {
            yield return (edit, "attachment", order, file);
        }

        if (json["bodyAttachment"] is JsonObject text)
        {
            yield return (edit, "long-message", 0, text);
        }

        foreach (var (order, quoted) in JsonColumn.Objects(json["quote"], "attachments").Index())
        {
            if (quoted["thumbnail"] is JsonObject thumbnail)
            {
                yield return (edit, "quote", order, thumbnail);
            }
        }

        foreach (var (order, preview) in JsonColumn.Objects(json, "preview").Index())
        {
            if (preview["image"] is JsonObject image)
            {
                yield return (edit, "preview", order, image);
            }
        }

        foreach (var (order, contact) in JsonColumn.Objects(json, "contact").Index())
        {
            if ((contact["avatar"] as JsonObject)?["avatar"] is JsonObject avatar)
            {
                yield return (edit, "contact", order, avatar);
            }
        }

        if ((json["sticker"] as JsonObject)?["data"] is JsonObject sticker)
        {
            yield return (edit, "sticker", 0, sticker);
        }
    }

    private void Add(StoredMessage message, long received, int edit, string kind, int order, JsonObject file)
    {
        string? Text(string name) => JsonColumn.Text(file, name);
        long? Number(string name) => JsonColumn.Number(file, name);
        var row = _add.Begin().Bind(message.Id).Bind(edit).Bind(kind).Bind(order).Bind(message.ConversationId).Bind(message.SentAt)
            .Bind(Text("clientUuid")).Bind(Number("size") ?? 0).Bind(Text("contentType") ?? Octets).Bind(Text("path"))
            .Bind(Text("plaintextHash")).Bind(Text("localKey")).Bind(Text("caption")).Bind(Text("fileName")).Bind(Text("blurHash"))
            .Bind(Number("height")).Bind(Number("width")).Bind(Text("digest")).Bind(Text("key")).Bind(Number("version"))
            .Bind(Text("incrementalMac")).Bind(Number("chunkSize")).Bind(Text("cdnKey")).Bind(Number("cdnNumber"))
            .Bind(Number("uploadTimestamp"));
        foreach (var name in (string[])["thumbnail", "screenshot"])
        {
            var small = file[name];
            row.Bind(JsonColumn.Text(small, "path")).Bind(JsonColumn.Number(small, "size")).Bind(JsonColumn.Text(small, "contentType"))
                .Bind(JsonColumn.Text(small, "localKey")).Bind(JsonColumn.Number(small, "version"));
        }

        row.Bind(Number("flags")).Bind(JsonColumn.Flag(file, "error")).Bind(JsonColumn.Flag(file, "pending")).Bind(message.Type)
            .Bind(received).Bind(message.ReceivedAt).Bind(message.IsViewOnce)
            .Bind((file["duration"] as JsonValue)?.TryGetValue(out double duration) == true ? duration : null).Execute();
    }
}
