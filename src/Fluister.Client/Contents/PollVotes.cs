using System.Text.Json.Nodes;
using Fluister.Client.Store;
using Fluister.Wire.Protos;

namespace Fluister.Client.Contents;

/// <summary>Votes on polls, and their end.</summary>
internal sealed class PollVotes(ClientContext context, Targets targets, PendingEffects pending)
{
    /// <summary>Takes a person's whole vote; the one with the higher count stands.</summary>
    /// <exception cref="ClientException">Malformed: no poll named, or more options than a poll has.</exception>
    public Effect? Vote(Origin origin, DataMessage data)
    {
        var vote = data.PollVote;
        if (ContentIds.Aci(vote.TargetAuthorAciBinary, "") is not { } author
            || ContentIds.Timestamp(vote.TargetSentTimestamp) is not { } sentAt
            || vote.OptionIndexes.Count > ClientLimits.PollOptions)
        {
            throw new ClientException(ClientError.Malformed, "A vote that came names no poll, or more options than a poll has.");
        }

        if (!targets.TryFind(origin, author, sentAt, out var message))
        {
            pending.Add(origin, author, sentAt, new Content { DataMessage = data });
            return new Effect(origin.Conversation.Id);
        }

        var from = context.Store.Conversations.GetOrAdd(origin.Author).Id;
        var options = vote.OptionIndexes.Distinct().Select(option => (long)option).ToList();
        if (message?.Json.Part("poll") is not { } poll || !Change(poll, from, options, vote.VoteCount, origin.Timestamp))
        {
            return null;
        }

        if (message.Type == "outgoing" && !origin.IsOurs)
        {
            message.Json["hasUnreadPollVotes"] = true;
        }

        context.Store.Messages.Update(message);
        return new Effect(message.ConversationId, message.Id);
    }

    /// <summary>Closes a poll, as only who asked it can.</summary>
    /// <exception cref="ClientException">Malformed: no poll named.</exception>
    public Effect? Terminate(Origin origin, DataMessage data)
    {
        if (ContentIds.Timestamp(data.PollTerminate.TargetSentTimestamp) is not { } sentAt)
        {
            throw new ClientException(ClientError.Malformed, "The end of a poll that came names no poll.");
        }

        if (!targets.TryFind(origin, origin.Author, sentAt, out var message))
        {
            pending.Add(origin, origin.Author, sentAt, new Content { DataMessage = data });
            return new Effect(origin.Conversation.Id);
        }

        if (message?.Json.Part("poll") is not { } poll || poll.ContainsKey("terminatedAt"))
        {
            return null;
        }

        poll["terminatedAt"] = origin.Timestamp;
        context.Store.Messages.Update(message);
        context.Store.Messages.Add(EndOf(message, origin.Timestamp, origin.ReceivedAt, origin.Device));
        return new Effect(message.ConversationId, message.Id);
    }

    /// <summary>Changes a poll's votes; false where it is closed, the vote is none, or a later one stands.</summary>
    /// <param name="poll">The poll.</param>
    /// <param name="from">The id of the conversation with the person who votes.</param>
    /// <param name="options">Places of options.</param>
    /// <param name="count">The vote's number.</param>
    /// <param name="at">When it was cast.</param>
    public static bool Change(JsonObject poll, string from, IReadOnlyList<long> options, long count, long at)
    {
        if (poll.ContainsKey("terminatedAt") || options.Any(option => option < 0 || option >= poll.Texts("options").Count())
            || (options.Count > 1 && !poll.Flag("allowMultiple")))
        {
            return false;
        }

        var votes = new JsonArray();
        foreach (var known in poll.Parts("votes"))
        {
            if (known.Text("fromConversationId") != from)
            {
                votes.Add(known.DeepClone());
            }
            else if (known.Number("voteCount") >= count)
            {
                return false;
            }
        }

        if (votes.Count < ClientLimits.ReactionsPerMessage)
        {
            votes.Add(new JsonObject
            {
                ["fromConversationId"] = from,
                ["optionIndexes"] = new JsonArray([.. options.Select(option => (JsonNode?)option)]),
                ["voteCount"] = count,
                ["timestamp"] = at,
            });
        }

        poll["votes"] = votes;
        return true;
    }

    /// <summary>The row that tells of a poll's end.</summary>
    public static StoredMessage EndOf(StoredMessage poll, long at, DateTimeOffset now, int device) => new()
    {
        Id = RowUuid.New(now),
        ConversationId = poll.ConversationId,
        Type = "poll-terminate",
        Source = poll.Source,
        SourceDevice = device,
        SentAt = at,
        ReceivedAt = now.ToUnixTimeMilliseconds(),
        Json = new JsonObject
        {
            ["pollTerminateNotification"] = new JsonObject
            {
                ["question"] = poll.Json.Part("poll")?.Text("question"),
                ["pollTimestamp"] = poll.SentAt,
            },
        },
    };
}
