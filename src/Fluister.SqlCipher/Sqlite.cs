using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fluister.SqlCipher;

/// <summary>The C interface of the stock SQLite library: https://sqlite.org/c3ref/intro.html.</summary>
internal static unsafe partial class Sqlite
{
    private const string Library = "e_sqlite3";

    // Result codes: https://sqlite.org/rescode.html.
    internal const int Ok = 0;
    internal const int Error = 1;
    internal const int Perm = 3;
    internal const int Busy = 5;
    internal const int NoMemory = 7;
    internal const int ReadOnly = 8;
    internal const int Interrupt = 9;
    internal const int IoError = 10;
    internal const int Corrupt = 11;
    internal const int NotFound = 12;
    internal const int Full = 13;
    internal const int CannotOpen = 14;
    internal const int Protocol = 15;
    internal const int TooBig = 18;
    internal const int Constraint = 19;
    internal const int Auth = 23;
    internal const int NotADatabase = 26;
    internal const int Row = 100;
    internal const int Done = 101;
    internal const int IoErrorShortRead = IoError | (2 << 8);
    internal const int IoErrorWrite = IoError | (3 << 8);
    internal const int IoErrorData = IoError | (32 << 8);
    internal const int ReadOnlyRecovery = ReadOnly | (1 << 8);
    internal const int ReadOnlyRollback = ReadOnly | (3 << 8);
    internal const int ReadOnlyCannotInit = ReadOnly | (5 << 8);

    // Flags of sqlite3_open_v2 and xOpen.
    internal const int OpenReadOnly = 0x1;
    internal const int OpenReadWrite = 0x2;
    internal const int OpenReadWriteCreateExclusive = 0x2 | 0x4 | 0x8 | 0x10;
    internal const int OpenMainDatabase = 0x100;
    internal const int OpenWal = 0x80000;
    internal const int OpenNoMutex = 0x8000;

    internal const int LockNone = 0;
    internal const int LockShared = 1;
    internal const int ShmLock = 2;

    /// <summary>A write harms no bytes beside it (SQLITE_IOCAP_POWERSAFE_OVERWRITE).</summary>
    internal const int PowersafeOverwrite = 0x1000;

    internal const int ControlReserveBytes = 38;

    internal const int ConfigMultiThread = 2;
    internal const int ConfigMemoryStatus = 9;
    internal const int ConfigStatementJournalSpill = 26;
    internal const int DatabaseConfigNoCheckpointOnClose = 1006;
    internal const int DatabaseConfigDefensive = 1010;

    internal const int LimitLength = 0;
    internal const int LimitSqlLength = 1;
    internal const int LimitAttached = 7;
    internal const int LimitTriggerDepth = 10;
    internal const int LimitWorkerThreads = 11;

    internal const int PreparePersistent = 1;

    [StructLayout(LayoutKind.Sequential)]
    internal struct Vfs
    {
        internal int Version;
        internal int FileSize;
        internal int MaxPathname;
        internal Vfs* Next;
        internal byte* Name;
        internal nint AppData;
        internal delegate* unmanaged[Cdecl]<Vfs*, byte*, File*, int, int*, int> Open;
        internal delegate* unmanaged[Cdecl]<Vfs*, byte*, int, int> Delete;
        internal delegate* unmanaged[Cdecl]<Vfs*, byte*, int, int*, int> Access;
        internal delegate* unmanaged[Cdecl]<Vfs*, byte*, int, byte*, int> FullPathname;
        internal nint DlOpen;
        internal nint DlError;
        internal nint DlSym;
        internal nint DlClose;
        internal nint Randomness;
        internal nint Sleep;
        internal nint CurrentTime;
        internal nint GetLastError;
        internal nint CurrentTimeInt64;
        internal delegate* unmanaged[Cdecl]<Vfs*, byte*, nint, int> SetSystemCall;
        internal nint GetSystemCall;
        internal nint NextSystemCall;
    }

    /// <summary>A sqlite3_file: the methods, then whatever the VFS keeps per file.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct File
    {
        internal Methods* Methods;

        /// <summary>In our own files: the handle of the managed object behind it.</summary>
        internal nint Handle;
    }

