namespace Fluister.Archive.Conversations;

/// <summary>What is wrong with what was given to the archive.</summary>
public enum ArchiveError
{
    /// <summary>No such file, folder or conversation.</summary>
    NotFound,

    /// <summary>No key opens the store.</summary>
    WrongKey,

    /// <summary>Bytes are not what they should be: truncated, tampered with, or not such a file.</summary>
    Damaged,

    /// <summary>A form that this program does not know.</summary>
    Unsupported,

    /// <summary>The system refused.</summary>
    Denied,
}

/// <summary>Bad input from outside, told to the person: the file, the cause and the next step.</summary>
public sealed class ArchiveException : Exception
{
    /// <summary>With a message that a person can act on; it holds no content and no key.</summary>
    public ArchiveException(ArchiveError error, string message, Exception? inner = null)
        : base(message, inner) => Error = error;

    /// <summary>The kind of fault.</summary>
    public ArchiveError Error { get; }
}
