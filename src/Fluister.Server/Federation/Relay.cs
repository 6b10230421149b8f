using Fluister.Cryptography;
using Fluister.Server.Accounts;
using Fluister.Server.Identity;
using Fluister.Server.Limits;
using Fluister.Server.Mailboxes;
using Fluister.Server.Messages;
using Fluister.Server.Operations;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using DeliveryReceipt = Fluister.Server.Messages.DeliveryReceipt;

namespace Fluister.Server.Federation;

/// <summary>This server among others: whose home an id's is, and all that crosses between them.</summary>
/// <remarks>Here it is put together. What clients ask of accounts elsewhere is in its other files; what peers ask is in
/// <see cref="PeerRoom"/>.</remarks>
internal sealed partial class Relay : IDisposable
{
    private readonly ServerIdentity _identity;
    private readonly TimeProvider _time;
    private readonly RandomSource _random;
    private readonly ILogger _log;
    private readonly RateLimits _limits;

    /// <summary>Puts it together.</summary>
    /// <param name="database">Keeps peers, outbox, marks and lists.</param>
    /// <param name="identity">This server's keys.</param>
    /// <param name="accounts">Its accounts.</param>
    /// <param name="mailboxes">Their mailboxes.</param>
    /// <param name="reports">Reports of spam.</param>
    /// <param name="limits">How often who may do what.</param>
    /// <param name="sends">How fast messages may come.</param>
    /// <param name="clock">The clock, with fresh ids.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Randomness.</param>
    /// <param name="log">Where it is told what went wrong.</param>
    /// <param name="options">The settings.</param>
    /// <param name="connect">How a peer is reached; over TLS by default.</param>
    public Relay(
        SqliteDatabase database,
        ServerIdentity identity,
        AccountStore accounts,
        MailboxStore mailboxes,
        SpamReports reports,
        RateLimits limits,
        SendLimits sends,
        ServerClock clock,
        TimeProvider time,
        RandomSource random,
        ILogger log,
        ServerOptions options,
        Func<Peer, HttpMessageHandler>? connect)
    {
        var isOpen = options.Federation == ServerOptions.OpenFederation;
        var onlyPublic = isOpen && !options.FederationPrivateAddresses;
        (_identity, _limits, _time, _random, _log) = (identity, limits, time, random, log);
        Peers = new PeerBook(database, options.PeerCountries, Rebuilders.Of(options), time) { Changed = _changed.Set };
        Numbers = new Numbers(database, time);
        Client = new PeerClient(identity, time, random, connect ?? (peer => PeerTransport.To(peer, onlyPublic))) { Asked = Note };
        Watch = new PeerWatch(Peers, Client, time, log, connect ?? (_ => PeerTransport.ToAnybody(onlyPublic)));
        Introductions = new Introductions(identity.Tag, Peers, limits, time, log, () => PeerTransport.ToAnybody(onlyPublic));
        Gate = new PeerGate(identity, Peers, limits, time)
        {
            Heard = Hear,
            Doubted = Watch.Look,
            Meet = isOpen ? Introductions.Begin : null,
        };
        Outbox = new Outbox(database, Numbers, time) { Appended = Wake, Offered = Offer };
        Accounts = new RemoteAccounts(database, Client, limits, time);
        Followers = new Followers(database, Outbox, Numbers);
        Claims = new ClaimBook(database, Followers, time);
        Inbox = new Inbox(database, identity.Tag, accounts, mailboxes, reports, sends, clock)
        {
            Accounts = Accounts,
            Followers = Followers,
            Lost = TellLost,
            Failed = (peer, failed) => log.ItemFailed(failed, peer.Tag),
        };
        mailboxes.Relay = this;
    }

    /// <summary>The other servers.</summary>
    public PeerBook Peers { get; }

    /// <summary>Numbers of items and versions.</summary>
    public Numbers Numbers { get; }

    /// <summary>Asks peers.</summary>
    public PeerClient Client { get; }

    /// <summary>Lets peers in.</summary>
    public PeerGate Gate { get; }

    /// <summary>Keeps what is known of peers up to date.</summary>
    public PeerWatch Watch { get; }

    /// <summary>Lets servers in that nobody has added, where the settings say so.</summary>
    public Introductions Introductions { get; }

    /// <summary>The sequence of the descriptor that this server publishes; none is told where it publishes none.</summary>
    public Func<long>? DescriptorSequence { get; set; }

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

    /// <summary>A receipt for an account elsewhere, as it goes there; none for those of this server, and of nobody that is known.</summary>
    public OutboxItem? Forward(DeliveryReceipt receipt) => PeerOf(receipt.Sender) is not { } peer ? null : new OutboxItem(
        peer.Tag,
        receipt.Sender,
        new Item
        {
            Receipt = new Wire.Protos.Federation.DeliveryReceipt
            {
                Recipient = ByteString.CopyFrom(AccountStore.Bytes(receipt.Recipient.Uuid)),
                Device = (uint)receipt.Device,
                Timestamp = receipt.Timestamp,
            },
        });

    // A certificate that does not fit may be a later one than is known.
    private void Note(Peer peer, PeerException? failed)
    {
        Peers.Note(peer, failed, _time.GetUtcNow());
        if (failed?.Error == PeerError.Untrusted)
        {
            Watch.Look(peer);
        }
    }

    /// <summary>Ends all connections.</summary>
    public void Dispose()
    {
        Client.Dispose();
        _places.Dispose();
        _limited.Dispose();
    }
}
