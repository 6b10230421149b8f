using System.Text.Json.Nodes;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.Client.Contents;

/// <summary>After how long messages of a conversation disappear. Every message carries the timer, with a version, so that devices
/// agree.</summary>
internal sealed class ExpireTimers(ClientContext context)
{
    /// <summary>The version before any change. Signal's.</summary>
    public const int FirstVersion = 1;

    /// <summary>The timer of a conversation in seconds; 0 for none.</summary>
    public static long Of(StoredConversation conversation) => Math.Max(0, conversation.Json.Number("expireTimer") ?? 0);

    /// <summary>Its version.</summary>
    public static long VersionOf(StoredConversation conversation) =>
        Math.Max(FirstVersion, conversation.Json.Number("expireTimerVersion") ?? FirstVersion);

    /// <summary>Takes a message that only sets the timer.</summary>
    public Effect? Handle(Origin origin, DataMessage data)
    {
        if (context.Store.Messages.Find(origin.Author, origin.Timestamp) is { } known && known.SentAt == origin.Timestamp)
        {
            return null;
        }

        var row = Take(origin, data, isMessage: true);
        return row is null ? null : new Effect(origin.Conversation.Id, row);
    }

    /// <summary>Takes the timer that a message carries; where it differs, the conversation has it from then on, and a row tells
    /// so.</summary>
    /// <returns>The row's id; null where nothing changed.</returns>
    public string? Take(Origin origin, DataMessage data, bool isMessage = false)
    {
        var conversation = origin.Conversation;
        var version = data.ExpireTimerVersion;
        if (version != 0)
        {
            // An older version is a change that was overtaken by a later one.
            if (version < VersionOf(conversation))
            {
                return null;
            }

            conversation.Json["expireTimerVersion"] = (long)version;
        }

        if (data.ExpireTimer == Of(conversation))
        {
            return null;
        }

        conversation.Json.Put("expireTimer", data.ExpireTimer == 0 ? null : (long)data.ExpireTimer);
        var row = Row(conversation.Id, origin.Author, data.ExpireTimer, origin.Timestamp, origin.ReceivedAt, origin.IsOurs);
        context.Store.Messages.Add(isMessage ? row with { Source = origin.Author, SourceDevice = origin.Device } : row);
        return row.Id;
    }

    /// <summary>The row that tells of a change.</summary>
    public static StoredMessage Row(
        string conversation, ServiceId by, long seconds, long at, DateTimeOffset now, bool isSync)
    {
        var update = new JsonObject { ["sourceServiceId"] = by.ToString() };
        update.Put("expireTimer", seconds == 0 ? null : seconds);
        update.Put("fromSync", isSync ? true : null);
        return new StoredMessage
        {
            Id = RowUuid.New(now),
            ConversationId = conversation,
            Type = "timer-notification",
            SentAt = at,
            ReceivedAt = now.ToUnixTimeMilliseconds(),
            Json = new JsonObject { ["flags"] = (int)DataMessage.Types.Flags.ExpirationTimerUpdate, ["expirationTimerUpdate"] = update },
        };
    }
}
