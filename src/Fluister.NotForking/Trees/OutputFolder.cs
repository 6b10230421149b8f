namespace Fluister.NotForking.Trees;

/// <summary>`OUT/NAME` as it lies on disk; nothing in it is believed: no link is followed, not even to a folder.</summary>
/// <param name="root">`OUT/NAME`.</param>
/// <param name="digests">Reads files.</param>
internal sealed class OutputFolder(string root, FileDigests digests)
{
    /// <summary>What an executable file has on top of others.</summary>
    public const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);

    /// <summary>What lies at a path.</summary>
    public enum Found
    {
        /// <summary>Nothing.</summary>
        Nothing,

        /// <summary>A regular file, or what looks like one.</summary>
        File,

        /// <summary>A link to anything.</summary>
        Link,

        /// <summary>A folder.</summary>
        Folder,
    }

    /// <summary>Whether it is not there, or without anything in it.</summary>
    public bool IsEmpty => !Directory.Exists(root) || !Directory.EnumerateFileSystemEntries(root).Any();

    /// <summary>Where a path lies.</summary>
    public string At(string path) => Path.Combine(root, path);

    /// <summary>What lies at a path.</summary>
    /// <param name="path">Which.</param>
    /// <param name="mayBeNone">Says of what should be a folder on the way there that it may be a file or link, too.</param>
    /// <exception cref="NotForkException">A folder on the way to it is a link or a file.</exception>
    public Found Look(string path, Func<string, bool>? mayBeNone = null) => HasFolders(path, mayBeNone) ? LookAt(At(path)) : Found.Nothing;

    /// <summary>What lies at a place on disk.</summary>
    public static Found LookAt(string location)
    {
        var attributes = new FileInfo(location).Attributes;
        return attributes == (FileAttributes)(-1) ? Found.Nothing
            : attributes.HasFlag(FileAttributes.ReparsePoint) ? Found.Link
            : attributes.HasFlag(FileAttributes.Directory) ? Found.Folder : Found.File;
    }

    /// <summary>Whether what lies at a path is what an index says.</summary>
    public bool Is(string path, IndexEntry entry)
    {
        var file = new FileInfo(At(path));
        return entry.Kind == EntryKind.Link
            ? Look(path) == Found.Link && file.LinkTarget == entry.Content
            : Look(path) == Found.File && file.Length == entry.Size
                && (entry.Size == 0 || digests.Of(file.FullName).Sha512 == entry.Content);
    }

    /// <summary>Makes the folders on the way to a path, and takes a folder without files from its place.</summary>
    public void MakeRoom(string path)
    {
        if (!HasFolders(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        }
        else if (LookAt(At(path)) == Found.Folder && FolderTree.Read(At(path)).Count == 0)
        {
            Directory.Delete(At(path), recursive: true);
        }
    }

    /// <summary>Deletes a file or link, and folders that it leaves empty.</summary>
    public void Delete(string path)
    {
        File.Delete(At(path));
        while (path.LastIndexOf('/') is > 0 and var slash)
        {
            path = path[..slash];
            if (LookAt(At(path)) != Found.Folder || Directory.EnumerateFileSystemEntries(At(path)).Any())
            {
                break;
            }

            Directory.Delete(At(path));
            _folders.Remove(path);
        }
    }

    /// <summary>Whether a file's owner may execute it.</summary>
    public static bool IsExecutable(string location) =>
        !OperatingSystem.IsWindows() && File.GetUnixFileMode(location).HasFlag(UnixFileMode.UserExecute);

    /// <summary>Makes a file executable for all who may read it, or for nobody.</summary>
    public static void Chmod(string location, bool isExecutable)
    {
        if (!OperatingSystem.IsWindows())
        {
            var mode = File.GetUnixFileMode(location) & ~Execute;
            File.SetUnixFileMode(location, isExecutable ? mode | (UnixFileMode)((int)(mode & (UnixFileMode)0b100_100_100) >> 2) : mode);
        }
    }

    /// <summary>The error for what may not be touched.</summary>
    public NotForkException Guard(string path, string why) => new(
        ExitCode.OutputGuard,
        $"\"{(path.Length == 0 ? root : At(path))}\" {why}. Nothing was changed: move it away, or choose another output.");

    /// <summary>Whether all folders on the way to a path are there.</summary>
    /// <exception cref="NotForkException">One is a link or a file.</exception>
    private bool HasFolders(string path, Func<string, bool>? mayBeNone = null)
    {
        var parent = path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "";
        if (_folders.Contains(parent))
        {
            return true;
        }

        if (parent.Length > 0 && !HasFolders(parent, mayBeNone))
        {
            return false;
        }

        var found = LookAt(parent.Length == 0 ? root : At(parent));
        if (found is Found.Link or Found.File && mayBeNone?.Invoke(parent) != true)
        {
            throw Guard(parent, $"is a {(found == Found.Link ? "link" : "file")} where a folder should be");
        }

        return found == Found.Folder && _folders.Add(parent);
    }
}
