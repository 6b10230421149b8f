namespace Fluister.SqlCipher;

/// <summary>What tells that a database was written to while it was read without locks.</summary>
internal readonly record struct Stamp(long Size, DateTime Written, bool Wal, long WalSize, DateTime WalWritten, bool Shm)
{
    /// <summary>Looks at the files without opening them: closing a descriptor would drop the locks on them.</summary>
    internal static Stamp Of(DatabaseName name)
    {
        var database = new FileInfo(name.Path);
        var wal = new FileInfo(name.WalPath);
        return new Stamp(
            database.Exists ? database.Length : -1,
            database.LastWriteTimeUtc,
            wal.Exists,
            wal.Exists ? wal.Length : -1,
            wal.LastWriteTimeUtc,
            File.Exists(name.ShmPath));
    }
}
