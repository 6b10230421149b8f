using System.Text.Json.Nodes;
using Fluister.Protocol.Addresses;

namespace Fluister.Client.Store;

/// <summary>A row of the table messages: columns, and what Signal Desktop keeps in its JSON.</summary>
internal sealed record StoredMessage
{
    /// <summary>A UUID, drawn here.</summary>
    public required string Id { get; init; }

    /// <summary>Its position in the table; 0 for one that is not written yet.</summary>
    public long RowId { get; init; }

    /// <summary>The conversation's id.</summary>
    public required string ConversationId { get; init; }

    /// <summary>"incoming", "outgoing", "keychange", "timer-notification", ... (Signal Desktop's words).</summary>
    public required string Type { get; init; }

    /// <summary>Who wrote it.</summary>
    public ServiceId? Source { get; init; }

    /// <summary>With which device.</summary>
    public int SourceDevice { get; init; }

    /// <summary>By the sender's clock, in milliseconds of Unix time; with the sender it names the message. An edit keeps it.</summary>
    public required long SentAt { get; init; }

    /// <summary>By this computer's clock, in milliseconds of Unix time.</summary>
    public required long ReceivedAt { get; init; }

    /// <summary>By the server's clock.</summary>
    public long? ServerTimestamp { get; init; }

    /// <summary>The text.</summary>
    public string? Body { get; init; }

    /// <summary>Seconds until it disappears after <see cref="ExpirationStart"/>; 0 where it stays.</summary>
    public long ExpireTimer { get; init; }

    /// <summary>When the timer began, in milliseconds of Unix time.</summary>
    public long? ExpirationStart { get; init; }

    /// <summary>Not read yet.</summary>
    public bool IsUnread { get; init; }

    /// <summary>Deleted for everyone, or looked at once.</summary>
    public bool IsErased { get; init; }

    /// <summary>May be looked at once.</summary>
    public bool IsViewOnce { get; init; }

    /// <summary>Came, or went, under a seal.</summary>
    public bool IsSealed { get; init; }

    /// <summary>Everything else, by Signal Desktop's names: bodyRanges, quote, reactions, attachments, editHistory, sticker, poll, preview,
    /// sendStateByConversationId, serverGuid, ...</summary>
    public JsonObject Json { get; init; } = [];
}
