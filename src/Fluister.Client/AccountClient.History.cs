using System.Text.Json.Nodes;
using Fluister.Client.Attachments;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;

namespace Fluister.Client;

/// <content>Looking back. What needs more than the last messages reads the store as an archive (Fluister.Archive).</content>
public sealed partial class AccountClient
{
    /// <summary>The last messages with a person, oldest first; no events.</summary>
    /// <param name="with">The person; the account itself for Note to Self.</param>
    /// <param name="count">At most so many, up to <see cref="ClientLimits.PastMessages"/>.</param>
    public IReadOnlyList<PastMessage> LastMessages(ServiceId with, int count)
    {
        var limit = Math.Clamp(count, 0, ClientLimits.PastMessages);
        return _context.Store.Read(() => _context.Store.Conversations.Find(with) is not { } conversation ? []
            : _context.Store.Messages.Last(conversation.Id, limit)
                .Where(message => message is { Type: "incoming" or "outgoing", Source: not null })
                .Select(Past).Reverse().ToList());
    }

    /// <summary>Opens a file of a message.</summary>
    /// <param name="messageId">The message.</param>
    /// <param name="index">Which of its files, from 0.</param>
    /// <exception cref="ClientException">NotFound: there is no such file, or it was not fetched (yet); Store.</exception>
    public MessageFile OpenAttachment(string messageId, int index)
    {
        var file = _context.Store.Messages.Find(messageId)?.Json["attachments"] is JsonArray files && index >= 0 && index < files.Count
            ? files[index] as JsonObject : null;
        if (Text(file, "path") is not { } path || Text(file, "localKey") is not { } key)
        {
            throw new ClientException(ClientError.NotFound,
                file is null ? "The message has no such file." : "The file was not fetched yet. Receive again, and it is.");
        }

        var size = file!["size"]?.GetValue<long>() ?? 0;
        var content = new AttachmentFiles(_folder.Path, _context.Random).Open(new LocalFile(path, key, size, ""));
        return new MessageFile(Text(file, "fileName"), Text(file, "contentType") ?? "application/octet-stream", size, content);
    }

    private static PastMessage Past(StoredMessage message) => new(
        message.Id, message.Source!.Value, message.SentAt, message.Body ?? Text(message.Json["poll"] as JsonObject, "question"),
        [.. (message.Json["attachments"] as JsonArray ?? []).OfType<JsonObject>()
            .Select(file => Text(file, "fileName") ?? Text(file, "contentType") ?? "file")],
        message.IsErased);

    private static string? Text(JsonObject? json, string name) =>
        json?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
