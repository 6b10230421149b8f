using Fluister.Server.Limits;

namespace Fluister.Server;

// Attachments. Counts are Signal's; the quotas of bytes are ours, and are counted in the database, so that a restart does not fill them.
internal static partial class ServerLimits
{
    /// <summary>Most bytes of an attachment: 100 MiB and what encryption adds, as Signal's clients are set to.</summary>
    public const long Attachment = 105 * 1024 * 1024;

    /// <summary>Bytes of the disk that attachments leave free, for messages: 1 GiB.</summary>
    public const long DiskReserve = 1L << 30;

    /// <summary>Most bytes of attachments that an account begins to upload within <see cref="AttachmentDay"/>: 2 GiB.</summary>
    public const long AttachmentBytesOfADay = 2L << 30;

    /// <summary>Most bytes of attachments that are kept for an account: 16 GiB.</summary>
    public const long AttachmentBytesOfAnAccount = 16L << 30;

    /// <summary>After how many bytes of an upload the disk's room is looked at again: 1 MiB, a power of two.</summary>
    public const long DiskLook = 1L << 20;

    /// <summary>Attachments of an account: 50, one in 1.2 seconds, as Signal's.</summary>
    public static readonly Limit Attachments = new("attachments", 50, TimeSpan.FromSeconds(1.2));

    /// <summary>What <see cref="AttachmentBytesOfADay"/> looks back on.</summary>
    public static readonly TimeSpan AttachmentDay = TimeSpan.FromDays(1);

    /// <summary>How long an attachment is kept: 45 days, longer than a message waits for a device.</summary>
    public static readonly TimeSpan AttachmentAge = TimeSpan.FromDays(45);

    /// <summary>How long an upload may be resumed: 7 days.</summary>
    public static readonly TimeSpan UploadAge = TimeSpan.FromDays(7);
}
