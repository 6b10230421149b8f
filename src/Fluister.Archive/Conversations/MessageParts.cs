namespace Fluister.Archive.Conversations;

/// <summary>How a stretch of text looks, or that it names somebody.</summary>
public enum BodyStyle
{
    /// <summary>A kind not known yet.</summary>
    None,

    /// <summary>Bold.</summary>
    Bold,

    /// <summary>Italic.</summary>
    Italic,

    /// <summary>Hidden until asked for.</summary>
    Spoiler,

    /// <summary>Struck through.</summary>
    Strikethrough,

    /// <summary>Fixed width.</summary>
    Monospace,

    /// <summary>Names a participant; the text there is "@Name".</summary>
    Mention,
}

/// <summary>A stretch of text, in UTF-16 units.</summary>
public sealed record BodyRange(int Start, int Length, BodyStyle Style, Participant? Mention = null);

/// <summary>What a message answers, as its sender quoted it.</summary>
public sealed record Quote(Timestamp SentAt, Participant? Author, string? Text)
{
    /// <summary>The quoted message's id, where the store knows it.</summary>
    public string? MessageId { get; init; }

    /// <summary>Formatting and mentions in <see cref="Text"/>.</summary>
    public IReadOnlyList<BodyRange> Ranges { get; init; } = [];

    /// <summary>What was attached to the quoted message; often a thumbnail only.</summary>
    public IReadOnlyList<Attachment> Attachments { get; init; } = [];

    /// <summary>The quoted message could be looked at once only.</summary>
    public bool IsViewOnce { get; init; }
}

/// <summary>One person's reaction.</summary>
public sealed record Reaction(string Emoji, Participant? Sender, Timestamp SentAt);

/// <summary>An earlier version of a message.</summary>
public sealed record Edit(Timestamp SentAt, string? Body)
{
    /// <summary>Formatting and mentions in <see cref="Body"/>.</summary>
    public IReadOnlyList<BodyRange> Ranges { get; init; } = [];

    /// <summary>Files of that version.</summary>
    public IReadOnlyList<Attachment> Attachments { get; init; } = [];
}

/// <summary>A file in the store. Read it with <see cref="ConversationArchive.OpenAttachment"/>.</summary>
public sealed record Attachment
{
    /// <summary>MIME type as the sender said it; do not trust it.</summary>
    public string ContentType { get; init; } = "application/octet-stream";

    /// <summary>Name as the sender said it; do not trust it.</summary>
    public string? FileName { get; init; }

    /// <summary>Size of the plain file in bytes, as the store says; null where it does not.</summary>
    public long? Size { get; init; }

    /// <summary>Pixels.</summary>
    public int? Width { get; init; }

    /// <summary>Pixels.</summary>
    public int? Height { get; init; }

    /// <summary>Text under the picture.</summary>
    public string? Caption { get; init; }

    /// <summary>Recorded in the app.</summary>
    public bool IsVoiceMessage { get; init; }

    /// <summary>Path below the store's folder of files; null where the file was never fetched or is gone.</summary>
    public string? Path { get; init; }

    /// <summary>2: encrypted with <see cref="LocalKey"/>. 1 or 0: a plain file.</summary>
    public int Version { get; init; }

    /// <summary>Base64 of 32 bytes AES key and 32 bytes MAC key. Never exported.</summary>
    public string? LocalKey { get; init; }
}

/// <summary>A preview of a link.</summary>
public sealed record LinkPreview(string Url, string? Title, string? Description, Attachment? Image = null);

/// <summary>A contact that was shared.</summary>
public sealed record SharedContact(string Name, IReadOnlyList<string> Numbers, IReadOnlyList<string> Emails, string? Organization = null);

/// <summary>A sticker.</summary>
public sealed record Sticker(string PackId, int StickerId, string? Emoji, Attachment? Image = null);

/// <summary>An option of a poll and who chose it.</summary>
public sealed record PollOption(string Text, IReadOnlyList<Participant> Voters);

/// <summary>A poll.</summary>
public sealed record Poll(string Question, IReadOnlyList<PollOption> Options, bool AllowsMultiple, bool IsClosed);

/// <summary>A call. The words are the store's own, lower case ("direct", "group", "adhoc"; "audio",
/// "video"; "accepted", "missed", ...).</summary>
public sealed record Call(string Mode, string Medium, string Status, Timestamp? StartedAt = null, Timestamp? EndedAt = null);

/// <summary>Something that happened.</summary>
/// <param name="Text">A sentence in English.</param>
/// <param name="Json">The store's own record, for kinds that this program does not know; null for those it does.</param>
public sealed record ConversationEvent(string Text, string? Json = null);
