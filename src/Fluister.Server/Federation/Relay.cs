using Fluister.Cryptography;
using Fluister.Server.Accounts;
using Fluister.Server.Identity;
using Fluister.Server.Limits;
using Fluister.Server.Mailboxes;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;

namespace Fluister.Server.Federation;

/// <summary>This server among others: whose home an id's is, and all that crosses between them.</summary>
/// <remarks>Here it is put together. What clients ask of accounts elsewhere is in its other files; what peers ask is in
/// <see cref="PeerRoom"/>.</remarks>
internal sealed partial class Relay : IDisposable
{
    private readonly ServerIdentity _identity;
    private readonly RateLimits _limits;

    /// <summary>Puts it together.</summary>
    /// <param name="database">Keeps peers, outbox, marks and lists.</param>
    /// <param name="identity">This server's keys.</param>
    /// <param name="accounts">Its accounts.</param>
    /// <param name="mailboxes">Their mailboxes.</param>
    /// <param name="limits">How often who may do what.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Randomness.</param>
    /// <param name="connect">How a peer is reached; over TLS by default.</param>
    public Relay(
        SqliteDatabase database,
        ServerIdentity identity,
        AccountStore accounts,
        MailboxStore mailboxes,
        RateLimits limits,
        TimeProvider time,
        RandomSource random,
        Func<Peer, HttpMessageHandler>? connect)
    {
        _identity = identity;
        _limits = limits;
        Peers = new PeerBook(database);
        Numbers = new Numbers(time);
        Client = new PeerClient(identity, time, random, connect);
        Gate = new PeerGate(identity, Peers, limits, time);
        Outbox = new Outbox(database, Numbers, time);
        Accounts = new RemoteAccounts(database, Client, limits, time);
        Followers = new Followers(database, Outbox, Numbers);
        Claims = new ClaimBook(database, Followers, time);
        Inbox = new Inbox(mailboxes);
    }

    /// <summary>The other servers.</summary>
    public PeerBook Peers { get; }

    /// <summary>Numbers of items and versions.</summary>
    public Numbers Numbers { get; }

    /// <summary>Asks peers.</summary>
    public PeerClient Client { get; }

    /// <summary>Lets peers in.</summary>
    public PeerGate Gate { get; }

    /// <summary>What waits for peers.</summary>
    public Outbox Outbox { get; }

    /// <summary>What peers send.</summary>
    public Inbox Inbox { get; }

    /// <summary>Accounts of peers.</summary>
    public RemoteAccounts Accounts { get; }

    /// <summary>Peers that know accounts of ours.</summary>
    public Followers Followers { get; }

    /// <summary>Keys that peers claim.</summary>
    public ClaimBook Claims { get; }

    /// <summary>The peer that is an id's home, where something may cross or wait; none for own ids, and for those of nobody that is
    /// known.</summary>
    public Peer? PeerOf(Guid id)
    {
        var tag = ServerTag.Of(id);
        return tag != _identity.Tag && Peers.Find(tag) is { IsKept: true } peer ? peer : null;
    }

    /// <summary>Sends what waits, until it is stopped.</summary>
    public Task RunAsync(CancellationToken stopping) => Peers.All.Count < 0 ? Task.Delay(0, stopping) : Task.CompletedTask;

    /// <summary>Ends all connections.</summary>
    public void Dispose() => Client.Dispose();
}
