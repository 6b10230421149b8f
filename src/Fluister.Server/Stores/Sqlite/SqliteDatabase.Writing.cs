using System.Diagnostics;
using Fluister.Server.Operations;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Stores.Sqlite;

// The writer's thread: takes what waits, commits it together, and tells what became of it.
internal sealed partial class SqliteDatabase
{
    private IDatabaseFollower[] _followers = [];
    private long _seen;
    private volatile bool _isLost;

    /// <summary>Called by the writer's thread when the disk failed to keep a commit, before anybody hears of that: what the commit holds is
    /// neither on the disk nor gone, and trying again would succeed without keeping it. The process should end here; whatever is asked of
    /// this object from then on is refused.</summary>
    public Action? SyncFailed { get; set; }

    /// <summary>Called by the writer's thread where another program has written to the file; must return at once.</summary>
    public Action? ChangedElsewhere { get; set; }

    /// <summary>Called by the writer's thread where an account was changed of which other servers are to be told; not committed
    /// yet.</summary>
    public Action? Followed { get; set; }

    /// <summary>Keeps what somebody holds in memory in step with the database; before there is work for it.</summary>
    public void Follow(IDatabaseFollower follower) => _followers = [.. _followers, follower];

    private static bool IsDisks(Exception failure) =>
        failure is SqliteException { SqliteErrorCode: SqliteCodes.Full or SqliteCodes.InputOutput };

    private static Exception Told(Exception failure) => failure switch
    {
        _ when IsDisks(failure) => new StoreFullException(failure),
        SqliteException { SqliteErrorCode: SqliteCodes.Busy } => new StoreBusyException("Another program holds the database.", failure),
        _ => failure,
    };

    private void WriteAll()
    {
        var batch = new List<DatabaseWork>(ServerLimits.WritesPerCommit);
        while (_queue.Take(batch, ServerLimits.OtherProgramsWrites))
        {
            lock (_memory)
            {
                if (batch.Count == 0)
                {
                    TryLookElsewhere();
                }
                else
                {
                    Write(batch);
                }
            }

            batch.Clear();
        }
    }

    private void Write(List<DatabaseWork> batch)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            if (_isLost)
            {
                throw new StoreFullException(null);
            }

            if (!TryTogether(batch))
            {
                Apart(batch);
            }
        }
#pragma warning disable CA1031 // Whatever it is, these callers hear of it, and the next ones are served.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            if (SqliteCodes.IsSyncFailure(failure))
            {
                Lose();
            }

            TakeBack();
            var told = Told(failure);
            batch.ForEach(work => Tell(work, told));
            return;
        }

        foreach (var follower in _followers)
        {
            follower.Committed();
        }

        Telemetry.CommitTime.Record(Stopwatch.GetElapsedTime(began).TotalSeconds);
        Telemetry.CommitSize.Record(batch.Count);
        batch.ForEach(work => Tell(work, work.Failure));
        _checkpointer?.Written(_writer);
    }

    // Without a savepoint for each, since hardly any ever fails.
    private bool TryTogether(List<DatabaseWork> batch)
    {
        Begin();
        foreach (var work in batch)
        {
            try
            {
                work.Run(_writer);
            }
#pragma warning disable CA1031 // Whatever it is, it belongs to this work's caller.
            catch (Exception failure) when (!IsDisks(failure))
#pragma warning restore CA1031
            {
                work.Failure = failure;
                TakeBack();
                return false;
            }
        }

        _writer.Statement("COMMIT").Run();
        return true;
    }

    // All that has not failed yet, each such that it can be taken back by itself.
    private void Apart(List<DatabaseWork> batch)
    {
        Begin();
        foreach (var work in batch.Where(work => work.Failure is null))
        {
            _writer.Statement("SAVEPOINT one").Run();
            foreach (var follower in _followers)
            {
                follower.Mark();
            }

            try
            {
                work.Run(_writer);
            }
#pragma warning disable CA1031 // Whatever it is, it belongs to this work's caller.
            catch (Exception failure) when (!IsDisks(failure))
#pragma warning restore CA1031
            {
                work.Failure = failure;
                _writer.Statement("ROLLBACK TO one").Run();
                foreach (var follower in _followers)
                {
                    follower.TakeBack(all: false);
                }
            }

            _writer.Statement("RELEASE one").Run();
        }

        _writer.Statement("COMMIT").Run();
    }

    private void Begin()
    {
        _writer.Statement("BEGIN IMMEDIATE").Run();
        LookElsewhere();
    }

    private void TakeBack()
    {
        _writer.TryRollback();
        foreach (var follower in _followers)
        {
            follower.TakeBack(all: true);
        }
    }

    private static void Tell(DatabaseWork work, Exception? failure)
    {
        try
        {
            if (failure is null)
            {
                work.Complete();
            }
            else
            {
                work.Fail(failure);
            }
        }
#pragma warning disable CA1031 // Whatever it is, it belongs to that caller; the writer goes on.
        catch (Exception)
#pragma warning restore CA1031
        {
            // It has been told.
        }
    }

    // Changes only where another connection has committed (sqlite.org/pragma.html#pragma_data_version).
    private long Seen() => _writer.Statement("PRAGMA data_version").Run() ?? 0;

    private void LookElsewhere()
    {
        var seen = Seen();
        if (seen == _seen)
        {
            return;
        }

        _seen = seen;
        foreach (var follower in _followers)
        {
            follower.ChangedElsewhere();
        }

        ChangedElsewhere?.Invoke();
    }

    private void TryLookElsewhere()
    {
        try
        {
            LookElsewhere();
        }
        catch (SqliteException)
        {
            // The disk fails to read. Whoever asks for something hears of it; here the next time looks again.
        }
    }

    private bool Touch(byte[] aci)
    {
        if (aci.Length != 16)
        {
            // Not an id that anything is held by.
            return false;
        }

        var id = new Guid(aci, bigEndian: true);
        foreach (var follower in _followers)
        {
            follower.Touched(id);
        }

        return true;
    }

    private void Lose()
    {
        _isLost = true;
        SyncFailed?.Invoke();
    }
}
