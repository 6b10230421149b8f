using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;

namespace Fluister.Server.Federation;

/// <summary>What the writer knows of the outbox without asking the database: how much waits for each peer. The writer's thread alone has
/// it.</summary>
/// <remarks>Each change is noted with what was before, so that it can be taken back with the work that it belongs to.</remarks>
internal sealed class OutboxBook : IDatabaseFollower
{
    private readonly Dictionary<ServerTag, OutboxState> _peers = [];
    private readonly Stack<(ServerTag Peer, OutboxState? Before)> _changes = [];
    private int _mark;

    /// <summary>What waits for a peer; none where there is no such peer.</summary>
    public OutboxState? Open(SqliteSession session, ServerTag peer)
    {
        if (_peers.TryGetValue(peer, out var known))
        {
            return known;
        }

        if (session.First("SELECT 1 FROM peer WHERE tag = ?1", row => row.GetInt32(0), (long)peer.Value) == 0)
        {
            return null;
        }

        var state = session.First(
            "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM outbox WHERE peer = ?1",
            row => new OutboxState(row.GetInt32(0), row.GetInt64(1)),
            (long)peer.Value);
        Set(peer, state);
        return state;
    }

    /// <summary>Notes that items have come, or gone.</summary>
    public void Add(ServerTag peer, int items, long bytes)
    {
        if (_peers.TryGetValue(peer, out var state))
        {
            Set(peer, new OutboxState(state.Items + items, state.Bytes + bytes));
        }
    }

    /// <summary>What waits for a peer is looked up anew.</summary>
    public void Forget(ServerTag peer)
    {
        if (_peers.Remove(peer, out var before))
        {
            _changes.Push((peer, before));
        }
    }

    /// <inheritdoc/>
    public void Touched(Guid aci)
    {
    }

    /// <inheritdoc/>
    public void Mark() => _mark = _changes.Count;

    /// <inheritdoc/>
    public void TakeBack(bool all)
    {
        while (_changes.Count > (all ? 0 : _mark) && _changes.TryPop(out var change))
        {
            if (change.Before is { } before)
            {
                _peers[change.Peer] = before;
            }
            else
            {
                _peers.Remove(change.Peer);
            }
        }
    }

    /// <inheritdoc/>
    public void Committed() => _changes.Clear();

    /// <inheritdoc/>
    public void ChangedElsewhere()
    {
        _peers.Clear();
        _changes.Clear();
    }

    private void Set(ServerTag peer, OutboxState state)
    {
        _changes.Push((peer, _peers.TryGetValue(peer, out var before) ? before : null));
        _peers[peer] = state;
    }
}
