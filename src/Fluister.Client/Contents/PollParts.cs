using System.Text.Json.Nodes;
using PollCreate = Fluister.Wire.Protos.DataMessage.Types.PollCreate;

namespace Fluister.Client.Contents;

/// <summary>Polls as they are asked.</summary>
internal static class PollParts
{
    /// <summary>The store's form; null for none.</summary>
    /// <exception cref="ClientException">Malformed: not a poll that Signal allows.</exception>
    public static JsonObject? Read(PollCreate? poll) => poll is null ? null
        : Of(poll.Question, poll.Options, poll.AllowMultiple)
            ?? throw new ClientException(ClientError.Malformed, "A poll that came has no question, or not two to ten options.");

    /// <summary>The store's form; null for what is no poll that Signal allows.</summary>
    public static JsonObject? Of(string question, IReadOnlyCollection<string> options, bool allowsMultiple) =>
        IsFilled(question) && options.Count is >= ClientLimits.PollOptionsAtLeast and <= ClientLimits.PollOptions && options.All(IsFilled)
            ? new JsonObject
            {
                ["question"] = CleanText.Of(question),
                ["options"] = new JsonArray([.. options.Select(option => (JsonNode?)CleanText.Of(option))]),
                ["allowMultiple"] = allowsMultiple,
                ["votes"] = new JsonArray(),
            }
            : null;

    /// <summary>From the store's form to a message's.</summary>
    public static PollCreate? Write(JsonObject? json)
    {
        if (json is null)
        {
            return null;
        }

        var poll = new PollCreate { Question = json.Text("question") ?? "", AllowMultiple = json.Flag("allowMultiple") };
        poll.Options.Add(json.Texts("options"));
        return poll;
    }

    private static bool IsFilled(string text) =>
        text.Length is > 0 and <= ClientLimits.FieldCharacters && !string.IsNullOrWhiteSpace(text)
        && EmojiText.Count(text, ClientLimits.PollCharacters) <= ClientLimits.PollCharacters;
}
