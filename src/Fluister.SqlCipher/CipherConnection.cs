using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Fluister.SqlCipher;

/// <summary>A connection to a SQLCipher 4 database, through a VFS of its own. One thread at a time, except for
/// <see cref="Interrupt"/>.</summary>
public abstract unsafe class CipherConnection : IDisposable
{
    // Bounds on what a database made by an attacker can ask for.
    private protected const int LongestValue = 256 << 20;
    private const int LongestStatement = 1 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly EncryptedFile _file;
    private readonly CipherVfs _vfs;
    private readonly HashSet<CipherStatement> _statements = [];
    private readonly Lock _gate = new();
    private nint _database;

    /// <summary>Takes over the file and the VFS, whose first open gives SQLite that file.</summary>
    private protected CipherConnection(EncryptedFile file, CipherVfs vfs, int flags)
    {
        (_file, _vfs) = (file, vfs);
        int code = Sqlite.Open(file.Name.Database, out _database, flags | Sqlite.OpenNoMutex, vfs.Name);
        if (code != Sqlite.Ok)
        {
            CipherException error = Explain(code);
            Close();
            throw error;
        }

        _ = Sqlite.ExtendedResultCodes(_database, 1);
        _ = Sqlite.BusyTimeout(_database, (int)Patience.TotalMilliseconds);
        _ = Sqlite.Configure(_database, Sqlite.DatabaseConfigDefensive, 1);
        _ = Sqlite.Limit(_database, Sqlite.LimitLength, LongestValue);
        _ = Sqlite.Limit(_database, Sqlite.LimitSqlLength, LongestStatement);
        _ = Sqlite.Limit(_database, Sqlite.LimitWorkerThreads, 0);
    }

    private protected bool IsOpen => _database != 0;

    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    private protected nint Database => _database != 0 ? _database : throw new ObjectDisposedException(GetType().Name);

    private protected CipherVfs Vfs => _vfs;

    private protected string Given => _file.Name.Given;

    /// <summary>Prepares one statement; it is disposed of before the database.</summary>
    /// <exception cref="CipherException">The statement does not fit the database, or the database cannot be read.</exception>
    public CipherStatement Prepare(string sql)
    {
        ObjectDisposedException.ThrowIf(_database == 0, this);
        nint statement = 0;
        Retry(() =>
        {
            fixed (byte* text = Encoding.UTF8.GetBytes(sql + '\0'))
            {
                return Sqlite.Prepare(_database, text, -1, Sqlite.PreparePersistent, out statement, out _);
            }
        });
        if (statement == 0)
        {
            throw new ArgumentException("An empty statement.", nameof(sql));
        }

        var prepared = new CipherStatement(this, statement);
        _statements.Add(prepared);
        return prepared;
    }

    /// <summary>Stops the running statement, from any thread; it ends with <see cref="CipherError.Interrupted"/>.</summary>
    public void Interrupt()
    {
        lock (_gate)
        {
            if (_database != 0)
            {
                Sqlite.InterruptAll(_database);
            }
        }
    }

    /// <summary>Closes the database, and what is left of its statements.</summary>
    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>After the database is closed.</summary>
    private protected virtual void OnClosed()
    {
    }

    private void Close()
    {
        lock (_gate)
        {
            if (_file.IsDisposed)
            {
                return;
            }

            foreach (CipherStatement statement in _statements.ToArray())
            {
                statement.Dispose();
            }

            // A null handle is closed without effect.
            _ = Sqlite.Close(_database);
            _database = 0;
            OnClosed();
            _vfs.Dispose();
            _file.Dispose();
        }
    }

    /// <summary>Runs a statement that gives no rows, whatever comes of it.</summary>
    private protected void Try(ReadOnlySpan<byte> sql)
    {
        fixed (byte* text = sql)
        {
            if (Sqlite.Prepare(_database, text, sql.Length, 0, out nint statement, out _) == Sqlite.Ok)
            {
                _ = Sqlite.Step(statement);
                _ = Sqlite.FinalizeStatement(statement);
            }
        }
    }

    internal void Forget(CipherStatement statement) => _statements.Remove(statement);

    /// <summary>Throws when the files changed under a reader that had no locks.</summary>
    internal void CheckUnchanged()
    {
        if (_vfs.Changed)
        {
            throw new CipherException(
                CipherError.Changed,
                $"{Given}: the files changed while they were read. Open them again, or close the program that writes.");
        }
    }

    /// <summary>Runs what begins a transaction, again while a writer is just starting, recovering or ending.</summary>
    internal int Retry(Func<int> action)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            // What SQLite got over before is not the cause of what fails from here on.
            _ = _vfs.TakeFailure();
            int code = action();
            if (code is Sqlite.Ok or Sqlite.Row or Sqlite.Done)
            {
                return code;
            }

            bool passing = (code & 0xFF) is Sqlite.Busy or Sqlite.Protocol || code is Sqlite.ReadOnlyRecovery or Sqlite.ReadOnlyCannotInit;
            if (!passing || Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw Explain(code);
            }

            Thread.Sleep(Pause);
        }
    }

    /// <summary>The exception for a result code of SQLite, naming the file and the next step.</summary>
    internal CipherException Explain(int code)
    {
        CipherException? failure = _vfs.TakeFailure();
        if (_vfs.Changed)
        {
            return new CipherException(
                CipherError.Changed,
                $"{Given}: the files changed while they were read. Open them again, or close the program that writes.");
        }

        if (failure is not null)
        {
            return failure;
        }

        (CipherError error, string text) = (code & 0xFF) switch
        {
            Sqlite.Busy or Sqlite.Protocol =>
                (CipherError.Busy, "another program holds the database. Try again, or close that program."),
            Sqlite.ReadOnly when code is Sqlite.ReadOnlyRollback or Sqlite.ReadOnlyRecovery =>
                (CipherError.NeedsRecovery, "a write was cut short. Start the program that owns the database once, then try again."),
            Sqlite.ReadOnly => (CipherError.Busy, "the shared memory is not ready. Try again."),
            Sqlite.Corrupt when _vfs.IsTruncated =>
                (CipherError.Truncated, "the file ends before its last page. Copy it again, or read the rest with salvage."),
            Sqlite.Corrupt => (CipherError.Corrupt, "the tables are malformed. Take another copy."),
            Sqlite.NotADatabase => (CipherError.NotADatabase, "not a database that SQLite can read. Check the path."),
            Sqlite.Interrupt => (CipherError.Interrupted, "interrupted."),
            Sqlite.TooBig => (CipherError.TooBig, $"a value is longer than {LongestValue} bytes."),
            Sqlite.NoMemory => (CipherError.NoMemory, "not enough memory. Close other programs and try again."),
            Sqlite.CannotOpen or Sqlite.Perm => (CipherError.Denied, "a file of the database may not be read. Check the permissions."),
            Sqlite.Full => (CipherError.Full, "the disk is full. Free some space, then try again."),
            Sqlite.Constraint => (CipherError.Constraint, $"{Marshal.PtrToStringUTF8((nint)Sqlite.ErrorMessage(_database))}."),
            Sqlite.IoError => (CipherError.Io, $"reading or writing failed (SQLite code {code}). Check the disk."),
            _ => (CipherError.Sql, $"{Marshal.PtrToStringUTF8((nint)Sqlite.ErrorMessage(_database))} (SQLite code {code})."),
        };
        return new CipherException(error, $"{Given}: {text}");
    }
}
