using System.Text.Json.Nodes;
using Fluister.Client.Store;
using Fluister.Wire.Protos;

namespace Fluister.Client.Contents;

/// <summary>Edits: only by the author, and only for a while. The versions before stay in the message's history.</summary>
internal sealed class Edits(ClientContext context, Targets targets, PendingEffects pending)
{
    private static readonly string[] Versioned =
        ["attachments", "bodyAttachment", "bodyRanges", "preview", "quote", "sendStateByConversationId"];

    /// <summary>Takes an edit.</summary>
    /// <exception cref="ClientException">Malformed: no message named, or no text.</exception>
    public Effect? Handle(Origin origin, EditMessage edit)
    {
        if (ContentIds.Timestamp(edit.TargetSentTimestamp) is not { } target || edit.DataMessage is not { } data
            || data.Timestamp != (ulong)origin.Timestamp)
        {
            throw new ClientException(ClientError.Malformed, "An edit that came names no message, or has another time than its envelope.");
        }

        if (!targets.TryFind(origin, origin.Author, target, out var message))
        {
            pending.Add(origin, origin.Author, target, new Content { EditMessage = edit });
            return new Effect(origin.Conversation.Id);
        }

        if (message is null || !MayBeEdited(message) || !Targets.IsInTime(origin, message))
        {
            return null;
        }

        var content = ShownContent.Read(data, context.Store.Messages, origin.Conversation.Id, origin.ReceivedAt);
        var edited = Apply(message, content, origin.Timestamp, origin.ReceivedAt, origin.ServerTimestamp);
        if (edited is null)
        {
            return null;
        }

        if (origin.IsOurs)
        {
            edited.Json["sendStateByConversationId"] = message.Json["sendStateByConversationId"]?.DeepClone() ?? new JsonObject();
        }

        context.Store.Messages.Update(edited);

        // As with new messages: nothing of somebody who may not write to us yet.
        if (origin.IsOurs || MessageRequests.IsAccepted(origin.Conversation))
        {
            AttachmentFetcher.Enqueue(context.Store, edited, origin.ReceivedAt);
        }

        return new Effect(message.ConversationId, message.Id);
    }

    /// <summary>Whether it is a kind of message that can be edited at all.</summary>
    public static bool MayBeEdited(StoredMessage message) =>
        !message.IsErased && !message.IsViewOnce && message.Json["contact"] is not JsonArray { Count: > 0 }
        && !message.Json.ContainsKey("sticker") && !message.Json.ContainsKey("poll")
        && !message.Json.Parts("attachments").Any(AttachmentParts.IsVoiceMessage);

    /// <summary>The message as edited: new text, ranges and previews, its own files; a quote can go, not change. Null where this edit was
    /// taken before, or there were too many.</summary>
    public static StoredMessage? Apply(
        StoredMessage message, ShownContent content, long timestamp, DateTimeOffset now, long? serverTimestamp)
    {
        var history = message.Json["editHistory"] is JsonArray { Count: > 0 } earlier
            ? (JsonArray)earlier.DeepClone()
            : new JsonArray(Version(message.Body, message.Json, message.SentAt, message.ReceivedAt, message.ServerTimestamp));
        if (history.Count > ClientLimits.VersionsPerMessage
            || message.SentAt == timestamp || history.OfType<JsonObject>().Any(version => version.Number("timestamp") == timestamp))
        {
            return null;
        }

        // Edits may overtake each other: the one that was made last is the text, and the others are history.
        var json = (JsonObject)message.Json.DeepClone();
        var next = new JsonObject
        {
            ["attachments"] = json["attachments"]?.DeepClone() ?? new JsonArray(),
            ["bodyRanges"] = content.Json["bodyRanges"]?.DeepClone(),
            ["preview"] = content.Json["preview"]?.DeepClone(),
        };
        next.Put("bodyAttachment", content.Json["bodyAttachment"]?.DeepClone());
        next.Put("quote", content.Json.ContainsKey("quote") ? json["quote"]?.DeepClone() : null);
        var version = Version(content.Body, next, timestamp, now.ToUnixTimeMilliseconds(), serverTimestamp);
        var place = 0;
        while (place < history.Count && history[place] is JsonObject newer && newer.Number("timestamp") > timestamp)
        {
            place++;
        }

        history.Insert(place, version);
        json["editHistory"] = history;
        if (place > 0)
        {
            return message with { Json = json };
        }

        foreach (var name in Versioned)
        {
            if (name != "sendStateByConversationId")
            {
                json.Put(name, next[name]?.DeepClone());
            }
        }

        json["editMessageTimestamp"] = timestamp;
        json["editMessageReceivedAt"] = now.ToUnixTimeMilliseconds();
        json["editMessageReceivedAtMs"] = now.ToUnixTimeMilliseconds();
        return message with { Body = content.Body, Json = json };
    }

    private static JsonObject Version(string? body, JsonObject from, long timestamp, long receivedAt, long? serverTimestamp)
    {
        var version = new JsonObject
        {
            ["body"] = body,
            ["timestamp"] = timestamp,
            ["received_at"] = receivedAt,
            ["received_at_ms"] = receivedAt,
            ["readStatus"] = 0,
        };
        version.Put("serverTimestamp", serverTimestamp);
        foreach (var name in Versioned)
        {
            version.Put(name, from[name]?.DeepClone());
        }

        return version;
    }
}
