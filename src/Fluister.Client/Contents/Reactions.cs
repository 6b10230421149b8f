using System.Text.Json.Nodes;
using Fluister.Client.Store;
using Fluister.Wire.Protos;

namespace Fluister.Client.Contents;

/// <summary>Reactions: one of each person to each message; a new one takes the place of the one before.</summary>
internal sealed class Reactions(ClientStore store, Targets targets, PendingEffects pending)
{
    /// <summary>Takes a reaction.</summary>
    /// <exception cref="ClientException">Malformed: no emoji, or no message named.</exception>
    public Effect? Handle(Origin origin, DataMessage data)
    {
        var reaction = data.Reaction;
        if (ContentIds.Aci(reaction.TargetAuthorAciBinary, reaction.TargetAuthorAci) is not { } author
            || ContentIds.Timestamp(reaction.TargetSentTimestamp) is not { } sentAt
            || (!reaction.Remove && !EmojiText.IsOne(reaction.Emoji)))
        {
            throw new ClientException(ClientError.Malformed, "A reaction that came names no message, or is no emoji.");
        }

        if (!targets.TryFind(origin, author, sentAt, out var message))
        {
            pending.Add(origin, author, sentAt, new Content { DataMessage = data });
            return new Effect(origin.Conversation.Id);
        }

        if (message is null || !Change(message.Json, FromId(origin), sentAt, origin.Timestamp,
            reaction.Remove ? null : reaction.Emoji))
        {
            return null;
        }

        store.Messages.Update(message);
        return new Effect(message.ConversationId, message.Id);
    }

    /// <summary>Changes a message's list of reactions; false where it stands so already.</summary>
    /// <param name="json">The message's.</param>
    /// <param name="from">The id of the conversation with the person who reacts.</param>
    /// <param name="target">The message's time of sending that the reaction names.</param>
    /// <param name="at">The reaction's own.</param>
    /// <param name="emoji">The emoji; null to take it back.</param>
    public static bool Change(JsonObject json, string from, long target, long at, string? emoji)
    {
        var list = new JsonArray();
        JsonObject? earlier = null;
        foreach (var known in json.Parts("reactions"))
        {
            if (known.Text("fromId") == from)
            {
                earlier = known;
            }
            else
            {
                list.Add(known.DeepClone());
            }
        }

        // What came late must not undo what came after it; the same one again changes nothing.
        if (earlier is null ? emoji is null : earlier.Number("timestamp") >= at)
        {
            return false;
        }

        if (emoji is not null && list.Count < ClientLimits.ReactionsPerMessage)
        {
            list.Add(new JsonObject { ["emoji"] = emoji, ["fromId"] = from, ["targetTimestamp"] = target, ["timestamp"] = at });
        }

        json["reactions"] = list;
        return true;
    }

    private string FromId(Origin origin) => store.Conversations.GetOrAdd(origin.Author).Id;
}
