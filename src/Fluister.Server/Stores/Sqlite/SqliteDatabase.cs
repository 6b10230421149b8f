using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Fluister.Server.Stores.Sqlite;

/// <summary>One SQLite file: one writer, which commits the work of many callers with one fsync, and readers beside it.</summary>
/// <remarks>
/// <para>What <see cref="WriteAsync{T}"/> has answered is on the disk: WAL with synchronous=FULL. A piece of work that fails takes no other
/// with it; where the commit itself fails, all of the batch do.</para>
/// <para>A name of ":memory:" gives a database that lives as long as this object; its readers are the writer's connection.</para>
/// </remarks>
internal sealed partial class SqliteDatabase : IAsyncDisposable
{
    private const string InMemory = ":memory:";

    private readonly string _path;
    private readonly SqliteSession _writer;
    private readonly WriteQueue _queue = new();
    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private readonly Lock _memory = new();
    private readonly Thread _thread;
    private readonly WalCheckpointer? _checkpointer;
    private bool _isClosed;

    // Each connection is used by one thread at a time, so SQLite need not lock; nor does anybody ask how much memory it has, which costs a
    // lock for each piece (sqlite.org/c3ref/c_config_covering_index_scan.html). In vain, and harmless, where it is at work already.
    static SqliteDatabase()
    {
        Batteries_V2.Init();
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MULTITHREAD);
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
    }

    /// <summary>Opens the file, making it if it is not there, and brings its schema up to date.</summary>
    public SqliteDatabase(string path)
    {
        _path = path;
        _writer = Patience.WhileBusy(OpenWriter, ServerLimits.OpenPatience, TimeProvider.System, Thread.Sleep);

        // What was left in the log goes into the database, and the log begins anew: where the last process ended because the disk had
        // failed, the system remembers parts of the log that the disk does not have, and whatever comes behind them would be lost.
        BeginLogAnew();
        _writer.RunOnce(Schema.Touching);
        _seen = Seen();
        _checkpointer = IsInMemory ? null : new WalCheckpointer(() => Open(readOnly: false), Lose);
        _thread = new Thread(WriteAll) { Name = "database writer", IsBackground = true };
        _thread.Start();
    }

    private bool IsInMemory => _path == InMemory;

    /// <summary>Does a piece of work within a transaction, and answers when it is on the disk. The function may be called twice; what
    /// counts is what the last call did.</summary>
    /// <exception cref="StoreBusyException">Too much is waiting already.</exception>
    /// <exception cref="StoreFullException">The disk is full, or fails; nothing of this work was kept.</exception>
    public Task<T> WriteAsync<T>(Func<SqliteSession, T> function)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(new FunctionWork<T>(function, done));
        return done.Task;
    }

    /// <summary>Gives work to the writer, which tells it what became of it; where too much waits already, that is told at once.</summary>
    public void Post(DatabaseWork work)
    {
        try
        {
            if (!_queue.TryAdd(work))
            {
                work.Fail(new StoreBusyException());
            }
        }
        catch (StoreBusyException closing)
        {
            work.Fail(closing);
        }
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
            session.Statement("BEGIN").Run();
            return read(session);
        }
        finally
        {
            // It has changed nothing.
            session.TryRollback();
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

        _queue.Close();
        await Task.Run(_thread.Join).ConfigureAwait(false);
        if (_checkpointer is not null)
        {
            await _checkpointer.DisposeAsync().ConfigureAwait(false);
        }

        while (_readers.TryTake(out var reader))
        {
            reader.Dispose();
        }

        _writer.Dispose();
    }

    private SqliteSession OpenWriter()
    {
        var session = Open(readOnly: false);
        try
        {
            Schema.Migrate(session);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private void BeginLogAnew()
    {
        _writer.RunOnce("PRAGMA busy_timeout = 0");
        try
        {
            _writer.RunOnce("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode is SqliteCodes.Full or SqliteCodes.Busy)
        {
            // A full disk refuses what is new and serves what is there; somebody else who is at it does it himself.
        }

        _writer.RunOnce("PRAGMA busy_timeout = 5000");
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
        if (!readOnly)
        {
            connection.CreateFunction<byte[], bool>(Schema.Touched, Touch);
            connection.CreateFunction(Schema.Followed, () =>
            {
                Followed?.Invoke();
                return true;
            });
        }

        var session = new SqliteSession(connection);

        // The operator's commands write to the same file: busy_timeout waits for them in the kernel's time, not in steps of 150 ms. What
        // a long reader made the log grow to is given back (journal_size_limit) once it is done.
        session.RunOnce(readOnly
            ? "PRAGMA busy_timeout = 5000; PRAGMA mmap_size = 268435456"
            : """
              PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
              PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384;
              PRAGMA temp_store = MEMORY
              """);

        // Where the file system has no shared memory, SQLite says so in the answer only (sqlite.org/pragma.html#pragma_journal_mode).
        var journal = session.First("PRAGMA journal_mode", row => row.GetString(0));
        if (journal != "wal" && !IsInMemory)
        {
            session.Dispose();
            throw new NotSupportedException($"The database has journal mode {journal}: its file system cannot keep a write-ahead log.");
        }

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
}
