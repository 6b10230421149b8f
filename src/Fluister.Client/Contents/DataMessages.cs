using System.Text.Json.Nodes;
using Fluister.Client.Store;
using Fluister.Protocol.Profiles;
using Fluister.Wire.Protos;

namespace Fluister.Client.Contents;

/// <summary>What people write to each other: a new message, or something about an earlier one.</summary>
internal sealed class DataMessages(
    ClientContext context, ExpireTimers timers, Reactions reactions, Deletes deletes, PollVotes votes, DeliveryReceipts receipts)
{
    /// <summary>Told of each message that is new in the history.</summary>
    public Action<StoredMessage> Added { get; set; } = _ => { };

    /// <summary>Takes a message of somebody else's, or one that another device of ours has sent. Null where nothing came of it.</summary>
    /// <exception cref="ClientException">Malformed.</exception>
    public Effect? Handle(Origin origin, DataMessage data)
    {
        if (data.Timestamp != (ulong)origin.Timestamp || ContentIds.Timestamp(data.Timestamp) is null)
        {
            throw new ClientException(ClientError.Malformed, "A message that came has another time than its envelope.");
        }

        if (data.GroupV2 is not null || data.AdminDelete is not null || data.GroupCallUpdate is not null)
        {
            return null;
        }

        TakeProfileKey(origin, data);
        var effect = About(origin, data, out var isAbout);
        if (!isAbout)
        {
            return Show(origin, data);
        }

        context.Store.Conversations.Save(origin.Conversation);
        return effect;
    }

    // A message does one thing; what stands beside it is passed over, as Signal does.
    private Effect? About(Origin origin, DataMessage data, out bool isAbout)
    {
        isAbout = true;
        if (data.Reaction is not null && data.StoryContext is null)
        {
            return reactions.Handle(origin, data);
        }

        if (data.Delete is not null)
        {
            return deletes.Handle(origin, data);
        }

        if (data.PollVote is not null)
        {
            return votes.Vote(origin, data);
        }

        if (data.PollTerminate is not null)
        {
            return votes.Terminate(origin, data);
        }

        if ((data.Flags & (uint)DataMessage.Types.Flags.ExpirationTimerUpdate) != 0)
        {
            return timers.Handle(origin, data);
        }

        if ((data.Flags & (uint)(DataMessage.Types.Flags.ProfileKeyUpdate | DataMessage.Types.Flags.EndSession)) != 0)
        {
            return new Effect(origin.Conversation.Id);
        }

        isAbout = data.PinMessage is not null || data.UnpinMessage is not null;
        return null;
    }

    private Effect? Show(Origin origin, DataMessage data)
    {
        var messages = context.Store.Messages;
        if (messages.Find(origin.Author, origin.Timestamp) is { } known && known.SentAt == origin.Timestamp)
        {
            return Repeated(origin, known);
        }

        var content = ShownContent.Read(data, messages, origin.Conversation.Id, origin.ReceivedAt);
        if ((content.IsEmpty && !content.IsUnsupported && data.Reaction is null) || origin.Transcript?.IsRecipientUpdate == true)
        {
            context.Store.Conversations.Save(origin.Conversation);
            return null;
        }

        timers.Take(origin, data);
        var message = Row(origin, data, content);
        messages.Add(message);
        TouchConversation(origin);
        context.Store.Conversations.Save(origin.Conversation);
        if (!origin.IsOurs && origin.IsSealed && MessageRequests.IsAccepted(origin.Conversation))
        {
            receipts.Note(origin.Author, origin.Timestamp);
        }

        Added(message);
        return new Effect(origin.Conversation.Id, message.Id);
    }

    // It came before, perhaps under another cipher text; a transcript may tell of more recipients that have it.
    private Effect? Repeated(Origin origin, StoredMessage known)
    {
        if (origin.Transcript is not { IsRecipientUpdate: true })
        {
            return null;
        }

        var raised = SendStates.Raise(known, origin.Conversation.Id, "Sent", origin.Timestamp);
        if (ReferenceEquals(raised, known))
        {
            return null;
        }

        context.Store.Messages.Update(raised);
        return new Effect(known.ConversationId, known.Id);
    }

    private StoredMessage Row(Origin origin, DataMessage data, ShownContent content)
    {
        var json = content.Json;
        json["decrypted_at"] = origin.ReceivedAt.ToUnixTimeMilliseconds();
        json.Put("serverGuid", origin.ServerGuid == Guid.Empty ? null : origin.ServerGuid.ToString());
        if (data.Reaction is { } reaction && EmojiText.IsOne(reaction.Emoji))
        {
            json["storyReaction"] = new JsonObject { ["emoji"] = reaction.Emoji };
        }

        if (origin.Transcript is { } sent)
        {
            var own = context.Store.Conversations.GetOrAdd(context.Self.Aci).Id;
            json["sendStateByConversationId"] = SendStates.SentElsewhere(origin.Conversation.Id, own, origin.Timestamp);
            json["unidentifiedDeliveries"] = new JsonArray([.. sent.UnidentifiedStatus.Where(status => status.Unidentified)
                .Take(1).Select(_ => (JsonNode?)origin.Conversation.ServiceId?.ToString())]);
        }

        var row = new StoredMessage
        {
            Id = RowUuid.New(origin.ReceivedAt),
            ConversationId = origin.Conversation.Id,
            Type = origin.IsOurs ? "outgoing" : "incoming",
            Source = origin.Author,
            SourceDevice = origin.Device,
            SentAt = origin.Timestamp,
            ReceivedAt = origin.ReceivedAt.ToUnixTimeMilliseconds(),
            ServerTimestamp = origin.ServerTimestamp > 0 ? origin.ServerTimestamp : null,
            Body = content.Body,
            ExpireTimer = data.ExpireTimer,
            ExpirationStart = ExpirationStart(origin, data),
            IsUnread = !origin.IsOurs,
            IsViewOnce = data.IsViewOnce,
            IsSealed = origin.IsSealed,
            Json = json,
        };

        // What may be looked at once was looked at where it was sent; and what is no picture cannot be looked at.
        return data.IsViewOnce && (origin.IsOurs || !content.IsRightForOneView) ? Erasure.Of(row) : row;
    }

    // Of our own the timer began when they were sent; of others it begins when they are read.
    private static long? ExpirationStart(Origin origin, DataMessage data)
    {
        if (origin.Transcript is not { } sent || data.ExpireTimer == 0)
        {
            return null;
        }

        var now = origin.ReceivedAt.ToUnixTimeMilliseconds();
        return Math.Min(ContentIds.Timestamp(sent.ExpirationStartTimestamp) ?? now, now);
    }

    private static void TouchConversation(Origin origin)
    {
        var json = origin.Conversation.Json;
        json["messageCount"] = (json.Number("messageCount") ?? 0) + 1;
        json["timestamp"] = origin.Timestamp;
        json.Remove("removalStage");
        if (origin.IsOurs)
        {
            json["sentMessageCount"] = (json.Number("sentMessageCount") ?? 0) + 1;
            json.Remove("isArchived");
        }
        else
        {
            json["unreadCount"] = (json.Number("unreadCount") ?? 0) + 1;
            if ((json.Number("muteExpiresAt") ?? 0) <= origin.ReceivedAt.ToUnixTimeMilliseconds())
            {
                json.Remove("isArchived");
            }
        }

        origin.Conversation = origin.Conversation with { ActiveAt = origin.ReceivedAt.ToUnixTimeMilliseconds() };
    }

    // The key with which the profile of the author, and sealed messages to it, are made.
    private static void TakeProfileKey(Origin origin, DataMessage data)
    {
        var json = origin.Conversation.Json;
        if (origin.IsOurs)
        {
            if (data.HasProfileKey)
            {
                json["profileSharing"] = true;
            }

            return;
        }

        if (data.ProfileKey.Length != ProfileKey.Bytes)
        {
            return;
        }

        var key = Convert.ToBase64String(data.ProfileKey.Span);
        if (json.Text("profileKey") != key)
        {
            json["profileKey"] = key;
            json["sealedSender"] = 0;
            json.Remove("profileLastFetchedAt");
        }
    }
}