    /// <summary>sqlite3_io_methods.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Methods
    {
        internal int Version;
        internal delegate* unmanaged[Cdecl]<File*, int> Close;
        internal delegate* unmanaged[Cdecl]<File*, byte*, int, long, int> Read;
        internal delegate* unmanaged[Cdecl]<File*, byte*, int, long, int> Write;
        internal delegate* unmanaged[Cdecl]<File*, long, int> Truncate;
        internal delegate* unmanaged[Cdecl]<File*, int, int> Sync;
        internal delegate* unmanaged[Cdecl]<File*, long*, int> FileSize;
        internal delegate* unmanaged[Cdecl]<File*, int, int> Lock;
        internal delegate* unmanaged[Cdecl]<File*, int, int> Unlock;
        internal delegate* unmanaged[Cdecl]<File*, int*, int> CheckReservedLock;
        internal delegate* unmanaged[Cdecl]<File*, int, void*, int> FileControl;
        internal delegate* unmanaged[Cdecl]<File*, int> SectorSize;
        internal delegate* unmanaged[Cdecl]<File*, int> DeviceCharacteristics;
        internal delegate* unmanaged[Cdecl]<File*, int, int, int, void**, int> ShmMap;
        internal delegate* unmanaged[Cdecl]<File*, int, int, int, int> ShmLock;
        internal delegate* unmanaged[Cdecl]<File*, void> ShmBarrier;
        internal delegate* unmanaged[Cdecl]<File*, int, int> ShmUnmap;
        internal nint Fetch;
        internal nint Unfetch;
    }

    // The variadic functions take no variadic argument here, or go through the two forms below.
    [LibraryImport(Library, EntryPoint = "sqlite3_config")]
    private static partial int Config(int option);

    [LibraryImport(Library, EntryPoint = "sqlite3_config")]
    private static partial int Config(int option, int value);

    [LibraryImport(Library, EntryPoint = "sqlite3_db_config")]
    private static partial int DatabaseConfig(nint database, int option, int value, int* result);

    // Apple's Arm64 calling convention puts variadic arguments on the stack, each in 8 bytes: fill the registers first.
    [LibraryImport(Library, EntryPoint = "sqlite3_db_config")]
    private static partial int DatabaseConfigOnStack(
        nint database, int option, nint r2, nint r3, nint r4, nint r5, nint r6, nint r7, nint value, int* result);

    [LibraryImport(Library, EntryPoint = "sqlite3_initialize")]
    private static partial int InitializeLibrary();

    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_find")]
    internal static partial Vfs* FindVfs(byte* name);

    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_register")]
    internal static partial int RegisterVfs(Vfs* vfs, int makeDefault);

    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_unregister")]
    internal static partial int UnregisterVfs(Vfs* vfs);

    [LibraryImport(Library, EntryPoint = "sqlite3_create_filename")]
    internal static partial byte* CreateFilename(byte* database, byte* journal, byte* wal, int parameters, byte** keysAndValues);

    [LibraryImport(Library, EntryPoint = "sqlite3_filename_wal")]
    internal static partial byte* WalName(byte* filename);

    [LibraryImport(Library, EntryPoint = "sqlite3_free_filename")]
    internal static partial void FreeFilename(byte* filename);

    [LibraryImport(Library, EntryPoint = "sqlite3_open_v2")]
    internal static partial int Open(byte* filename, out nint database, int flags, byte* vfs);

