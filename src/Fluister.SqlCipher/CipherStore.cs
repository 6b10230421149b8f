using System.Security.Cryptography;
using System.Text;
using Fluister.Cryptography;

namespace Fluister.SqlCipher;

/// <summary>A SQLCipher 4 database of our own, opened to be written: what SQLCipher makes, made by stock SQLite through our VFS.</summary>
/// <remarks>
/// <para>The database has a write-ahead log, whose frames are encrypted as the database's pages are; a committed transaction is on the disk
/// (synchronous=FULL). Several connections, of several processes, may have it open. No other file is written: sorting and statements that
/// are taken back stay in memory, and what SQLite would put into another file fails.</para>
/// <para>What is deleted is overwritten with zeros before it is encrypted (secure_delete); the log keeps the ciphertext of earlier pages
/// until <see cref="Checkpoint"/>, or the last connection's end.</para>
/// </remarks>
public sealed unsafe class CipherStore : CipherConnection
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string Settings =
        """
        PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA foreign_keys = ON;
        PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 4194304
        """;

    private int _depth;

    private CipherStore(EncryptedFile file, WritableVfs vfs, bool isNew)
        : base(file, vfs, Sqlite.OpenReadWrite)
    {
        try
        {
            if (isNew)
            {
                // A journal in memory for the one page that is there before the log is. SQLCipher keeps 80 bytes of each page.
                int reserve = PageCodec.Reserve;
                Check(Sqlite.Control(Database, null, Sqlite.ControlReserveBytes, &reserve));
                Execute($"PRAGMA page_size = {PageCodec.PageSize}; PRAGMA journal_mode = MEMORY");
                Execute("PRAGMA journal_mode = WAL");
            }

            Execute(Settings);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The rowid of the row that was inserted last.</summary>
    public long LastRowId => Sqlite.LastInsertRowId(Database);

    /// <summary>Rows that the last statement changed.</summary>
    public int Changes => Sqlite.Changes(Database);

    /// <summary>Opens a database with its raw key of 32 bytes.</summary>
    /// <exception cref="CipherException">It is missing, may not be written, is no SQLCipher 4 database, or the key is another
    /// one.</exception>
    public static CipherStore Open(string path, Secret key)
    {
        EncryptedFile file = EncryptedFile.Open(path, key, write: true);
        return Open(file, isNew: false);
    }

    /// <summary>Makes a database, for its owner alone. It has its name only once it is whole.</summary>
    /// <param name="path">Where; nothing may be there yet.</param>
    /// <param name="key">Its raw key of 32 bytes.</param>
    /// <param name="schema">Statements that make its tables.</param>
    /// <exception cref="CipherException">Something is there, or the folder cannot be written.</exception>
    public static CipherStore Create(string path, Secret key, string schema)
    {
        Make(path, key, store => store.Transact(() => store.Execute(schema)));
        return Open(path, key);
    }

    /// <summary>Runs statements that give no rows.</summary>
    public void Execute(string sql)
    {
        byte[] text = Encoding.UTF8.GetBytes(sql + '\0');
        fixed (byte* start = text)
        {
            byte* rest = start;
            while (*rest != 0)
            {
                Check(Sqlite.Prepare(Database, rest, -1, 0, out nint statement, out rest));
                if (statement == 0)
                {
                    continue;
                }

                using var prepared = new CipherStatement(this, statement);
                while (prepared.Step())
                {
                }
            }
        }
    }

    /// <summary>Does a piece of work in a transaction, which is on the disk when this returns; where the work fails, nothing of it
    /// is.</summary>
    /// <exception cref="CipherException">The disk is full, or fails; nothing of the work was kept.</exception>
    public T Transact<T>(Func<T> work)
    {
        if (_depth > 0)
        {
            return work();
        }

        Execute("BEGIN IMMEDIATE");
        _depth++;
        try
        {
            T result = work();
            Execute("COMMIT");
            return result;
        }
        catch
        {
            if (IsOpen && Sqlite.Autocommit(Database) == 0)
            {
                Try("ROLLBACK"u8);
            }

            throw;
        }
        finally
        {
            _depth--;
        }
    }

    /// <summary>Does a piece of work in a transaction.</summary>
    public void Transact(Action work) => Transact(() =>
    {
        work();
        return true;
    });

    /// <summary>Brings the log into the database, and empties it where nobody reads from it.</summary>
    public void Checkpoint() => Execute("PRAGMA wal_checkpoint(TRUNCATE)");

    /// <summary>Writes a copy, while others read and write: one state of this database, under a key of its own. It has its name only once
    /// it is whole.</summary>
    /// <param name="path">Where; nothing may be there yet.</param>
    /// <param name="key">The copy's raw key of 32 bytes.</param>
    /// <param name="progress">Told the share that is done, from 0 to 1.</param>
    public void BackUp(string path, Secret key, Action<double>? progress = null) => Make(path, key, copy =>
    {
        const int PagesAtOnce = 256;
        fixed (byte* main = "main\0"u8)
        {
            nint backup = Sqlite.BackupInit(copy.Database, main, Database, main);
            if (backup == 0)
            {
                throw copy.Explain(Sqlite.ErrorCode(copy.Database));
            }

            // A statement that has not ended holds its state: without it a writer makes the copy begin again and again.
            using CipherStatement snapshot = Prepare("SELECT 1 FROM sqlite_schema LIMIT 1");
            try
            {
                snapshot.Step();
                int code;
                while ((code = Sqlite.BackupStep(backup, PagesAtOnce)) == Sqlite.Ok)
                {
                    progress?.Invoke(1 - ((double)Sqlite.BackupRemaining(backup) / Math.Max(1, Sqlite.BackupPageCount(backup))));
                }

                if (code != Sqlite.Done)
                {
                    throw copy.Explain(code);
                }
            }
            finally
            {
                _ = Sqlite.BackupFinish(backup);
            }
        }

        progress?.Invoke(1);
    });

    /// <summary>Reads every page, and lets SQLite check the tables.</summary>
    /// <exception cref="CipherException">A page is not authentic, or a table is malformed.</exception>
    public void Verify()
    {
        using CipherStatement check = Prepare("PRAGMA integrity_check(1)");
        if (check.Step() && check.Text(0) is not "ok")
        {
            throw Vfs.TakeFailure()
                ?? new CipherException(CipherError.Corrupt, $"{Given}: the tables are malformed. Restore a backup.");
        }
    }

    private static CipherStore Open(EncryptedFile file, bool isNew)
    {
        WritableVfs vfs;
        try
        {
            vfs = new WritableVfs(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return new CipherStore(file, vfs, isNew);
    }

    // Under another name until it is whole: a crash leaves a file that the next attempt replaces.
    private static void Make(string path, Secret key, Action<CipherStore> fill)
    {
        string unfinished = path + ".new";
        if (File.Exists(path) || Directory.Exists(path))
        {
            throw new CipherException(CipherError.Denied, $"{path}: there is one already. Choose another name, or remove it.");
        }

        Span<byte> salt = stackalloc byte[PageCodec.SaltSize];
        RandomNumberGenerator.Fill(salt);
        try
        {
            File.Delete(unfinished);
            File.Delete(unfinished + "-wal");
            File.Delete(unfinished + "-shm");
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnFile;
            }

            new FileStream(unfinished, options).Dispose();
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new CipherException(CipherError.Denied, $"{path}: cannot be made: {denied.Message}", denied);
        }

        using (CipherStore store = Open(EncryptedFile.New(unfinished, key, salt), isNew: true))
        {
            fill(store);
            store.Checkpoint();
        }

        PosixFolder.Move(unfinished, path);
    }

    private void Check(int code)
    {
        if (code != Sqlite.Ok)
        {
            throw Explain(code);
        }
    }
}
