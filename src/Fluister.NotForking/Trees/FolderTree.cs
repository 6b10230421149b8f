namespace Fluister.NotForking.Trees;

/// <summary>The files and links below a folder.</summary>
internal static class FolderTree
{
    /// <summary>Reads a folder; links are entries, and are never followed.</summary>
    /// <exception cref="NotForkException">Something there is neither a file nor a link nor a folder, or there is too much.</exception>
    public static IReadOnlyList<TreeEntry> Read(string folder)
    {
        var options = new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };
        var (entries, folders) = (new List<TreeEntry>(), new Stack<DirectoryInfo>([new DirectoryInfo(folder)]));
        while (folders.TryPop(out var next))
        {
            foreach (var item in next.EnumerateFileSystemInfos("*", options))
            {
                var path = Path.GetRelativePath(folder, item.FullName);
                if (item.LinkTarget is not null)
                {
                    entries.Add(new TreeEntry(path, EntryKind.Link, IsExecutable: false, item.FullName));
                }
                else if (item is DirectoryInfo below)
                {
                    folders.Push(below);
                }
                else if (item.Attributes.HasFlag(FileAttributes.Device))
                {
                    throw new NotForkException(
                        ExitCode.Verification, $"\"{path}\" is neither a file nor a link nor a folder.", new Place(folder));
                }
                else
                {
                    entries.Add(new TreeEntry(path, EntryKind.File, item.UnixFileMode.HasFlag(UnixFileMode.UserExecute), item.FullName));
                }

                if (entries.Count > Limits.TreeFiles)
                {
                    throw new NotForkException(ExitCode.Verification, $"There are more than {Limits.TreeFiles} files.", new Place(folder));
                }
            }
        }

        return entries;
    }
}
