using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Stores.Sqlite;

/// <summary>One SQLite file: one writer, which commits the work of many callers with one fsync, and readers beside it.</summary>
/// <remarks>
/// <para>What <see cref="WriteAsync{T}"/> has answered is on the disk: WAL with synchronous=FULL. Each piece of work has a savepoint of
/// its own, so
/// that one which fails takes no other with it; where the commit itself fails, all of the batch do.</para>
/// <para>A name of ":memory:" gives a database that lives as long as this object; its readers are the writer's connection.</para>
/// </remarks>
internal sealed class SqliteDatabase : IAsyncDisposable
{
    private const string InMemory = ":memory:";

    private readonly string _path;
    private readonly SqliteSession _writer;
    private readonly BlockingCollection<Work> _queue = new(ServerLimits.WaitingWrites);
    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private readonly Lock _memory = new();
    private readonly Thread _thread;
    private bool _isClosed;

    /// <summary>Opens the file, making it if it is not there, and brings its schema up to date.</summary>
    public SqliteDatabase(string path)
    {
        _path = path;
        _writer = Open(readOnly: false);
        Schema.Migrate(_writer);
        _thread = new Thread(WriteAll) { Name = "database writer", IsBackground = true };
        _thread.Start();
    }

    private bool IsInMemory => _path == InMemory;

    /// <summary>Does a piece of work within a transaction, and answers when it is on the disk.</summary>
    /// <exception cref="StoreBusyException">Too much is waiting already.</exception>
    /// <exception cref="StoreFullException">The disk is full, or fails; nothing of this work was kept.</exception>
    public Task<T> WriteAsync<T>(Func<SqliteSession, T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            if (!_queue.TryAdd(new Work<T>(work, done)))
            {
                done.SetException(new StoreBusyException());
            }
        }
        catch (InvalidOperationException)
        {
            done.SetException(new StoreBusyException("The database is being closed."));
        }

        return done.Task;
    }

    /// <summary>Reads one state of the database.</summary>
    public T Read<T>(Func<SqliteSession, T> read)
    {
        if (IsInMemory)
        {
            lock (_memory)
            {
                _writer.Run("PRAGMA query_only = 1");
                try
                {
                    return read(_writer);
                }
                finally
                {
                    _writer.Run("PRAGMA query_only = 0");
                }
            }
        }

        if (!_readers.TryTake(out var session))
        {
            session = Open(readOnly: true);
        }

        try
        {
            return read(session);
        }
        finally
        {
            _readers.Add(session);
        }
    }

    /// <summary>Finishes the work that waits, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, true))
        {
            return;
        }

        _queue.CompleteAdding();
        await Task.Run(_thread.Join).ConfigureAwait(false);
        while (_readers.TryTake(out var reader))
        {
            reader.Dispose();
        }

        _writer.Dispose();
        _queue.Dispose();
    }

    private SqliteSession Open(bool readOnly)
    {
        if (!readOnly && !IsInMemory && !File.Exists(_path))
        {
            MakeForOwnerOnly(_path);
        }

        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = _path,
            Mode = readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate,
            Pooling = false,

            // Seconds; the provider's own waiting for locks, which goes on after SQLite's.
            DefaultTimeout = 1,
        }.ToString());
        connection.Open();
        var session = new SqliteSession(connection);

        // The operator's commands write to the same file: busy_timeout waits for them in the kernel's time, not in steps of 150 ms. What
        // a long reader made the log grow to is given back (journal_size_limit) once it is done.
        session.RunOnce(readOnly
            ? "PRAGMA busy_timeout = 5000; PRAGMA mmap_size = 268435456"
            : """
              PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
              PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384
              """);
        return session;
    }

    // The files that SQLite puts beside it have the same mode.
    private static void MakeForOwnerOnly(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(path, options).Dispose();
    }

    private void WriteAll()
    {
        var batch = new List<Work>(ServerLimits.WritesPerCommit);
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            batch.Clear();
            batch.Add(first);
            while (batch.Count < ServerLimits.WritesPerCommit && _queue.TryTake(out var work))
            {
                batch.Add(work);
            }

            lock (_memory)
            {
                WriteBatch(batch);
            }
        }
    }

    private void WriteBatch(List<Work> batch)
    {
        try
        {
            _writer.Run("BEGIN IMMEDIATE");
            foreach (var work in batch)
            {
                _writer.Run("SAVEPOINT one");
                if (!work.Try(_writer))
                {
                    _writer.Run("ROLLBACK TO one");
                }

                _writer.Run("RELEASE one");
            }

            _writer.Run("COMMIT");
        }
#pragma warning disable CA1031 // Whatever it is, these callers hear of it, and the next ones are served.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _writer.TryRollback();
            var told = Told(failure);
            batch.ForEach(work => work.Fail(told));
            return;
        }

        batch.ForEach(work => work.Complete());
    }

    private static Exception Told(Exception failure) => failure switch
    {
        SqliteException { SqliteErrorCode: SqliteCodes.Full or SqliteCodes.InputOutput } => new StoreFullException(failure),
        SqliteException { SqliteErrorCode: SqliteCodes.Busy } => new StoreBusyException("Another program holds the database.", failure),
        _ => failure,
    };

    private abstract class Work
    {
        /// <summary>Does it; false where it failed, so that its part must be taken back.</summary>
        public abstract bool Try(SqliteSession session);

        public abstract void Complete();

        public abstract void Fail(Exception failure);
    }

    private sealed class Work<T>(Func<SqliteSession, T> work, TaskCompletionSource<T> done) : Work
    {
        private T? _result;
        private Exception? _failure;

        public override bool Try(SqliteSession session)
        {
            try
            {
                _result = work(session);
                return true;
            }
#pragma warning disable CA1031 // Whatever it is, it belongs to the caller; the writer goes on.
            catch (Exception failure) when (failure is not SqliteException { SqliteErrorCode: SqliteCodes.Full or SqliteCodes.InputOutput })
#pragma warning restore CA1031
            {
                _failure = failure;
                return false;
            }
        }

        public override void Complete()
        {
            if (_failure is null)
            {
                done.SetResult(_result!);
            }
            else
            {
                done.SetException(_failure);
            }
        }

        public override void Fail(Exception failure) => done.TrySetException(failure);
    }
}
