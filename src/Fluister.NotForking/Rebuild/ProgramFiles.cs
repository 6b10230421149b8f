using Fluister.NotForking.Rebuild.Archives;

namespace Fluister.NotForking.Rebuild;

/// <summary>A published program as members of an archive. Modes follow from what a file is, not from the umask.</summary>
internal static class ProgramFiles
{
    /// <summary>All files and folders below a folder, and the folder itself.</summary>
    /// <param name="folder">Where they lie.</param>
    /// <param name="program">The file that can be executed.</param>
    /// <param name="path">Where they go in the archive.</param>
    public static IEnumerable<ArchiveEntry> Of(string folder, string program, string path)
    {
        yield return ArchiveEntry.Folder(path);
        foreach (var below in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            var name = $"{path}/{Path.GetRelativePath(folder, below.FullName).Replace('\\', '/')}";
            yield return below is FileInfo file
                ? ArchiveEntry.Of(name, file, file.Name == program ? ArchiveEntry.Executable : ArchiveEntry.Plain)
                : ArchiveEntry.Folder(name);
        }
    }
}
