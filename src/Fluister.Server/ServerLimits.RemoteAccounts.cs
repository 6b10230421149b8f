using Fluister.Server.Limits;

namespace Fluister.Server;

/// <content>Accounts of other home servers, and their keys. All of these are ours.</content>
internal static partial class ServerLimits
{
    /// <summary>Most accounts of peers whose devices are known: a million, of some 200 bytes each; beyond, the oldest go.</summary>
    public const int RemoteAccounts = 1_000_000;

    /// <summary>Most accounts of peers that are held in memory: twice this many.</summary>
    public const int CachedRemoteAccounts = 20_000;

    /// <summary>Most accounts that peers are asked for at the same time; further messages to unknown ones are refused with 503.</summary>
    public const int RemoteAccountsAtOnce = 1024;

    /// <summary>Most accounts that one message for many waits for at the same time.</summary>
    public const int RemoteAccountsOfMessage = 16;

    /// <summary>Most claims of a peer's whose keys are kept for another answer; beyond, the oldest go.</summary>
    public const int Claims = 10_000;

    /// <summary>After how many claims those of the peer that comes then are counted.</summary>
    public const int ClaimsUntrimmed = 256;

    /// <summary>Most changed accounts of which one transaction tells their followers.</summary>
    public const int ChangedAccounts = 64;

    /// <summary>After what time the home of an account is asked again, when somebody writes to it: a day.</summary>
    public static readonly TimeSpan RemoteAccountAge = TimeSpan.FromDays(1);

    /// <summary>After what time, where it did not answer: a minute.</summary>
    public static readonly TimeSpan RemoteAccountRetry = TimeSpan.FromMinutes(1);

    /// <summary>How long the devices of an account are known that nobody here writes to: 30 days.</summary>
    public static readonly TimeSpan RemoteAccountKept = TimeSpan.FromDays(30);

    /// <summary>How long the same claim gets the same keys: a day.</summary>
    public static readonly TimeSpan ClaimAge = TimeSpan.FromDays(1);

    /// <summary>Unknown accounts of peers that one place or account writes to: 1000, one in 4 seconds, as for whether accounts are
    /// there.</summary>
    public static readonly Limit RemoteAccountsAsked = new("remoteAccountsAsked", 1000, TimeSpan.FromSeconds(4));

    /// <summary>Accounts whose devices a peer asks for: 10,000, a hundred a second.</summary>
    public static readonly Limit PeerDevices = new("peerDevices", 10_000, TimeSpan.FromMilliseconds(10));

    /// <summary>Accounts whose keys a peer claims: 10,000, a hundred a second.</summary>
    public static readonly Limit PeerClaims = new("peerClaims", 10_000, TimeSpan.FromMilliseconds(10));

    /// <summary>Keys of one account, or of one of its devices, that an account of a peer's claims: 36, one in 100 seconds; as much as the
    /// devices of an account here may together.</summary>
    public static readonly Limit PeerClaimsOfAsker = new("peerClaimsOfAsker", 36, TimeSpan.FromSeconds(100));

    /// <summary>Keys of one account that a peer claims for all of its accounts together: 100, one in 10 seconds; as many as a device has
    /// one-time keys, however many askers the peer invents.</summary>
    public static readonly Limit PeerClaimsOfAll = new("peerClaimsOfAll", 100, TimeSpan.FromSeconds(10));

    /// <summary>Keys of one account that a peer claims for those who do not say who they are: 60, one in 10 seconds, as for those who
    /// call here.</summary>
    public static readonly Limit PeerClaimsOfAccount = new("peerClaimsOfAccount", 60, TimeSpan.FromSeconds(10));
}
