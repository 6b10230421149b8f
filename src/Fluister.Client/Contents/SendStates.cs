using System.Text.Json.Nodes;
using Fluister.Client.Store;

namespace Fluister.Client.Contents;

/// <summary>How far a message of ours has come with each recipient: sendStateByConversationId, with Signal Desktop's words.</summary>
internal static class SendStates
{
    private const string Name = "sendStateByConversationId";

    // In rising order, but for Failed, from which any may come.
    private static readonly string[] Rising = ["Failed", "Pending", "Sent", "Delivered", "Read", "Viewed"];

    /// <summary>The state of a message that is to be sent: waiting for the recipient, and there for ourselves.</summary>
    public static JsonObject Pending(string conversation, string own, long at) => Of(conversation, own, "Pending", at);

    /// <summary>The state of a message that another device of ours has sent.</summary>
    public static JsonObject SentElsewhere(string conversation, string own, long at) => Of(conversation, own, "Sent", at);

    /// <summary>The server has it.</summary>
    public static StoredMessage Sent(StoredMessage message, string conversation, DateTimeOffset now) =>
        Raise(message, conversation, "Sent", now.ToUnixTimeMilliseconds());

    /// <summary>It was given up; what has arrived stays so.</summary>
    public static StoredMessage Failed(StoredMessage message, string conversation, DateTimeOffset now) =>
        Rank(StateOf(message, conversation)) > Rank("Pending")
            ? message
            : With(message, conversation, "Failed", now.ToUnixTimeMilliseconds());

    /// <summary>The message with the state raised; the same one where it is as high already.</summary>
    /// <param name="message">The message.</param>
    /// <param name="conversation">The id of the conversation with the recipient.</param>
    /// <param name="status">Sent, Delivered, Read or Viewed.</param>
    /// <param name="at">When, in milliseconds of Unix time.</param>
    public static StoredMessage Raise(StoredMessage message, string conversation, string status, long at) =>
        Rank(StateOf(message, conversation)) >= Rank(status) ? message : With(message, conversation, status, at);

    /// <summary>The state towards a recipient; null for who is none.</summary>
    public static string? StateOf(StoredMessage message, string conversation) =>
        message.Json.Part(Name)?.Part(conversation)?.Text("status");

    private static JsonObject Of(string conversation, string own, string status, long at)
    {
        var states = new JsonObject { [own] = State("Sent", at) };
        states[conversation] = State(status, at);
        return states;
    }

    private static JsonObject State(string status, long at) => new() { ["status"] = status, ["updatedAt"] = at };

    private static int Rank(string? status) => Array.IndexOf(Rising, status);

    private static StoredMessage With(StoredMessage message, string conversation, string status, long at)
    {
        var json = (JsonObject)message.Json.DeepClone();
        if (json.Part(Name) is not { } states)
        {
            json[Name] = states = [];
        }

        states[conversation] = State(status, at);

        // The newest version of an edited message has the states of the message.
        if (json.Parts("editHistory").FirstOrDefault() is { } version)
        {
            version[Name] = states.DeepClone();
        }

        return message with { Json = json };
    }
}
