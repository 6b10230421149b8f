using System.Collections.Concurrent;
using Fluister.Protocol.Keys;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Federation;

/// <summary>The peers, in the table peer and in memory; the operator's program may change the table at any time.</summary>
internal sealed partial class PeerBook : IDatabaseFollower
{
    private readonly SqliteDatabase _database;
    private volatile Dictionary<ServerTag, Peer>? _known;
    private volatile Dictionary<ServerTag, Peer> _earlier = [];
    private readonly ConcurrentDictionary<ServerTag, Noted> _noted = new();
    private readonly IReadOnlyCollection<string> _countries;
    private readonly Rebuilders _rebuilders;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private long _changes;

    /// <summary>Reads the peers, so that the first question costs what all others do.</summary>
    /// <param name="database">Keeps them.</param>
    /// <param name="countries">Those from which peers are taken; from all where there are none. Another peer counts as blocked, whatever
    /// its state.</param>
    /// <param name="rebuilders">Whose word on a peer's build is needed; a peer that lacks it counts as in quarantine.</param>
    /// <param name="time">The clock, by which that word expires.</param>
    public PeerBook(
        SqliteDatabase database,
        IReadOnlyCollection<string>? countries = null,
        Rebuilders? rebuilders = null,
        TimeProvider? time = null)
    {
        (_database, _countries) = (database, countries ?? []);
        (_rebuilders, _time) = (rebuilders ?? Rebuilders.None, time ?? TimeProvider.System);
        database.Follow(this);
        Known();
    }

    /// <summary>Called when one of them may have changed, or come, or gone; must return at once.</summary>
    public Action? Changed { get; set; }

    /// <summary>All of them, by domain.</summary>
    public IReadOnlyList<Peer> All => [.. Known().Values.OrderBy(peer => peer.Said.Domain, StringComparer.Ordinal).Select(AsOfNow)];

    /// <summary>A peer, or none.</summary>
    public Peer? Find(ServerTag tag) => Known().GetValueOrDefault(tag) is { } peer ? AsOfNow(peer) : null;

    /// <summary>Why a peer is held back for its build.</summary>
    public string? Explain(Peer peer) => _rebuilders.Explain(peer.Said, _time.GetUtcNow());

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

    private Peer AsOfNow(Peer peer) => peer.IsOpen && peer.AttestedUntil <= _time.GetUtcNow()
        ? peer with { State = PeerState.Quarantine, IsUnattested = true }
        : peer;

    // Who reads at the same time does not keep what was read before the change.
    private void Forget()
    {
        lock (_lock)
        {
            _changes++;
            _known = null;
        }

        Changed?.Invoke();
    }

    private Dictionary<ServerTag, Peer> Known()
    {
        if (_known is { } known)
        {
            return known;
        }

        var seen = Volatile.Read(ref _changes);
        var earlier = _earlier;
        var read = _database.Read(session => session.Query(
            "SELECT tag, genesis, state, descriptor FROM peer",
            row => Read(new ServerTag((ulong)row.GetInt64(0)), (byte[])row[1], (PeerState)row.GetInt32(2), (byte[])row[3], earlier)))
            .OfType<Peer>().ToDictionary(peer => peer.Tag);
        lock (_lock)
        {
            if (_changes == seen)
            {
                _known = _earlier = read;
            }
        }

        return read;
    }

    // Signatures are checked again only where there is another descriptor than before.
    private Peer? Read(ServerTag tag, byte[] genesis, PeerState state, byte[] signed, Dictionary<ServerTag, Peer> earlier)
    {
        if (!earlier.TryGetValue(tag, out var peer) || !peer.Signed.Span.SequenceEqual(signed))
        {
            var first = PublicKey.Read(genesis);
            if (SignedDescriptor.Read(signed, first) is not { } said || !DescriptorCheck.IsUsable(said))
            {
                return null;
            }

            peer = new Peer
            {
                Tag = tag,
                Genesis = first,
                Key = SignedDescriptor.CurrentKey(said),
                State = state,
                Said = said,
                Signed = signed,
                AttestedUntil = _rebuilders.Until(said),
                IsForeign = _countries.Count > 0 && (said.Country is null || !_countries.Contains(said.Country)),
            };
        }

        var allowed = peer.IsForeign ? PeerState.Block : state;
        return peer.State == allowed ? peer : peer with { State = allowed };
    }
}
