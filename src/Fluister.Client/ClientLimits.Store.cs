namespace Fluister.Client;

internal static partial class ClientLimits
{
    /// <summary>Sessions that stay parsed in memory, some 20 KB each; more than the devices that one message goes to (127 of each of two
    /// accounts). Ours.</summary>
    public const int ParsedSessions = 512;

    /// <summary>Conversations that stay in memory, about 1 KB each. Ours.</summary>
    public const int CachedConversations = 2_000;

    /// <summary>Server's ids of envelopes that are remembered, so that one that comes again has no second effect. The server gives an
    /// envelope again only where its acknowledgement was lost: those of the last connection. Ours.</summary>
    public const int InboxMarks = 20_000;

    /// <summary>Unread messages that are given at once. Ours.</summary>
    public const int UnreadAtOnce = 1_000;

    /// <summary>Largest id of a pre-key; after it comes 1 (Signal Desktop, MAX_PREKEY_ID less its reserve: 2^24 - 2).</summary>
    public const uint PreKeyId = 0xFFFFFE;

    /// <summary>Parts of one kind (files, reactions, mentions, edits) of a message that get rows of their own; Signal allows 32 files, and
    /// ten edits. Ours, against senders that do not care.</summary>
    public const int MessageParts = 1_000;
}
