using Fluister.Client.Store;

namespace Fluister.Client.Contents;

/// <summary>What we may change of messages, by Signal's rules for who sends.</summary>
internal static class OwnChanges
{
    /// <summary>A message of ours with a new text.</summary>
    /// <exception cref="ClientException">BadInput: too old, too often, or not a message that can be edited.</exception>
    public static StoredMessage Edit(
        ClientContext context, StoredConversation conversation, StoredMessage message, ShownContent content, long at)
    {
        var edits = message.Json.Parts("editHistory").Count();
        if (!Edits.MayBeEdited(message))
        {
            throw new ClientException(ClientError.BadInput, "Only texts can be edited: no stickers, polls, contacts and voice messages.");
        }

        CheckAge(context, conversation, message, "edited");
        if (edits > ClientLimits.EditsPerMessage && !IsNoteToSelf(context, conversation))
        {
            throw new ClientException(
                ClientError.BadInput, $"The message was edited {ClientLimits.EditsPerMessage} times: send another message.");
        }

        var edited = Edits.Apply(message, content, at, context.Clock.GetUtcNow(), serverTimestamp: null)
            ?? throw new ClientException(ClientError.BadInput, "The message has too many versions: send another message.");
        var own = context.Store.Conversations.GetOrAdd(context.Self.Aci).Id;
        var states = SendStates.Pending(conversation.Id, own, at);
        edited.Json["sendStateByConversationId"] = states;
        edited.Json.Parts("editHistory").First()["sendStateByConversationId"] = states.DeepClone();
        return edited;
    }

    /// <summary>A message of ours, deleted for everyone.</summary>
    /// <exception cref="ClientException">BadInput: too old.</exception>
    public static StoredMessage Delete(ClientContext context, StoredConversation conversation, StoredMessage message, long at)
    {
        CheckAge(context, conversation, message, "deleted for everyone");
        return Erasure.ForEveryone(message, at);
    }

    /// <summary>Writes our vote into a poll; gives the vote's number.</summary>
    /// <exception cref="ClientException">BadInput.</exception>
    public static long Vote(ClientContext context, StoredMessage message, IReadOnlyList<int> options, long at)
    {
        if (message.Json.Part("poll") is not { } poll)
        {
            throw new ClientException(ClientError.BadInput, "The message is no poll.");
        }

        var own = context.Store.Conversations.GetOrAdd(context.Self.Aci).Id;
        var count = 1 + poll.Parts("votes").Where(vote => vote.Text("fromConversationId") == own)
            .Select(vote => vote.Number("voteCount") ?? 0).DefaultIfEmpty(0).Max();
        return PollVotes.Change(poll, own, [.. options.Distinct().Select(option => (long)option)], count, at)
            ? count
            : throw new ClientException(
                ClientError.BadInput, "The poll is closed, has no such option, or takes one option only.");
    }

    /// <summary>Closes a poll.</summary>
    /// <exception cref="ClientException">BadInput.</exception>
    public static void EndPoll(StoredMessage message, long at)
    {
        if (message.Json.Part("poll") is not { } poll || poll.ContainsKey("terminatedAt"))
        {
            throw new ClientException(ClientError.BadInput, "The message is no poll, or it is closed.");
        }

        poll["terminatedAt"] = at;
    }

    private static void CheckAge(ClientContext context, StoredConversation conversation, StoredMessage message, string what)
    {
        if (context.Clock.GetUtcNow().ToUnixTimeMilliseconds() - message.SentAt > ClientLimits.ChangeOwn.TotalMilliseconds
            && !IsNoteToSelf(context, conversation))
        {
            throw new ClientException(ClientError.BadInput, $"The message is more than a day old: it cannot be {what} any more.");
        }
    }

    private static bool IsNoteToSelf(ClientContext context, StoredConversation conversation) =>
        conversation.ServiceId == context.Self.Aci;
}
