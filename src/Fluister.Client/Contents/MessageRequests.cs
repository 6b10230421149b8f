using Fluister.Client.Store;

namespace Fluister.Client.Contents;

/// <summary>Whether a person may write to us: somebody whom we never wrote to waits as a request until we accept.</summary>
internal static class MessageRequests
{
    /// <summary>messageRequestResponseType of an accepted conversation (SyncMessage.MessageRequestResponse.Type).</summary>
    public const int Accepted = 1;

    /// <summary>Whether it was accepted: by word, by writing to it, or by making the person a contact.</summary>
    public static bool IsAccepted(StoredConversation conversation) =>
        conversation.Json.Number("messageRequestResponseType") == Accepted || conversation.Json.Flag("profileSharing")
        || conversation.Json.Number("sentMessageCount") > 0 || !string.IsNullOrEmpty(conversation.Name);

    /// <summary>Whether nothing of this person is taken.</summary>
    public static bool IsBlocked(StoredConversation? conversation) => conversation?.Json.Flag("isBlocked") ?? false;
}
