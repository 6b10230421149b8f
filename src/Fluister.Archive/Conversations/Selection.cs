namespace Fluister.Archive.Conversations;

/// <summary>Which messages to read, and the count of those left out for the sake of their senders.</summary>
public sealed class Selection
{
    /// <summary>Conversation ids; null for all.</summary>
    public IReadOnlySet<string>? Conversations { get; init; }

    /// <summary>Ids of senders; null for all.</summary>
    public IReadOnlySet<string>? Senders { get; init; }

    /// <summary>Kinds; null for all.</summary>
    public IReadOnlySet<MessageKind>? Kinds { get; init; }

    /// <summary>Sent at this time or later.</summary>
    public Timestamp? Since { get; init; }

    /// <summary>Sent before this time.</summary>
    public Timestamp? Until { get; init; }

    /// <summary>Only what the owner has not read.</summary>
    public bool UnreadOnly { get; init; }

    /// <summary>Take disappearing messages too.</summary>
    public bool IncludeDisappearing { get; init; }

    /// <summary>Take view-once messages too.</summary>
    public bool IncludeViewOnce { get; init; }

    /// <summary>The same choice with other conversations, and nothing counted yet.</summary>
    public Selection Copy(IReadOnlySet<string>? conversations) => new()
    {
        Conversations = conversations,
        Senders = Senders,
        Kinds = Kinds,
        Since = Since,
        Until = Until,
        UnreadOnly = UnreadOnly,
        IncludeDisappearing = IncludeDisappearing,
        IncludeViewOnce = IncludeViewOnce,
    };

    /// <summary>Messages that were left out because they disappear.</summary>
    public long OmittedDisappearing { get; private set; }

    /// <summary>Messages that were left out because they may be viewed once.</summary>
    public long OmittedViewOnce { get; private set; }

    /// <summary>Decides on one message; counts it where it is left out only because it disappears or may be viewed once.</summary>
    public bool Takes(Message message)
    {
        if ((Conversations is not null && !Conversations.Contains(message.ConversationId))
            || (Kinds is not null && !Kinds.Contains(message.Kind))
            || (Senders is not null && (message.Sender is null || !Senders.Contains(message.Sender.Id)))
            || message.SentAt < (Since ?? new Timestamp(long.MinValue))
            || (Until is { } until && message.SentAt >= until)
            || (UnreadOnly && !message.IsUnread))
        {
            return false;
        }

        if (message.IsViewOnce && !IncludeViewOnce)
        {
            OmittedViewOnce++;
            return false;
        }

        if (message.IsDisappearing && !IncludeDisappearing)
        {
            OmittedDisappearing++;
            return false;
        }

        return true;
    }
}