    [LibraryImport(Library, EntryPoint = "sqlite3_close")]
    internal static partial int Close(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_extended_result_codes")]
    internal static partial int ExtendedResultCodes(nint database, int on);

    [LibraryImport(Library, EntryPoint = "sqlite3_busy_timeout")]
    internal static partial int BusyTimeout(nint database, int milliseconds);

    [LibraryImport(Library, EntryPoint = "sqlite3_limit")]
    internal static partial int Limit(nint database, int id, int value);

    [LibraryImport(Library, EntryPoint = "sqlite3_interrupt")]
    internal static partial void InterruptAll(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_get_autocommit")]
    internal static partial int Autocommit(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
    internal static partial byte* ErrorMessage(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_set_authorizer")]
    internal static partial int SetAuthorizer(
        nint database, delegate* unmanaged[Cdecl]<void*, int, byte*, byte*, byte*, byte*, int> authorizer, void* argument);

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v3")]
    internal static partial int Prepare(nint database, byte* sql, int bytes, uint flags, out nint statement, out byte* tail);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    internal static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    internal static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    internal static partial int FinalizeStatement(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    internal static partial int Bind(nint statement, int index, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    internal static partial int BindText(nint statement, int index, byte* text, int bytes, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null")]
    internal static partial int BindNull(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    internal static partial int BindBlob(nint statement, int index, byte* bytes, int count, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_double")]
    internal static partial int BindDouble(nint statement, int index, double value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_zeroblob")]
    internal static partial int BindZeroBlob(nint statement, int index, int count);

    [LibraryImport(Library, EntryPoint = "sqlite3_last_insert_rowid")]
    internal static partial long LastInsertRowId(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_changes")]
    internal static partial int Changes(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_extended_errcode")]
    internal static partial int ErrorCode(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_file_control")]
    internal static partial int Control(nint database, byte* schema, int operation, void* argument);

    [LibraryImport(Library, EntryPoint = "sqlite3_backup_init")]
    internal static partial nint BackupInit(nint to, byte* toName, nint from, byte* fromName);

    [LibraryImport(Library, EntryPoint = "sqlite3_backup_step")]
    internal static partial int BackupStep(nint backup, int pages);

    [LibraryImport(Library, EntryPoint = "sqlite3_backup_remaining")]
    internal static partial int BackupRemaining(nint backup);

    [LibraryImport(Library, EntryPoint = "sqlite3_backup_pagecount")]
    internal static partial int BackupPageCount(nint backup);

    [LibraryImport(Library, EntryPoint = "sqlite3_backup_finish")]
    internal static partial int BackupFinish(nint backup);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_count")]
    internal static partial int ColumnCount(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_name")]
    internal static partial byte* ColumnName(nint statement, int index);

    // The column functions neither block nor call back: without the switch to preemptive mode they cost a third.
    [LibraryImport(Library, EntryPoint = "sqlite3_column_type"), SuppressGCTransition]
    internal static partial int ColumnType(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64"), SuppressGCTransition]
    internal static partial long ColumnInt64(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_double"), SuppressGCTransition]
    internal static partial double ColumnDouble(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes"), SuppressGCTransition]
    internal static partial int ColumnBytes(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_text"), SuppressGCTransition]
    internal static partial byte* ColumnText(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob"), SuppressGCTransition]
    internal static partial byte* ColumnBlob(nint statement, int index);

    /// <summary>Starts the library once for the process: each connection belongs to one thread at a time, no global counters.</summary>
    internal static void Initialize() => RuntimeHelpers.RunClassConstructor(typeof(Start).TypeHandle);

    internal static int Configure(nint database, int option, int value)
    {
        int result;
        return AppleArm64
            ? DatabaseConfigOnStack(database, option, 0, 0, 0, 0, 0, 0, value, &result)
            : DatabaseConfig(database, option, value, &result);
    }

    private static bool AppleArm64 => !OperatingSystem.IsLinux() && !OperatingSystem.IsWindows() &&
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    private static class Start
    {
        [System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1810", Justification = "The order is the point.")]
        static Start()
        {
            // Both calls fail harmlessly when someone else in the process started the library before.
            _ = Config(ConfigMultiThread);
            if (!AppleArm64)
            {
                // Statements that are taken back are kept in memory, never in a file beside.
                _ = Config(ConfigStatementJournalSpill, -1);

                // The counters sit behind one process-wide mutex that every allocation takes.
                _ = Config(ConfigMemoryStatus, 0);
            }

            if (InitializeLibrary() != Ok)
            {
                throw new InvalidOperationException("The SQLite library does not start.");
            }

            // As root the unix VFS gives a -shm file that it opens to the owner of the database. Ours only reads.
            Vfs* stock = FindVfs(null);
            if (!OperatingSystem.IsWindows() && stock->Version >= 3 && stock->SetSystemCall != null)
            {
                fixed (byte* name = "fchown\0"u8)
                {
                    stock->SetSystemCall(stock, name, (nint)(delegate* unmanaged[Cdecl]<int, uint, uint, int>)&KeepOwner);
                }
            }
        }

        [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
        private static int KeepOwner(int file, uint user, uint group) => 0;
    }
}
