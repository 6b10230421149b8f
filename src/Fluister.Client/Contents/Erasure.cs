using System.Text.Json.Nodes;
using Fluister.Client.Store;

namespace Fluister.Client.Contents;

/// <summary>Takes the content out of a message and leaves the row.</summary>
internal static class Erasure
{
    private static readonly string[] Contents =
        ["bodyAttachment", "quote", "sticker", "poll", "payment", "giftBadge", "editHistory", "storyReaction", "storyReplyContext",
         "editMessageTimestamp", "editMessageReceivedAt", "editMessageReceivedAtMs"];

    /// <summary>The message without its content.</summary>
    public static StoredMessage Of(StoredMessage message)
    {
        var json = (JsonObject)message.Json.DeepClone();
        foreach (var name in Contents)
        {
            json.Remove(name);
        }

        json["attachments"] = new JsonArray();
        json["bodyRanges"] = new JsonArray();
        json["contact"] = new JsonArray();
        json["preview"] = new JsonArray();
        return message with { Body = "", IsErased = true, Json = json };
    }

    /// <summary>The message as its author's deletion leaves it.</summary>
    public static StoredMessage ForEveryone(StoredMessage message, long at)
    {
        var erased = Of(message);
        erased.Json["deletedForEveryone"] = true;
        erased.Json["deletedForEveryoneTimestamp"] = at;
        erased.Json["reactions"] = new JsonArray();
        return erased;
    }
}
