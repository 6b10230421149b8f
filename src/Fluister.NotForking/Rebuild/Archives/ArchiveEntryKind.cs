namespace Fluister.NotForking.Rebuild.Archives;

/// <summary>What a member of an archive is.</summary>
internal enum ArchiveEntryKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link.</summary>
    Link,
}
