using System.Text.Json.Nodes;
using Fluister.Client.Accounts;
using Fluister.Client.Contacts;
using Fluister.Client.Store;
using Response = Fluister.Wire.Protos.SyncMessage.Types.MessageRequestResponse.Types.Type;

namespace Fluister.Client.Contents;

/// <summary>What was said of a message request, here or on another device: whether the person may write to us.</summary>
internal static class RequestResponses
{
    /// <summary>Gives an answer its effect.</summary>
    public static void Apply(ClientContext context, StoredConversation conversation, Response response, long at, DateTimeOffset now)
    {
        var (wasBlocked, wasShared) = (MessageRequests.IsBlocked(conversation), conversation.Json.Flag("profileSharing"));
        var isBlocked = response is Response.Block or Response.BlockAndDelete or Response.BlockAndSpam
            || (wasBlocked && response is not Response.Accept);
        var isNew = conversation.Json.Number("messageRequestResponseType") != (int)response || wasBlocked != isBlocked;
        conversation.Json["messageRequestResponseType"] = (int)response;
        conversation.Json.Put("isBlocked", isBlocked ? true : null);
        if (response == Response.Accept)
        {
            conversation.Json["profileSharing"] = true;
            conversation.Json.Remove("removalStage");
        }
        else if (isBlocked)
        {
            conversation.Json["profileSharing"] = false;
        }

        conversation.Json["needsStorageServiceSync"] = true;
        context.Store.Conversations.Save(conversation);
        Upkeep.Need(context.Store.Items, UpkeepTask.WriteStorage);
        if (isBlocked && !wasBlocked && wasShared && context.Self.IsPrimary)
        {
            // They have the profile's key: with another one they neither read what is set from now on, nor write under a seal.
            ProfileKeyRotation.Rotate(context);
        }

        if (response is Response.Delete or Response.BlockAndDelete)
        {
            LocalDeletes.Clear(context, conversation, through: null);
        }
        else if (isNew && Word(response) is { } word)
        {
            Tell(context, conversation, word, at, now);
        }
    }

    /// <summary>Takes a block away; the person's messages wait as a request again, unless they were accepted.</summary>
    public static void Unblock(ClientContext context, StoredConversation conversation, long at, DateTimeOffset now)
    {
        conversation.Json.Remove("isBlocked");
        conversation.Json["needsStorageServiceSync"] = true;
        if (conversation.Json.Number("messageRequestResponseType") != MessageRequests.Accepted)
        {
            conversation.Json.Remove("messageRequestResponseType");
        }

        context.Store.Conversations.Save(conversation);
        Upkeep.Need(context.Store.Items, UpkeepTask.WriteStorage);
        Tell(context, conversation, "UNBLOCK", at, now);
    }

    private static string? Word(Response response) => response switch
    {
        Response.Accept => "ACCEPT",
        Response.Block => "BLOCK",
        Response.Spam or Response.BlockAndSpam => "SPAM",
        _ => null,
    };

    private static void Tell(ClientContext context, StoredConversation conversation, string word, long at, DateTimeOffset now) =>
        context.Store.Messages.Add(new StoredMessage
        {
            Id = RowUuid.New(now),
            ConversationId = conversation.Id,
            Type = "message-request-response-event",
            SentAt = at,
            ReceivedAt = now.ToUnixTimeMilliseconds(),
            Json = new JsonObject { ["messageRequestResponseEvent"] = word },
        });
}
