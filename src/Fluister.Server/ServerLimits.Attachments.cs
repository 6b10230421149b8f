using Fluister.Server.Limits;

namespace Fluister.Server;

// Attachments. Counts are Signal's; the quota of bytes is ours.
internal static partial class ServerLimits
{
    /// <summary>Most bytes of an attachment: 100 MiB and what encryption adds, as Signal's clients are set to.</summary>
    public const long Attachment = 105 * 1024 * 1024;

    /// <summary>Bytes of the disk that attachments leave free, for messages: 1 GiB.</summary>
    public const long DiskReserve = 1L << 30;

    /// <summary>Attachments of an account: 50, one in 1.2 seconds, as Signal's.</summary>
    public static readonly Limit Attachments = new("attachments", 50, TimeSpan.FromSeconds(1.2));

    /// <summary>Mebibytes that an account uploads: 2048, and as much again each day.</summary>
    public static readonly Limit AttachmentMebibytes = new("attachmentMebibytes", 2048, TimeSpan.FromDays(1) / 2048);

    /// <summary>How long an attachment is kept: 45 days, longer than a message waits for a device.</summary>
    public static readonly TimeSpan AttachmentAge = TimeSpan.FromDays(45);

    /// <summary>How long an upload may be resumed: 7 days.</summary>
    public static readonly TimeSpan UploadAge = TimeSpan.FromDays(7);
}
