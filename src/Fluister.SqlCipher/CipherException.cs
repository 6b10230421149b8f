namespace Fluister.SqlCipher;

/// <summary>Why a SQLCipher database could not be read or written.</summary>
public enum CipherError
{
    /// <summary>No such file.</summary>
    NotFound,

    /// <summary>The file may not be read by this user.</summary>
    Denied,

    /// <summary>Page 1 is not authentic under this key: a wrong key, or no SQLCipher 4 file.</summary>
    WrongKey,

    /// <summary>Not a SQLCipher 4 database.</summary>
    NotADatabase,

    /// <summary>The file ends before the database does.</summary>
    Truncated,

    /// <summary>A page is not authentic: altered after it was written, or damaged.</summary>
    Tampered,

    /// <summary>The pages are authentic, but the tables in them are malformed.</summary>
    Corrupt,

    /// <summary>Another program holds the database, and did not let go in time.</summary>
    Busy,

    /// <summary>The files changed while they were read without locks.</summary>
    Changed,

    /// <summary>A write was interrupted by a crash, and only its own program can finish it.</summary>
    NeedsRecovery,

    /// <summary><see cref="CipherConnection.Interrupt"/> was called.</summary>
    Interrupted,

    /// <summary>A value exceeds the limit on its length.</summary>
    TooBig,

    /// <summary>The statement does not fit the database: no such table or column, or not allowed here.</summary>
    Sql,

    /// <summary>The system failed to read the file.</summary>
    Io,

    /// <summary>Not enough memory.</summary>
    NoMemory,

    /// <summary>The disk is full; what was begun is taken back.</summary>
    Full,

    /// <summary>A rule of the tables forbids the row: a key that is there already, a missing one, a check.</summary>
    Constraint,
}

/// <summary>A SQLCipher database that could not be read or written; the message names the file, the cause and the next step.</summary>
public sealed class CipherException : Exception
{
    internal CipherException(CipherError error, string message, Exception? inner = null)
        : base(message, inner) => Error = error;

    /// <summary>The cause.</summary>
    public CipherError Error { get; }
}
