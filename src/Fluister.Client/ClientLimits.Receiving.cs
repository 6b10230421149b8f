namespace Fluister.Client;

internal static partial class ClientLimits
{
    /// <summary>Envelopes that share one commit under load: 64. Ours.</summary>
    public const int EnvelopesPerCommit = 64;

    /// <summary>Envelopes from which on seals are opened on all cores: 4. Ours.</summary>
    public const int UnsealInParallelFrom = 4;

    /// <summary>Events that wait for the program to read them before receiving pauses: 4,096. What sending tells is dropped at twice as
    /// many: the history has it. Ours.</summary>
    public const int WaitingEvents = 4_096;

    /// <summary>Sender certificates that are known to hold: 1,000. Ours.</summary>
    public const int KnownCertificates = 1_000;

    /// <summary>Times that one message is sent again to the device that asks for it: 5, as Signal Desktop.</summary>
    public const int Resends = 5;

    /// <summary>Retry receipts to one person within <see cref="RetryReceiptWindow"/>: 10, as Signal Android.</summary>
    public const int RetryReceipts = 10;

    /// <summary>Devices or messages of which it is remembered how often something was done: 10,000. Ours.</summary>
    public const int Tallies = 10_000;

    /// <summary>The time within which retry receipts are counted: 3 hours, as Signal Android.</summary>
    public static readonly TimeSpan RetryReceiptWindow = TimeSpan.FromHours(3);

    /// <summary>A session that cannot be repaired otherwise is begun anew at most once an hour, as Signal Android.</summary>
    public static readonly TimeSpan SessionReset = TimeSpan.FromHours(1);

    /// <summary>The first pause after the store failed: a second; envelopes wait at the server. Ours.</summary>
    public static readonly TimeSpan StorePause = TimeSpan.FromSeconds(1);
}
