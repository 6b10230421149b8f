namespace Fluister.Archive.Conversations;

/// <summary>What kind of thing stands in the conversation.</summary>
public enum MessageKind
{
    /// <summary>Something that a person wrote or sent.</summary>
    Text,

    /// <summary>A story.</summary>
    Story,

    /// <summary>A call.</summary>
    Call,

    /// <summary>Something that happened: a group change, a timer change, a new safety number, or a kind not known yet.</summary>
    Event,
}

/// <summary>From whom to whom.</summary>
public enum MessageDirection
{
    /// <summary>Neither: an event.</summary>
    None,

    /// <summary>From somebody else.</summary>
    Incoming,

    /// <summary>From the owner of the archive.</summary>
    Outgoing,
}

/// <summary>One message, call or event in a conversation.</summary>
public sealed class Message
{
    /// <summary>The store's own id; it survives edits and is never given again.</summary>
    public required string Id { get; init; }

    /// <summary>Position in the store: grows with insertion and is stable; not an order of conversation.</summary>
    public long RowId { get; init; }

    /// <summary><see cref="Conversation.Id"/>.</summary>
    public required string ConversationId { get; init; }

    /// <summary>The kind.</summary>
    public MessageKind Kind { get; init; }

    /// <summary>The store's own word for the kind ("incoming", "group-v2-change", ...), kept as it is.</summary>
    public string Type { get; init; } = "";

    /// <summary>The direction.</summary>
    public MessageDirection Direction { get; init; }

    /// <summary>Who wrote it or caused it; null where the store does not say.</summary>
    public Participant? Sender { get; init; }

    /// <summary>By the sender's clock. Names the message within a conversation together with the sender.</summary>
    public Timestamp SentAt { get; init; }

    /// <summary>By this computer's clock.</summary>
    public Timestamp ReceivedAt { get; init; }

    /// <summary>Text with mentions already written as "@Name"; null where there is none.
    /// May hold lone surrogates' replacement U+FFFD.</summary>
    public string? Body { get; init; }

    /// <summary>Formatting and mentions, in UTF-16 units of <see cref="Body"/>, within its bounds, by start.</summary>
    public IReadOnlyList<BodyRange> Ranges { get; init; } = [];

    /// <summary>What it answers.</summary>
    public Quote? Quote { get; init; }

    /// <summary>Reactions to it.</summary>
    public IReadOnlyList<Reaction> Reactions { get; init; } = [];

    /// <summary>Files sent with it.</summary>
    public IReadOnlyList<Attachment> Attachments { get; init; } = [];

    /// <summary>Earlier versions, oldest first; the message itself is the newest.</summary>
    public IReadOnlyList<Edit> Edits { get; init; } = [];

    /// <summary>Previews of links in the text.</summary>
    public IReadOnlyList<LinkPreview> Previews { get; init; } = [];

    /// <summary>Contacts shared with it.</summary>
    public IReadOnlyList<SharedContact> Contacts { get; init; } = [];

    /// <summary>The sticker that it is.</summary>
    public Sticker? Sticker { get; init; }

    /// <summary>The poll that it is.</summary>
    public Poll? Poll { get; init; }

    /// <summary>The call that it is.</summary>
    public Call? Call { get; init; }

    /// <summary>The event that it is.</summary>
    public ConversationEvent? Event { get; init; }

    /// <summary>Not read yet by the owner of the archive.</summary>
    public bool IsUnread { get; init; }

    /// <summary>Its content is gone: deleted for everyone by its sender, or looked at once where it could be looked at once only.</summary>
    public bool IsErased { get; init; }

    /// <summary>May be looked at once only.</summary>
    public bool IsViewOnce { get; init; }

    /// <summary>Pinned in its conversation.</summary>
    public bool IsPinned { get; init; }

    /// <summary>Time until it disappears after it was read, in seconds; 0 where it stays.</summary>
    public long ExpireTimer { get; init; }

    /// <summary>The story that it answers.</summary>
    public string? StoryId { get; init; }

    /// <summary>True where it disappears.</summary>
    public bool IsDisappearing => ExpireTimer > 0;
}
