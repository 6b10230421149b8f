using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Fluister.Cryptography;

namespace Fluister.SqlCipher;

/// <summary>A SQLCipher 4 database, opened to be read: nothing is ever written to it, to its log, to its shared memory, or beside
/// them.</summary>
/// <remarks>
/// One thread at a time, except for <see cref="Interrupt"/>. While the database's own program runs, its locks are honoured, and every
/// statement sees one state of the database; <see cref="Snapshot"/> holds that state over several.
/// </remarks>
public sealed unsafe class CipherDatabase : IDisposable
{
    // Bounds on what a database made by an attacker can ask for.
    private const int LongestValue = 256 << 20;
    private const int LongestStatement = 1 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly DatabaseName _name;
    private readonly PageCodec _codec;
    private readonly CipherVfs _vfs;
    private readonly HashSet<CipherStatement> _statements = [];
    private readonly HashSet<string> _views = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _gate = new();
    private GCHandle _self;
    private nint _database;

    private CipherDatabase(DatabaseName name, StockFile file, PageCodec codec, CipherOptions options)
    {
        _name = name;
        _codec = codec;
        try
        {
            _vfs = new CipherVfs(name, file, codec, options.Salvage);
        }
        catch
        {
            file.Dispose();
            codec.Dispose();
            name.Dispose();
            throw;
        }

        int code = Sqlite.Open(name.Database, out _database, Sqlite.OpenReadOnly | Sqlite.OpenNoMutex, _vfs.Name);
        if (code != Sqlite.Ok)
        {
            CipherException error = Explain(code);
            Dispose();
            throw error;
        }

        try
        {
            Harden(options);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Numbers of the pages that were found not to be authentic so far; with <see cref="CipherOptions.Salvage"/> reading went
    /// on.</summary>
    public IReadOnlyCollection<uint> DamagedPages => _vfs.Damaged;

    /// <summary>Opens the database at <paramref name="path"/> with its raw key of 32 bytes.</summary>
    /// <exception cref="CipherException">It is missing, may not be read, is no SQLCipher 4 database, or the key is another one.</exception>
    public static CipherDatabase Open(string path, Secret key, CipherOptions? options = null)
    {
        (DatabaseName name, StockFile file) = OpenFile(path);
        PageCodec? codec = null;
        try
        {
            codec = Unlock(name, file, key, out bool authentic);
            if (!authentic)
            {
                throw Lock(name, file, codec);
            }
        }
        catch
        {
            codec?.Dispose();
            file.Dispose();
            name.Dispose();
            throw;
        }

        return new CipherDatabase(name, file, codec, options ?? new CipherOptions());
    }

    /// <summary>True when page 1 of the file at <paramref name="path"/> is authentic under this raw key of 32 bytes.</summary>
    /// <exception cref="CipherException">The file is missing, may not be read, or is too short to hold a page.</exception>
    public static bool Verify(string path, Secret key)
    {
        (DatabaseName name, StockFile file) = OpenFile(path);
        using (name)
        using (file)
        using (Unlock(name, file, key, out bool authentic))
        {
            return authentic;
        }
    }

    /// <summary>Prepares one statement that reads tables of the database; it is disposed of before the database.</summary>
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

    /// <summary>Holds the state of the database that the next statements see, until disposed of; a writer's log grows meanwhile.</summary>
    public IDisposable Snapshot() => new Held(this);

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
        lock (_gate)
        {
            if (_database != 0 || _name.Database != null)
            {
                foreach (CipherStatement statement in _statements.ToArray())
                {
                    statement.Dispose();
                }

                _ = Sqlite.Close(_database);
                _database = 0;
                if (_self.IsAllocated)
                {
                    _self.Free();
                }

                _vfs.Dispose();
                _codec.Dispose();
                _name.Dispose();
            }
        }
    }

    /// <summary>Runs a statement that gives no rows, whatever comes of it.</summary>
    private void Execute(ReadOnlySpan<byte> sql)
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
                $"{_name.Given}: the files changed while they were read. Open them again, or close the program that writes.");
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
                $"{_name.Given}: the files changed while they were read. Open them again, or close the program that writes.");
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
            Sqlite.IoError => (CipherError.Io, $"reading failed (SQLite code {code}). Check the disk."),
            _ => (CipherError.Sql, $"{Marshal.PtrToStringUTF8((nint)Sqlite.ErrorMessage(_database))} (SQLite code {code})."),
        };
        return new CipherException(error, $"{_name.Given}: {text}");
    }

    private static (DatabaseName Name, StockFile File) OpenFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            // SQLite would open the file whose name ends there.
            throw new ArgumentException("A path holds no character 0.", nameof(path));
        }

        Sqlite.Initialize();
        if (Directory.Exists(path))
        {
            throw new CipherException(CipherError.NotADatabase, $"{path}: a directory. Name the database file in it.");
        }

        Sqlite.Vfs* stock = Sqlite.FindVfs(null);
        var name = new DatabaseName(stock, path);
        StockFile? file = StockFile.Open(stock, name.Database, Sqlite.OpenMainDatabase, out _);
        if (file is not null)
        {
            return (name, file);
        }

        name.Dispose();
        throw File.Exists(path)
            ? new CipherException(CipherError.Denied, $"{path}: the file may not be read. Check the permissions.")
            : new CipherException(CipherError.NotFound, $"{path}: no such file. Check the path.");
    }

    /// <summary>Derives the keys from the salt in page 1, and checks that page.</summary>
    private static PageCodec Unlock(DatabaseName name, StockFile file, Secret key, out bool authentic)
    {
        if (key.Length != PageCodec.KeySize)
        {
            throw new ArgumentException("A raw key has 32 bytes.", nameof(key));
        }

        byte[] page = new byte[PageCodec.PageSize];
        PageCodec? codec = null;
        for (int attempt = 1; ; attempt++)
        {
            int code = ReadPage(file, 1, page);
            if (code == Sqlite.IoErrorShortRead)
            {
                codec?.Dispose();
                throw new CipherException(CipherError.Truncated, $"{name.Given}: the file is shorter than one page. Copy it again.");
            }

            if (code != Sqlite.Ok)
            {
                codec?.Dispose();
                throw new CipherException(CipherError.Io, $"{name.Given}: reading failed (SQLite code {code}). Check the disk.");
            }

            // The salt never changes, but a checkpoint may be writing the page just now.
            codec ??= new PageCodec(key.Reveal(), page.AsSpan(0, PageCodec.SaltSize));
            authentic = page.AsSpan().ContainsAnyExcept((byte)0) && codec.Verify(page, 1);
            if (authentic || attempt == 3)
            {
                return codec;
            }

            Thread.Sleep(attempt);
        }
    }

    /// <summary>Why page 1 is not authentic: no database, a plain one, an altered page, or the wrong key.</summary>
    private static CipherException Lock(DatabaseName name, StockFile file, PageCodec codec)
    {
        byte[] page = new byte[PageCodec.PageSize];
        if (ReadPage(file, 1, page) == Sqlite.Ok && page.AsSpan().StartsWith("SQLite format 3\0"u8))
        {
            return new CipherException(CipherError.NotADatabase, $"{name.Given}: a plain SQLite file, not an encrypted one.");
        }

        for (uint number = 2; number < 10; number++)
        {
            if (ReadPage(file, number, page) == Sqlite.Ok && page.AsSpan().ContainsAnyExcept((byte)0) && codec.Verify(page, number))
            {
                return new CipherException(
                    CipherError.Tampered, $"{name.Given}: page 1 is not authentic, but the key is right. Take another copy.");
            }
        }

        return new CipherException(
            CipherError.WrongKey,
            $"{name.Given}: the key does not fit, or the file is no SQLCipher 4 database. Check the key and the path.");
    }

    private static int ReadPage(StockFile file, uint number, byte[] page)
    {
        fixed (byte* to = page)
        {
            return file.Read(to, page.Length, (long)(number - 1) * PageCodec.PageSize);
        }
    }

    /// <summary>Settings for a database that an attacker may have made (https://sqlite.org/security.html).</summary>
    private void Harden(CipherOptions options)
    {
        _ = Sqlite.ExtendedResultCodes(_database, 1);
        _ = Sqlite.BusyTimeout(_database, (int)Patience.TotalMilliseconds);
        _ = Sqlite.Configure(_database, Sqlite.DatabaseConfigDefensive, 1);
        _ = Sqlite.Configure(_database, Sqlite.DatabaseConfigNoCheckpointOnClose, 1);
        _ = Sqlite.Limit(_database, Sqlite.LimitLength, LongestValue);
        _ = Sqlite.Limit(_database, Sqlite.LimitSqlLength, LongestStatement);
        _ = Sqlite.Limit(_database, Sqlite.LimitAttached, 0);
        _ = Sqlite.Limit(_database, Sqlite.LimitTriggerDepth, 1);
        _ = Sqlite.Limit(_database, Sqlite.LimitWorkerThreads, 0);
        foreach (string setting in (ReadOnlySpan<string>)[
            "trusted_schema=OFF", "cell_size_check=ON", "temp_store=MEMORY", "mmap_size=0", "query_only=ON",
            $"cache_size=-{options.CacheBytes / 1024}"])
        {
            using CipherStatement statement = Prepare("PRAGMA " + setting);
            statement.Step();
        }

        using (CipherStatement schema = Prepare("SELECT name FROM sqlite_schema WHERE type = 'view'"))
        {
            while (schema.Step())
            {
                _views.Add(schema.Text(0) ?? "");
            }
        }

        if (_vfs.Salvage is { Needed: true } salvage)
        {
            using CipherStatement roots = Prepare(
                "SELECT s.rootpage FROM sqlite_schema s WHERE s.rootpage > 0 AND (s.type = 'index' OR " +
                "(SELECT wr FROM pragma_table_list l WHERE l.schema = 'main' AND l.name = s.name))");
            while (roots.Step())
            {
                salvage.AddIndexRoot((uint)roots.Int64(0));
            }
        }

        _self = GCHandle.Alloc(this, GCHandleType.Weak);
        _ = Sqlite.SetAuthorizer(_database, &Authorize, (void*)GCHandle.ToIntPtr(_self));
    }

    /// <summary>
    /// A view could hold a query that never ends under the name of a table: the database's views are refused, and all that is not reading.
    /// </summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Authorize(void* argument, int action, byte* first, byte* second, byte* database, byte* view)
    {
        const int Deny = 1, Pragma = 19, Read = 20, Select = 21, Transaction = 22, Function = 31, Recursive = 33;
        if (action is not (Pragma or Read or Select or Transaction or Function or Recursive))
        {
            return Deny;
        }

        // The innermost view, or the name of a common table expression of the statement itself.
        return view == null || (GCHandle.FromIntPtr((nint)argument).Target is CipherDatabase self &&
            !self._views.Contains(Marshal.PtrToStringUTF8((nint)view)!)) ? Sqlite.Ok : Deny;
    }

    private sealed class Held : IDisposable
    {
        private readonly CipherDatabase _owner;
        private bool _ended;

        internal Held(CipherDatabase owner)
        {
            _owner = owner;
            Run("BEGIN");
            try
            {
                // BEGIN alone takes no snapshot; the first read does.
                Run("SELECT 1 FROM sqlite_schema LIMIT 1");
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public void Dispose()
        {
            if (_ended || _owner._database == 0)
            {
                return;
            }

            // SQLite ends the transaction itself when reading fails; and what failed is told by the call that failed, not by the end.
            _ended = true;
            if (Sqlite.Autocommit(_owner._database) == 0)
            {
                _owner.Execute("COMMIT"u8);
            }
        }

        private void Run(string sql)
        {
            using CipherStatement statement = _owner.Prepare(sql);
            statement.Step();
        }
    }
}
