namespace Fluister.Archive.Conversations;

/// <summary>What a conversation is between.</summary>
public enum ConversationKind
{
    /// <summary>Oneself and one other person.</summary>
    Direct,

    /// <summary>A group.</summary>
    Group,

    /// <summary>Oneself alone.</summary>
    NoteToSelf,
}

/// <summary>A person as a conversation knows them.</summary>
/// <param name="Id">Stable within the archive; for Signal Desktop the conversation id of that person.</param>
/// <param name="Name">What the owner of the archive sees: nickname, contact name, profile name, number, or "Unknown".</param>
/// <param name="ServiceId">ACI or PNI as text, where known.</param>
/// <param name="Number">Phone number in E.164 form, where known.</param>
/// <param name="IsSelf">True for the owner of the archive.</param>
public sealed record Participant(string Id, string Name, string? ServiceId = null, string? Number = null, bool IsSelf = false);

/// <summary>One conversation: with a person, with a group, or with oneself.</summary>
public sealed record Conversation
{
    /// <summary>Stable within the archive; for Signal Desktop a UUID.</summary>
    public required string Id { get; init; }

    /// <summary>With whom.</summary>
    public required ConversationKind Kind { get; init; }

    /// <summary>What the owner of the archive sees; never empty.</summary>
    public required string Name { get; init; }

    /// <summary>ACI or PNI of the other person, where known.</summary>
    public string? ServiceId { get; init; }

    /// <summary>Number of the other person, where known.</summary>
    public string? Number { get; init; }

    /// <summary>Group id as the store writes it.</summary>
    public string? GroupId { get; init; }

    /// <summary>Members of a group, as far as the store says; else the other person.</summary>
    public IReadOnlyList<Participant> Members { get; init; } = [];

    /// <summary>Moved to the archive by its owner.</summary>
    public bool IsArchived { get; init; }

    /// <summary>Time until new messages disappear, in seconds; 0 where they stay.</summary>
    public long ExpireTimer { get; init; }

    /// <summary>Last activity, where known.</summary>
    public Timestamp? ActiveAt { get; init; }

    /// <summary>Picture, where the store has one.</summary>
    public Attachment? Avatar { get; init; }
}
