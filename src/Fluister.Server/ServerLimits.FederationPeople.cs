using Fluister.Server.Limits;

namespace Fluister.Server;

/// <content>What people here ask of other home servers, and what those ask of this one. All values are ours.</content>
internal static partial class ServerLimits
{
    /// <summary>How many tokens each question of a peer takes that the operator has limited: 10, so that it has a tenth.</summary>
    public const int LimitedPeer = 10;

    /// <summary>Most peers that are asked at once for one request: 32.</summary>
    public const int PeersAtOnce = 32;

    /// <summary>Most peers whose accounts' identity keys are compared in one request; what is of others is left out: 32.</summary>
    public const int IdentityPeers = 32;

    /// <summary>Most peers that are asked for a username whose domain is not said: 100; beyond that it must be said.</summary>
    public const int UsernamePeers = 100;

    /// <summary>Most answers of peers on usernames that are kept: 10,000, some 200 bytes each; the oldest goes.</summary>
    public const int UsernameAnswers = 10_000;

    /// <summary>Most reports of spam of one peer that are kept; its oldest goes: 1000, a tenth of all.</summary>
    public const int ReportsOfPeer = Reports / 10;

    /// <summary>Reports of spam of one account that are passed on to peers: 100, one in ten minutes; others are noted here.</summary>
    public static readonly Limit ReportsToPeers = new("reportsToPeers", 100, TimeSpan.FromMinutes(10));

    /// <summary>Profiles of peers' accounts that are read with access keys from one place: 1000, one a second. Here a wrong key is only
    /// known when the peer has answered.</summary>
    public static readonly Limit RemoteProfile = new("remoteProfile", 1000, TimeSpan.FromSeconds(1));

    /// <summary>Profiles that a peer reads with access keys: 20,000, ten a second.</summary>
    public static readonly Limit PeerProfile = new("peerProfile", 20_000, TimeSpan.FromMilliseconds(100));

    /// <summary>Profiles of one account that a peer reads for all of its accounts together: 300, one in 3 seconds.</summary>
    public static readonly Limit PeerProfileOfAll = new("peerProfileOfAll", 300, TimeSpan.FromSeconds(3));

    /// <summary>Accounts whose being there a peer asks for: 10,000, five a second.</summary>
    public static readonly Limit PeerExistence = new("peerExistence", 10_000, TimeSpan.FromMilliseconds(200));

    /// <summary>Batches of identity keys that a peer compares: 1000, two a second.</summary>
    public static readonly Limit PeerIdentities = new("peerIdentities", 1000, TimeSpan.FromMilliseconds(500));

    /// <summary>Usernames that a peer looks up: 10,000, one a second. Its people are limited by their home.</summary>
    public static readonly Limit PeerUsernames = new("peerUsernames", 10_000, TimeSpan.FromSeconds(1));

    /// <summary>Links of usernames that a peer looks up: 10,000, one a second.</summary>
    public static readonly Limit PeerUsernameLinks = new("peerUsernameLinks", 10_000, TimeSpan.FromSeconds(1));

    /// <summary>How long all peers together have to say whose a username is: 5 seconds.</summary>
    public static readonly TimeSpan UsernamePatience = TimeSpan.FromSeconds(5);

    /// <summary>How long it is kept whose a peer says that a username is: an hour.</summary>
    public static readonly TimeSpan UsernameAnswerAge = TimeSpan.FromHours(1);

    /// <summary>How long it is kept that all peers say that a username is nobody's: 5 minutes.</summary>
    public static readonly TimeSpan UsernameNobodyAge = TimeSpan.FromMinutes(5);

    /// <summary>When a client tries again where a peer is not reached: 10 seconds.</summary>
    public static readonly TimeSpan PeerRetry = TimeSpan.FromSeconds(10);

    /// <summary>Longest that a client is told to wait, whatever a peer says: an hour.</summary>
    public static readonly TimeSpan LongestPeerRetry = TimeSpan.FromHours(1);
}
