namespace Fluister.Client;

/// <summary>Bounds of what a message holds.</summary>
internal static partial class ClientLimits
{
    /// <summary>Bytes of UTF-8 of a text that stands in the message itself; what is longer goes as a file beside it. Signal's.</summary>
    public const int BodyBytes = 2_048;

    /// <summary>Bytes of UTF-8 of a text that goes as a file. Signal's.</summary>
    public const int LongTextBytes = 64 << 10;

    /// <summary>UTF-16 units of any other text of a message: a title, a file's name, a quoted text. Ours.</summary>
    public const int FieldCharacters = 4_096;

    /// <summary>Files of one message; those beyond are left out. Signal's.</summary>
    public const int AttachmentsPerMessage = 32;

    /// <summary>Ranges of one style, and mentions, of one text; those beyond are left out. Signal's.</summary>
    public const int RangesPerStyle = 250;

    /// <summary>Numbers, addresses and so on of a shared contact, of each kind. Ours.</summary>
    public const int ValuesPerContact = 64;

    /// <summary>Options of a poll, at the least. Signal's.</summary>
    public const int PollOptionsAtLeast = 2;

    /// <summary>Options of a poll, at most. Signal's.</summary>
    public const int PollOptions = 10;

    /// <summary>Characters as people see them of a poll's question and of each option. Signal's.</summary>
    public const int PollCharacters = 100;

    /// <summary>UTF-16 units of one emoji; the longest there is has 35. Ours.</summary>
    public const int EmojiCharacters = 64;

    /// <summary>Reactions to one message: a group has at most 1,001 members. Signal's.</summary>
    public const int ReactionsPerMessage = 1_001;

    /// <summary>Versions of a message that are kept; Signal's clients make at most ten and the original. Ours.</summary>
    public const int VersionsPerMessage = 100;

    /// <summary>Times that a message of ours may be edited. Signal's.</summary>
    public const int EditsPerMessage = 10;

    /// <summary>How old a message may be when its author edits or deletes it here. Signal's.</summary>
    public static readonly TimeSpan ChangeOwn = TimeSpan.FromDays(1);

    /// <summary>How old a message may be when an edit or a deletion of its author comes, by the server's times. Signal's.</summary>
    public static readonly TimeSpan ChangeReceived = TimeSpan.FromDays(2);

    /// <summary>Messages named by one receipt, or by one list of a sync message; those beyond are left out. Ours.</summary>
    public const int TargetsPerContent = 10_000;

    /// <summary>Messages named by one receipt of somebody else that have not come yet, and are waited for: one person must not fill the
    /// place that all effects share. Ours.</summary>
    public const int UnknownTargetsPerReceipt = 100;

    /// <summary>Messages named by one receipt that is sent; more become several receipts. Ours.</summary>
    public const int TargetsPerReceipt = 500;

    /// <summary>Effects whose message has not come yet, in all; beyond it the oldest are forgotten. Ours.</summary>
    public const int PendingEffects = 2_000;

    /// <summary>The last time that a date of JavaScript can be, in milliseconds of Unix time. Signal's.</summary>
    public const long LatestTimestamp = 8_640_000_000_000_000;

    /// <summary>Messages that one deletion of a whole conversation looks at in one step. Ours.</summary>
    public const int DeletedAtOnce = 500;

    /// <summary>Bytes of a contacts list of the primary device. Ours: 100,000 people with small pictures.</summary>
    public const int ContactListBytes = 64 << 20;

    /// <summary>Bytes of one entry of a contacts list, without its picture. Ours.</summary>
    public const int ContactEntryBytes = 64 << 10;

    /// <summary>Encrypted bytes of a file after which it is told again how far it is. Ours.</summary>
    public const long TransferReportBytes = 1 << 20;

    /// <summary>Messages by which a deleted conversation's end is named to other devices. Signal's.</summary>
    public const int AddressedByDeletion = 5;
}
