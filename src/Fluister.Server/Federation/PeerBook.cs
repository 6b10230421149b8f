using Fluister.Protocol.Keys;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Fluister.Wire.Descriptors;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Federation;

/// <summary>The peers, in the table peer and in memory; the operator's program may change the table at any time.</summary>
internal sealed class PeerBook : IDatabaseFollower
{
    private readonly SqliteDatabase _database;
    private volatile Dictionary<ServerTag, Peer>? _known;
    private long _changes;

    /// <summary>Reads the peers when they are first asked for.</summary>
    public PeerBook(SqliteDatabase database)
    {
        _database = database;
        database.Follow(this);
    }

    /// <summary>Called when one of them may have changed, or come, or gone; must return at once.</summary>
    public Action? Changed { get; set; }

    /// <summary>All of them, by domain.</summary>
    public IReadOnlyList<Peer> All => [.. Known().Values.OrderBy(peer => peer.Said.Domain, StringComparer.Ordinal)];

    /// <summary>A peer, or none.</summary>
    public Peer? Find(ServerTag tag) => Known().GetValueOrDefault(tag);

    /// <summary>Adds a peer whose descriptor was checked; within somebody's transaction.</summary>
    public static void Insert(
        SqliteSession session, PublicKey genesis, string domain, ReadOnlySpan<byte> signed, PeerState state, DateTimeOffset now) =>
        session.Run(
            "INSERT INTO peer (tag, domain, state, genesis, descriptor, added) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (long)ServerTag.Of(genesis).Value,
            domain,
            (int)state,
            genesis.Serialized.ToArray(),
            signed.ToArray(),
            now.ToUnixTimeMilliseconds());

    /// <summary>Adds a peer.</summary>
    public async Task AddAsync(PublicKey genesis, string domain, ReadOnlyMemory<byte> signed, PeerState state, DateTimeOffset now)
    {
        await _database.WriteAsync(session =>
        {
            Insert(session, genesis, domain, signed.Span, state, now);
            return true;
        }).ConfigureAwait(false);
        Forget();
    }

    void IDatabaseFollower.Touched(Guid aci)
    {
    }

    void IDatabaseFollower.Mark()
    {
    }

    void IDatabaseFollower.TakeBack(bool all)
    {
    }

    void IDatabaseFollower.Committed()
    {
    }

    void IDatabaseFollower.ChangedElsewhere() => Forget();

    // Who reads at the same time does not keep what was read before the change.
    private void Forget()
    {
        Interlocked.Increment(ref _changes);
        _known = null;
        Changed?.Invoke();
    }

    private Dictionary<ServerTag, Peer> Known()
    {
        if (_known is { } known)
        {
            return known;
        }

        var seen = Volatile.Read(ref _changes);
        var read = _database.Read(session => session.Query("SELECT genesis, state, descriptor FROM peer", Read))
            .OfType<Peer>().ToDictionary(peer => peer.Tag);
        if (Volatile.Read(ref _changes) == seen)
        {
            _known = read;
        }

        return read;
    }

    private static Peer? Read(SqliteDataReader row)
    {
        var genesis = PublicKey.Read((byte[])row[0]);
        return SignedDescriptor.Read((byte[])row[2], genesis) is not { } said ? null : new Peer
        {
            Tag = ServerTag.Of(genesis),
            Genesis = genesis,
            Key = genesis,
            State = (PeerState)row.GetInt32(1),
            Said = said,
        };
    }
}
