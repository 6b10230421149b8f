namespace Fluister.NotForking.Trees;

/// <summary>What an entry of a tree is. Folders are not entries.</summary>
public enum EntryKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A symbolic link.</summary>
    Link,
}
