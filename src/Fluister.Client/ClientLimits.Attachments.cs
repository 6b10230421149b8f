namespace Fluister.Client;

/// <content>Attachments, on the way and on the disk.</content>
internal static partial class ClientLimits
{
    /// <summary>Bytes of an attachment that is sent, or fetched where nobody says otherwise. Signal's.</summary>
    public const long AttachmentBytes = 100L << 20;

    /// <summary>How much larger than expected encrypted bytes may be: other clients pad otherwise. Ours.</summary>
    public const double PaddingSlack = 1.06;

    /// <summary>Bytes of an avatar. Signal's.</summary>
    public const int AvatarBytes = 10 << 20;

    /// <summary>Bytes that are read, encrypted and sent at once. Ours.</summary>
    public const int TransferPiece = 64 << 10;

    /// <summary>Tries of an upload or a download one after the other without a byte of progress. Ours.</summary>
    public const int TransferTries = 5;

    /// <summary>From this size on, what has come of an attachment outlives a crash. Ours.</summary>
    public const long PartialFrom = 1 << 20;

    /// <summary>Attachments of which a part is kept; the oldest go. Ours.</summary>
    public const int PartialDownloads = 16;

    /// <summary>Characters of an attachment's key at the server. Ours: Signal's have less than half of that.</summary>
    public const int CdnKeyLength = 128;

    /// <summary>Time in which something of an upload or a download must get on. Ours, as the server's for a WebSocket.</summary>
    public static readonly TimeSpan TransferStall = TimeSpan.FromSeconds(60);

    /// <summary>How long a part of an attachment is kept. Ours.</summary>
    public static readonly TimeSpan PartialAge = TimeSpan.FromDays(7);

    /// <summary>How long a form for an upload is used; after that a new one is asked for. Ours: it is good for seven days.</summary>
    public static readonly TimeSpan UploadForm = TimeSpan.FromDays(6);
}
