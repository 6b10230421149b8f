namespace Fluister.Server;

/// <summary>Bounds of the server, by name. Where clients must agree, the value is Signal's (facts on its service, August 2026).</summary>
internal static partial class ServerLimits
{
    /// <summary>Most bytes of a request's body where its route does not say otherwise: 1 MiB.</summary>
    public const int Body = 1024 * 1024;

    /// <summary>Most bytes of one message's content for one device: 96 KiB, as Signal's.</summary>
    public const int MessageContent = 96 * 1024;

    /// <summary>Latest time of a message, in milliseconds: JavaScript's, as Signal's (facts: MessageController).</summary>
    public const long LatestTimestamp = 86_400_000L * 100_000_000L;

    /// <summary>Most messages that one device has been sent and has not acknowledged: 256, as Signal's.</summary>
    public const int InFlight = 256;

    /// <summary>Most letters that one read of a mailbox brings.</summary>
    public const int LettersRead = 64;

    /// <summary>Most bytes that one read of a mailbox brings, but for the letter that goes beyond: 256 KiB, so that a slow reader holds
    /// no more.</summary>
    public const int LettersReadBytes = 256 * 1024;

    /// <summary>Most letters that are kept for one device: 50,000. A primary's oldest go; a linked device is unlinked.</summary>
    public const int MailboxLetters = 50_000;

    /// <summary>Most bytes that are kept for one device: 512 MiB. What goes to many counts in full.</summary>
    public const long MailboxBytes = 512L * 1024 * 1024;

    /// <summary>Most expired letters that one transaction deletes, so that others need not wait.</summary>
    public const int PurgedAtOnce = 1000;

    /// <summary>Most reports of spam that are kept; the oldest goes.</summary>
    public const int Reports = 10_000;

    /// <summary>Most recipients of a message for many: groups of 1,000, with room for those that are left out.</summary>
    public const int MultiRecipients = 2048;

    /// <summary>Most devices of an account: 6, as Signal's.</summary>
    public const int Devices = 6;

    /// <summary>Most one-time pre-keys of a kind, for each identity of each device: 100, as Signal's.</summary>
    public const int OneTimePreKeys = 100;

    /// <summary>Most bytes of one gRPC message: 800 KiB. The largest of Signal's carries a sealed message for many, of up to 762,144
    /// bytes.</summary>
    public const int GrpcMessage = 800 * 1024;

    /// <summary>How long the socket of a device that has just removed itself stays, so that the answer is read before the socket closes: a
    /// second. The official client drops what it waits for with its socket.</summary>
    public static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    /// <summary>A letter for connected devices that has waited for its socket for this long is dropped: 10 seconds, as Signal's.</summary>
    public static readonly TimeSpan OfferAge = TimeSpan.FromSeconds(10);

    /// <summary>When to try again where too much waits for the database.</summary>
    public static readonly TimeSpan BusyRetry = TimeSpan.FromSeconds(2);

    /// <summary>When to try again where the disk is full, or fails.</summary>
    public static readonly TimeSpan DiskRetry = TimeSpan.FromMinutes(1);

    /// <summary>How often what has expired is deleted.</summary>
    public static readonly TimeSpan Housekeeping = TimeSpan.FromMinutes(10);

    /// <summary>How long an unread message is kept: 30 days, as Signal's.</summary>
    public static readonly TimeSpan MessageAge = TimeSpan.FromDays(30);

    /// <summary>How long a sender certificate holds: 7 days, as Signal's.</summary>
    public static readonly TimeSpan SenderCertificate = TimeSpan.FromDays(7);
}
