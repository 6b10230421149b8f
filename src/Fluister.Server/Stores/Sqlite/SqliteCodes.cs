using Microsoft.Data.Sqlite;

namespace Fluister.Server.Stores.Sqlite;

/// <summary>SQLite's result codes (sqlite.org/rescode.html) that matter here.</summary>
internal static class SqliteCodes
{
    /// <summary>SQLITE_BUSY.</summary>
    public const int Busy = 5;

    /// <summary>SQLITE_READONLY.</summary>
    public const int ReadOnly = 8;

    /// <summary>SQLITE_IOERR.</summary>
    public const int InputOutput = 10;

    /// <summary>SQLITE_CORRUPT.</summary>
    public const int Corrupt = 11;

    /// <summary>SQLITE_FULL.</summary>
    public const int Full = 13;

    /// <summary>SQLITE_CANTOPEN.</summary>
    public const int CannotOpen = 14;

    /// <summary>SQLITE_CONSTRAINT.</summary>
    public const int Constraint = 19;

    /// <summary>SQLITE_NOTADB.</summary>
    public const int NotADatabase = 26;

    // SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC.
    private const int Sync = InputOutput | (4 << 8);
    private const int FolderSync = InputOutput | (5 << 8);

    /// <summary>Whether the disk failed to keep what it had taken: after that, nobody knows what is on it (fsync(2), EIO).</summary>
    public static bool IsSyncFailure(Exception failure) => failure is SqliteException { SqliteExtendedErrorCode: Sync or FolderSync };

    /// <summary>What an operator can do about a failure.</summary>
    public static string Sentence(SqliteException failure) => failure.SqliteErrorCode switch
    {
        Full => "The disk that the database is on is full. Make room; nothing needs repair.",
        InputOutput => "The disk that the database is on fails to read or write. Look at the system's log.",
        ReadOnly or CannotOpen => "The database cannot be opened for writing. Do the folder and all files in it belong to who runs this?",
        Busy => "Another program holds the database. Try again when it has ended.",
        Corrupt or NotADatabase => "The database is damaged. Restore a backup into another folder, and keep this one.",
        _ => $"The database failed with SQLite's code {failure.SqliteExtendedErrorCode}.",
    };
}
