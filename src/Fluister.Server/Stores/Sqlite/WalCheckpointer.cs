using Microsoft.Data.Sqlite;

namespace Fluister.Server.Stores.Sqlite;

/// <summary>Takes the log's pages over into the database beside the writer, on a thread and a connection of its own, so that no caller
/// waits for it.</summary>
/// <remarks>The log begins anew only where a commit finds all of it taken over. Since the writer goes on meanwhile, that would not come
/// by itself: where the log has grown to <see cref="ServerLimits.LogPages"/>, the writer takes over what little is left
/// (sqlite.org/wal.html, "Avoiding Excessively Large WAL Files").</remarks>
internal sealed class WalCheckpointer : IAsyncDisposable
{
    private readonly Func<SqliteSession> _open;
    private readonly Action _syncFailed;
    private readonly AutoResetEvent _asked = new(false);
    private readonly Thread _thread;
    private int _pages;
    private int _untaken;
    private volatile bool _isLarge;
    private volatile bool _isClosed;

    /// <summary>Begins, with a connection of its own.</summary>
    public WalCheckpointer(Func<SqliteSession> open, Action syncFailed)
    {
        (_open, _syncFailed) = (open, syncFailed);
        _thread = new Thread(Work) { Name = "database checkpoints", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Called by the writer's thread after a commit, outside any transaction.</summary>
    public void Written(SqliteSession writer)
    {
        var written = writer.TakeWrittenPages();
        _pages += written;
        _untaken += written;
        if (_isLarge || _untaken >= 2 * ServerLimits.LogPages)
        {
            _isLarge = false;
            _pages = 0;
            try
            {
                TakeOver(writer);
                _untaken = 0;
            }
            catch (SqliteException)
            {
                // As where the disk has no room for the database, though what was committed found room in the log. Again after as much
                // more; meanwhile the log grows, until commits are refused.
                _untaken = (2 * ServerLimits.LogPages) - ServerLimits.CheckpointPages;
            }
        }
        else if (_pages >= ServerLimits.CheckpointPages)
        {
            _pages = 0;
            _asked.Set();
        }
    }

    /// <summary>Ends, once what it is at is done.</summary>
    public async ValueTask DisposeAsync()
    {
        _isClosed = true;
        _asked.Set();
        await Task.Run(_thread.Join).ConfigureAwait(false);
        _asked.Dispose();
    }

    private void Work()
    {
        SqliteSession? session = null;
        while (_asked.WaitOne() && !_isClosed)
        {
            try
            {
                session ??= _open();
                _isLarge = TakeOver(session) >= ServerLimits.LogPages;
            }
            catch (SqliteException)
            {
                // The next time; until then the log grows.
            }
        }

        session?.Dispose();
    }

    // Gives the pages that the log has.
    private int TakeOver(SqliteSession session)
    {
        try
        {
            return session.First("PRAGMA wal_checkpoint(PASSIVE)", row => row.GetInt32(1));
        }
        catch (SqliteException failure) when (SqliteCodes.IsSyncFailure(failure))
        {
            _syncFailed();
            throw;
        }
    }
}
