using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Fluister.Cryptography;

namespace Fluister.SqlCipher;

/// <summary>A SQLCipher 4 database, opened to be read: nothing is ever written to it, to its log, to its shared memory, or beside
/// them.</summary>
/// <remarks>
/// One thread at a time, except for <see cref="CipherConnection.Interrupt"/>. While the database's own program runs, its locks are
/// honoured, and every statement sees one state of the database; <see cref="Snapshot"/> holds that state over several.
/// </remarks>
public sealed unsafe class CipherDatabase : CipherConnection
{
    private readonly HashSet<string> _views = new(StringComparer.OrdinalIgnoreCase);
    private GCHandle _self;

    private CipherDatabase(EncryptedFile file, CipherVfs vfs, CipherOptions options)
        : base(file, vfs, Sqlite.OpenReadOnly)
    {
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
    public IReadOnlyCollection<uint> DamagedPages => Vfs.Damaged;

    /// <summary>Opens the database at <paramref name="path"/> with its raw key of 32 bytes.</summary>
    /// <exception cref="CipherException">It is missing, may not be read, is no SQLCipher 4 database, or the key is another one.</exception>
    public static CipherDatabase Open(string path, Secret key, CipherOptions? options = null)
    {
        EncryptedFile file = EncryptedFile.Open(path, key, write: false);
        CipherVfs vfs;
        options ??= new CipherOptions();
        try
        {
            vfs = new ReadOnlyVfs(file, options.Salvage);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return new CipherDatabase(file, vfs, options);
    }

    /// <summary>True when page 1 of the file at <paramref name="path"/> is authentic under this raw key of 32 bytes.</summary>
    /// <exception cref="CipherException">The file is missing, may not be read, or is too short to hold a page.</exception>
    public static bool Verify(string path, Secret key) => EncryptedFile.Verify(path, key);

    private protected override void OnClosed()
    {
        if (_self.IsAllocated)
        {
            _self.Free();
        }
    }

    /// <summary>Holds the state of the database that the next statements see, until disposed of; a writer's log grows meanwhile.</summary>
    public IDisposable Snapshot() => new Held(this);

    /// <summary>Settings for a database that an attacker may have made (https://sqlite.org/security.html).</summary>
    private void Harden(CipherOptions options)
    {
        _ = Sqlite.Configure(Database, Sqlite.DatabaseConfigNoCheckpointOnClose, 1);
        _ = Sqlite.Limit(Database, Sqlite.LimitAttached, 0);
        _ = Sqlite.Limit(Database, Sqlite.LimitTriggerDepth, 1);
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

        if (Vfs.Salvage is { Needed: true } salvage)
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
        _ = Sqlite.SetAuthorizer(Database, &Authorize, (void*)GCHandle.ToIntPtr(_self));
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
            if (_ended || !_owner.IsOpen)
            {
                return;
            }

            // SQLite ends the transaction itself when reading fails; and what failed is told by the call that failed, not by the end.
            _ended = true;
            if (Sqlite.Autocommit(_owner.Database) == 0)
            {
                _owner.Try("COMMIT"u8);
            }
        }

        private void Run(string sql)
        {
            using CipherStatement statement = _owner.Prepare(sql);
            statement.Step();
        }
    }
}
