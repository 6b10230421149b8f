namespace Fluister.Client;

internal static partial class ClientLimits
{
    /// <summary>One-time pre-keys of a kind that are published at once: 100, as Signal; the server takes no more.</summary>
    public const int OneTimePreKeys = 100;

    /// <summary>With fewer one-time pre-keys than this at the server new ones are published: 10, as Signal.</summary>
    public const int FewPreKeys = 10;

    /// <summary>One-time private keys of a kind that are kept: 400. What is published takes the place of what was, and people may hold
    /// keys of the last few times. Ours.</summary>
    public const int OneTimePreKeysKept = 400;

    /// <summary>Handshakes that were taken before the server is asked how many keys are left: 50. Ours.</summary>
    public const int HandshakesUntilCheck = 50;

    /// <summary>A signed pre-key, and a KEM one of last resort, are published for 2 days, as Signal.</summary>
    public static readonly TimeSpan PreKeyRotation = TimeSpan.FromDays(2);

    /// <summary>Signed pre-keys and KEM ones of last resort are kept for 30 days, as Signal: a message may have been under way so
    /// long.</summary>
    public static readonly TimeSpan PreKeyKept = TimeSpan.FromDays(30);

    /// <summary>Pre-keys are looked after once a day. Ours.</summary>
    public static readonly TimeSpan PreKeyCheck = TimeSpan.FromDays(1);

    /// <summary>After a failed look at the pre-keys the next one is an hour later at the latest. Ours.</summary>
    public static readonly TimeSpan PreKeyRetry = TimeSpan.FromHours(1);
}
