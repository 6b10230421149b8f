using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Federation;

/// <summary>Numbers that only grow, taken from the clock: a server that was restored from a backup gives none out twice.</summary>
/// <remarks>
/// <para>Milliseconds since 1970 times 2^20; the next number where the clock stands still, or was set back.</para>
/// <para>They are given by the database's writer, which sets them aside in the database for some time to come: so they go on after a
/// restart, too, when the clock was set back meanwhile.</para>
/// </remarks>
internal sealed class Numbers : IDatabaseFollower
{
    private const int CountedBits = 20;

    private readonly TimeProvider _time;
    private long _last;
    private long _setAside;

    /// <summary>Numbers that go on behind those that were given out, or may have been.</summary>
    public Numbers(SqliteDatabase database, TimeProvider time)
    {
        _time = time;
        database.Follow(this);
        _last = database.Read(session => session.First(
            """
            SELECT MAX(last, (SELECT COALESCE(MAX(number), 0) FROM outbox), (SELECT COALESCE(MAX(settled), 0) FROM peer)) FROM item_number
            """,
            row => row.GetInt64(0)));
    }

    /// <summary>When a number was given, but for a clock that stood still or was set back.</summary>
    public static DateTimeOffset Time(long number) => DateTimeOffset.FromUnixTimeMilliseconds(number >> CountedBits);

    /// <summary>The least number that may have been given at a time, or later.</summary>
    public static long At(DateTimeOffset time) => time.ToUnixTimeMilliseconds() << CountedBits;

    /// <summary>The next number, within somebody's transaction; of two calls the later gets the higher.</summary>
    public long Next(SqliteSession session)
    {
        var now = At(_time.GetUtcNow());
        _last = Math.Max(_last + 1, now);
        if (_last > _setAside)
        {
            _setAside = _last + At(DateTimeOffset.UnixEpoch + ServerLimits.NumbersAhead);
            session.Statement("UPDATE item_number SET last = ?1").Bind(1, _setAside).Run();
        }

        return _last;
    }

    /// <summary>The number that was given last; for the writer's thread.</summary>
    public long Last => _last;

    /// <inheritdoc/>
    public void Touched(Guid aci)
    {
    }

    /// <inheritdoc/>
    public void Mark()
    {
    }

    /// <inheritdoc/>
    public void TakeBack(bool all) => _setAside = 0;

    /// <inheritdoc/>
    public void Committed()
    {
    }

    /// <inheritdoc/>
    public void ChangedElsewhere()
    {
    }
}
