using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.Client.Contents;

/// <summary>Where something in a conversation comes from.</summary>
internal sealed class Origin
{
    /// <summary>Who did it: another person, or ourselves with another device.</summary>
    public required ServiceId Author { get; init; }

    /// <summary>With which device.</summary>
    public required int Device { get; init; }

    /// <summary>The author's time, in milliseconds of Unix time.</summary>
    public required long Timestamp { get; init; }

    /// <summary>The server's time, in milliseconds of Unix time.</summary>
    public required long ServerTimestamp { get; init; }

    /// <summary>Our time.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Came under a seal.</summary>
    public bool IsSealed { get; init; }

    /// <summary>The server's id of the envelope.</summary>
    public Guid ServerGuid { get; init; }

    /// <summary>The conversation that it belongs to, as it stands now.</summary>
    public required StoredConversation Conversation { get; set; }

    /// <summary>What another device of ours says it sent; null for what others sent.</summary>
    public SyncMessage.Types.Sent? Transcript { get; init; }

    /// <summary>From another device of ours.</summary>
    public bool IsOurs => Transcript is not null;

    /// <summary>It waited for its message, which has come now.</summary>
    public bool IsReplay { get; init; }
}

/// <summary>What content did to the history.</summary>
/// <param name="ConversationId">The conversation that it belongs to; null for none.</param>
/// <param name="MessageId">The message that it made or changed; null for none.</param>
internal sealed record Effect(string? ConversationId, string? MessageId = null);
