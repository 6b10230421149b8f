using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Output;

namespace Fluister.Archive.Exports;

/// <summary>The conversations of an archive by id, and the names of their files; makes up those that only messages know of.</summary>
internal sealed class Roster(ConversationArchive archive, Selection selection)
{
    private readonly Dictionary<string, string> _stems = Names.Stems(archive.Conversations);
    private readonly Dictionary<string, Conversation> _conversations = archive.Conversations
        .DistinctBy(static c => c.Id, StringComparer.Ordinal).ToDictionary(static c => c.Id, StringComparer.Ordinal);

    /// <summary>Those that are selected, in the archive's order.</summary>
    internal IEnumerable<Conversation> Selected => archive.Conversations.Where(c => selection.Conversations?.Contains(c.Id) != false);

    internal Conversation Find(string id)
    {
        if (!_conversations.TryGetValue(id, out var conversation))
        {
            // A message may outlive its conversation.
            conversation = new Conversation { Id = id, Kind = ConversationKind.Direct, Name = "Unknown" };
            _conversations.Add(id, conversation);
        }

        return conversation;
    }

    internal string Stem(Conversation conversation)
    {
        if (!_stems.TryGetValue(conversation.Id, out var stem))
        {
            stem = Names.Stems([conversation])[conversation.Id];
            _stems.Add(conversation.Id, stem);
        }

        return stem;
    }
}
