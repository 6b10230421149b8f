using Fluister.Server.Limits;

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

    /// <summary>Bytes that an item in the outbox counts for beside its content: 128; ours.</summary>
    public const int OutboxItem = 128;

    /// <summary>For how long numbers of items are set aside at once: a second; ours. A server that is restored from a backup within that
    /// time
    /// of a crash would give some out again.</summary>
    public static readonly TimeSpan NumbersAhead = TimeSpan.FromSeconds(1);

    /// <summary>When to try again where too much waits for a peer: a minute; ours.</summary>
    public static readonly TimeSpan OutboxRetry = TimeSpan.FromMinutes(1);

    /// <summary>Of what an account may be sent in this time all may come at once from a peer, since it may have waited: an hour;
    /// ours.</summary>
    public static readonly TimeSpan PeerBacklog = TimeSpan.FromHours(1);

    /// <summary>As how many messages one counts that comes from a peer in the state limit: 10; ours.</summary>
    public const int LimitedPeerTokens = 10;

    /// <summary>Highest id of a device that a peer may name: 127, as Signal's.</summary>
    public const int PeerDevice = 127;

    /// <summary>How long an answer to a transaction may take: 30 seconds; ours.</summary>
    public static readonly TimeSpan TransactionPatience = TimeSpan.FromSeconds(30);

    /// <summary>Most transactions that are under way to all allowed peers together: 64; ours. Each is held in memory.</summary>
    public const int TransactionsAtOnce = 64;

    /// <summary>Most transactions that are under way to all peers in the state "limit" together, beside the others: 16; ours.</summary>
    public const int LimitedTransactionsAtOnce = TransactionsAtOnce / 4;

    /// <summary>When a peer that was not reached is tried again, the first time: a second, and then ever later; ours.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

    /// <summary>How long it is between tries of a peer that was not reached, at most: 30 seconds; ours.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(30);

    /// <summary>How long a peer has not been reached when it is tried less often still: a day; ours.</summary>
    public static readonly TimeSpan LongDown = TimeSpan.FromDays(1);

    /// <summary>How long it is between tries of a peer that has not been reached for that long, at most: an hour; ours.</summary>
    public static readonly TimeSpan LateRetry = TimeSpan.FromHours(1);

    /// <summary>Most accounts of a peer that are held back, because it limits what goes to them, while others go on: 4096; ours. Then the
    /// whole peer waits.</summary>
    public const int HeldLanes = 4096;

    /// <summary>How often a peer may refuse a transaction of a single item in a row, before the item's account is held back: 3; ours.
    /// </summary>
    public const int RefusedAlone = 3;

    /// <summary>Most that is offered to a peer and not sent yet: 256 items; ours.</summary>
    public const int OfferedItems = 256;

    /// <summary>Most bytes of what is offered to a peer and not sent yet: 1 MiB; ours.</summary>
    public const int OfferedBytes = 1024 * 1024;

    /// <summary>How long it is known what a peer has sent: 30 days, well beyond <see cref="OutboxAge"/>; ours.</summary>
    public static readonly TimeSpan MarkAge = TimeSpan.FromDays(30);

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

    /// <summary>Most characters of a header of a peer's signature: 512; ours.</summary>
    public const int PeerSignature = 512;

    /// <summary>Most signatures of a peer that are remembered for <see cref="PeerClock"/> both ways: 64 Ki, 16 bytes each; ours. A peer
    /// that sends more in that time is remembered for a shorter one, and what is older than that is refused.</summary>
    public const int PeerNonces = 64 * 1024;

    /// <summary>Of what a peer may do, a peer in the state "limit" may do one part in this many: 10; ours.</summary>
    public const int LimitedShare = 10;

    /// <summary>Most bytes of a descriptor: 64 KiB; ours.</summary>
    public const int DescriptorBytes = 64 * 1024;

    /// <summary>Most characters of what a peer says about why it refuses, of which an operator is shown something: 300; ours.</summary>
    public const int PeerSentence = 300;

    /// <summary>Most kilobytes of the headers of a peer's answer: 16; ours.</summary>
    public const int PeerAnswerHeaders = 16;

    /// <summary>How long connecting to a peer may take, its handshake included: 5 seconds; ours.</summary>
    public static readonly TimeSpan PeerConnect = TimeSpan.FromSeconds(5);

    /// <summary>How long an unused connection to a peer is kept: 10 minutes; ours.</summary>
    public static readonly TimeSpan PeerIdle = TimeSpan.FromMinutes(10);

    /// <summary>How long a connection to a peer is used before its name is looked up again: an hour; ours.</summary>
    public static readonly TimeSpan PeerConnectionAge = TimeSpan.FromHours(1);

    /// <summary>How long a peer may be silent while it is asked before it is pinged, and then before its connection is given up: 10 seconds
    /// each; ours.</summary>
    public static readonly TimeSpan PeerSilence = TimeSpan.FromSeconds(10);

    /// <summary>How long a peer in quarantine is told to wait: 5 minutes; ours.</summary>
    public static readonly TimeSpan QuarantineRetry = TimeSpan.FromMinutes(5);

    /// <summary>How often each peer is asked how it is: every 10 minutes; ours.</summary>
    public static readonly TimeSpan PeerPing = TimeSpan.FromMinutes(10);

    /// <summary>How many peers are asked how they are at once: 8; ours.</summary>
    public const int PeerPings = 8;

    /// <summary>How often a peer's descriptor is fetched at most, whatever it signs or shows: once a minute; ours.</summary>
    public static readonly TimeSpan DescriptorRetry = TimeSpan.FromMinutes(1);

    /// <summary>Servers that let themselves in, where the settings allow that: no more once there are 1,000 peers; ours.</summary>
    public const int OpenPeers = 1000;

    /// <summary>Descriptors of servers that nobody has added that are fetched at once: 4; ours.</summary>
    public const int IntroductionsAtOnce = 4;

    /// <summary>Names under which no server was found and that are remembered for <see cref="IntroductionRetry"/>: 1,000; ours.</summary>
    public const int IntroductionsFailed = 1000;

    /// <summary>How long a server that could not be let in is not looked for again: 10 minutes; ours.</summary>
    public static readonly TimeSpan IntroductionRetry = TimeSpan.FromMinutes(10);

    /// <summary>Descriptors of servers that nobody has added: 20, one in 10 seconds; ours.</summary>
    public static readonly Limit IntroductionFetches = new("introductions", 20, TimeSpan.FromSeconds(10));

    /// <summary>Attestations that are published, and read, in one descriptor: 16; ours.</summary>
    public const int Attestations = 16;

    /// <summary>Bytes of the attestations that are published in one descriptor: 24 KiB, which are two thirds of it in base64 of base64;
    /// ours.</summary>
    public const int AttestationBytes = 24 * 1024;

    /// <summary>Attestations that an operator keeps, of this build and others: 100; ours.</summary>
    public const int KeptAttestations = 100;

    /// <summary>Rebuilders that an operator can name: 32; ours.</summary>
    public const int Rebuilders = 32;

    /// <summary>The same that one place has fetched: 3, one in two minutes; ours. One place leaves others theirs.</summary>
    public static readonly Limit IntroductionsOfOrigin = new("introductionsOfOrigin", 3, TimeSpan.FromMinutes(2));

    /// <summary>How far ahead of the time a peer's numbers of items may be: a year; ours. They stay ahead where its clock once was.
    /// </summary>
    public static readonly TimeSpan NumbersFuture = TimeSpan.FromDays(365);

    /// <summary>How exactly it is kept when a peer was last heard of: a minute; ours.</summary>
    public static readonly TimeSpan HeardStep = TimeSpan.FromMinutes(1);

    /// <summary>How often it is logged that something of a peer's was lost, or to it: once an hour; ours. Each time is counted.
    /// </summary>
    public static readonly TimeSpan LostStep = TimeSpan.FromHours(1);

    /// <summary>How often what became of requests to a peer is written down at most: once a second; ours.</summary>
    public static readonly TimeSpan NoteStep = TimeSpan.FromSeconds(1);

    /// <summary>Requests of a peer: 10,000, one a millisecond; ours.</summary>
    public static readonly Limit PeerRequests = new("peerRequests", 10_000, TimeSpan.FromMilliseconds(1));

    /// <summary>Bytes of a peer's requests, in KiB: 256 MiB, 16 MiB a second; ours.</summary>
    public static readonly Limit PeerBytes = new("peerBytes", 256 * 1024, TimeSpan.FromSeconds(1) / (16 * 1024));

    /// <summary>As <see cref="PeerRequests"/>, for a peer in the state "limit".</summary>
    public static readonly Limit LimitedPeerRequests = Tenth(PeerRequests, "limitedPeerRequests");

    /// <summary>As <see cref="PeerBytes"/>, for a peer in the state "limit".</summary>
    public static readonly Limit LimitedPeerBytes = Tenth(PeerBytes, "limitedPeerBytes");

    /// <summary>Requests from one place whose signature does not hold: 100, one in 10 seconds; ours. Checking one takes the processor a
    /// part of a millisecond.</summary>
    public static readonly Limit PeerFailures = new("peerFailures", 100, TimeSpan.FromSeconds(10));

    private static Limit Tenth(Limit whole, string name) => new(name, whole.Burst / LimitedShare, whole.Refill * LimitedShare);
}
