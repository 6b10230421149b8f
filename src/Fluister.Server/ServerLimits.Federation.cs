namespace Fluister.Server;

/// <content>Other home servers.</content>
internal static partial class ServerLimits
{
    /// <summary>Most peers: 10,000; ours.</summary>
    public const int Peers = 10_000;

    /// <summary>Most bytes of a request that a peer sends: 8 MiB; ours.</summary>
    public const int PeerBody = 8 * 1024 * 1024;

    /// <summary>Most bytes of an answer of a peer's, but for blobs: 1 MiB; ours.</summary>
    public const int PeerAnswer = 1024 * 1024;

    /// <summary>Most items of a transaction: 512; ours.</summary>
    public const int TransactionItems = 512;

    /// <summary>Most bytes of a transaction's items and payloads, but for the item that goes beyond: 4 MiB; ours.</summary>
    public const int TransactionBytes = 4 * 1024 * 1024;

    /// <summary>Most bytes that wait for one peer: 2 GiB; ours. Then messages to it are refused with 503.</summary>
    public const long OutboxBytes = 2L << 30;

    /// <summary>How far a peer's clock may be off: 5 minutes; ours.</summary>
    public static readonly TimeSpan PeerClock = TimeSpan.FromMinutes(5);

    /// <summary>How long an item waits for a peer that is down: 7 days; ours.</summary>
    public static readonly TimeSpan OutboxAge = TimeSpan.FromDays(7);

    /// <summary>How long a descriptor is good: 30 days; ours.</summary>
    public static readonly TimeSpan DescriptorAge = TimeSpan.FromDays(30);

    /// <summary>How often a fresh descriptor is signed: every day; ours.</summary>
    public static readonly TimeSpan DescriptorRenewal = TimeSpan.FromDays(1);

    /// <summary>How long a client waits for what its server must ask a peer: 10 seconds; ours.</summary>
    public static readonly TimeSpan PeerPatience = TimeSpan.FromSeconds(10);
}
