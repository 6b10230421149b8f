namespace Fluister.Client;

internal static partial class ClientLimits
{
    /// <summary>Bytes of content that a message may have: 90 KiB. The server takes 96 KiB of one device's message, with handshake,
    /// certificate and seal. Ours.</summary>
    public const int ContentBytes = 90 * 1024;

    /// <summary>Recipients that are sent to at the same time: 8. Ours.</summary>
    public const int ParallelRecipients = 8;

    /// <summary>Messages of the outbox that are held in memory: 1,000. Ours.</summary>
    public const int LoadedMessages = 1_000;

    /// <summary>Messages that one look into the outbox reads: 100. Ours.</summary>
    public const int OutboxPage = 100;

    /// <summary>Answers to one message in one go that name other devices, or refuse an access key, before there is a pause: 5. Honest
    /// servers need three. Ours.</summary>
    public const int SendRounds = 5;

    /// <summary>Goes, with pauses between, after which a message is given up whose answers make no sense: 5. Ours.</summary>
    public const int SenselessAnswers = 5;

    /// <summary>Results of sending that are remembered for who asks late: 1,000. Ours.</summary>
    public const int RememberedResults = 1_000;

    /// <summary>The pause where the server wants one without saying how long: a minute. Ours.</summary>
    public static readonly TimeSpan UnstatedPause = TimeSpan.FromMinutes(1);

    /// <summary>The longest pause that a server may ask for: a day. Ours.</summary>
    public static readonly TimeSpan LongestStatedPause = TimeSpan.FromDays(1);

    /// <summary>How long it is believed that an account has no other device: an hour. Ours.</summary>
    public static readonly TimeSpan SoleDeviceBelieved = TimeSpan.FromHours(1);

    /// <summary>A sender certificate is renewed a day before it expires. Ours.</summary>
    public static readonly TimeSpan CertificateRenewal = TimeSpan.FromDays(1);

    /// <summary>What was sent is kept for a day, to be sent again to who could not read it. Signal's servers say for how long; a day is its
    /// clients' own.</summary>
    public static readonly TimeSpan SendLogKept = TimeSpan.FromDays(1);

    /// <summary>The send log is pruned once an hour. Ours.</summary>
    public static readonly TimeSpan SendLogPruning = TimeSpan.FromHours(1);
}
