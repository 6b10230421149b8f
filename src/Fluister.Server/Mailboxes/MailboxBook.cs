using Fluister.Server.Accounts;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Mailboxes;

/// <summary>What the writer knows of mailboxes without asking the database: their numbers, their contents, and the next place in the
/// order. The writer's thread alone has it.</summary>
/// <remarks>Each change is noted with what was before, so that it can be taken back with the work that it belongs to.</remarks>
internal sealed class MailboxBook : IDatabaseFollower
{
    private readonly Dictionary<MailboxKey, MailboxState> _mailboxes = [];
    private readonly Stack<(MailboxKey Key, MailboxState? Before)> _changes = [];
    private int _mark;
    private long _next;
    private long _last;

    /// <summary>A mailbox, where it is known.</summary>
    public MailboxState? Find(MailboxKey key) => _mailboxes.TryGetValue(key, out var state) ? state : null;

    /// <summary>A mailbox, made where its device had none yet; none where there is no such device.</summary>
    public MailboxState? Open(SqliteSession session, MailboxKey key)
    {
        if (_mailboxes.TryGetValue(key, out var state))
        {
            return state;
        }

        var aci = AccountStore.Bytes(key.Aci);
        var id = session.First("SELECT id FROM mailbox WHERE aci = ?1 AND device = ?2", row => (long?)row.GetInt64(0), aci, key.Device)
            ?? session.First(
                "INSERT INTO mailbox (aci, device) SELECT aci, id FROM device WHERE aci = ?1 AND id = ?2 RETURNING id",
                row => (long?)row.GetInt64(0),
                aci,
                key.Device);
        if (id is not { } number)
        {
            return null;
        }

        state = session.First(
            """
            SELECT COUNT(*), COALESCE(SUM(size), 0), (SELECT registration_id FROM device WHERE aci = ?2 AND id = ?3),
                (SELECT COALESCE(pni_registration_id, 0) FROM device WHERE aci = ?2 AND id = ?3) FROM letter WHERE mailbox = ?1
            """,
            row => new MailboxState(number, row.GetInt32(0), row.GetInt64(1), row.GetInt32(2), row.GetInt32(3)),
            number,
            aci,
            key.Device);
        Set(key, state);
        return state;
    }

    /// <summary>Notes that letters have come, or gone.</summary>
    public void Add(MailboxKey key, int letters, long bytes)
    {
        if (_mailboxes.TryGetValue(key, out var state))
        {
            Set(key, state with { Letters = state.Letters + letters, Bytes = state.Bytes + bytes });
        }
    }

    /// <summary>The next place. Places are set aside in the database by the thousand, and none is given out twice, not after a restart
    /// either.</summary>
    public long NextPlace(SqliteSession session)
    {
        if (_next >= _last)
        {
            _last = session.Statement("UPDATE letter_place SET last = MAX(last, ?1) + ?2 RETURNING last")
                .Bind(1, _next).Bind(2, ServerLimits.PlacesAtOnce).Run()!.Value;
            _next = Math.Max(_next, _last - ServerLimits.PlacesAtOnce);
        }

        return ++_next;
    }

    /// <inheritdoc/>
    public void Touched(Guid aci)
    {
        for (var device = Device.Primary; device <= ServerLimits.Devices + 1; device++)
        {
            var key = new MailboxKey(aci, device);
            if (_mailboxes.Remove(key, out var before))
            {
                _changes.Push((key, before));
            }
        }
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
                _mailboxes[change.Key] = before;
            }
            else
            {
                _mailboxes.Remove(change.Key);
            }
        }

        // What was set aside may have been taken back as well.
        _last = _next;
    }

    /// <inheritdoc/>
    public void Committed()
    {
        _changes.Clear();
        if (_mailboxes.Count > ServerLimits.CountedMailboxes)
        {
            _mailboxes.Clear();
        }
    }

    /// <inheritdoc/>
    public void ChangedElsewhere()
    {
        _mailboxes.Clear();
        _changes.Clear();
        _last = _next;
    }

    private void Set(MailboxKey key, MailboxState state)
    {
        _changes.Push((key, _mailboxes.TryGetValue(key, out var before) ? before : null));
        _mailboxes[key] = state;
    }
}
