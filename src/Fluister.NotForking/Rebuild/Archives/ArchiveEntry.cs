namespace Fluister.NotForking.Rebuild.Archives;

/// <summary>One member of an archive. Its time is the archive's, its owner root.</summary>
/// <param name="Path">Relative, with '/', without one at its end.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Length">Bytes of a file.</param>
/// <param name="Open">Opens a file's bytes.</param>
/// <param name="Target">Where a symbolic link leads.</param>
internal sealed record ArchiveEntry(
    string Path, ArchiveEntryKind Kind, UnixFileMode Mode, long Length = 0, Func<Stream>? Open = null, string? Target = null)
{
    /// <summary>0644.</summary>
    public const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>0755.</summary>
    public const UnixFileMode Executable = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>A file of bytes that are at hand.</summary>
    public static ArchiveEntry Of(string path, byte[] bytes, UnixFileMode mode = Plain) =>
        new(path, ArchiveEntryKind.File, mode, bytes.Length, () => new MemoryStream(bytes, writable: false));

    /// <summary>A file as it lies on disk.</summary>
    public static ArchiveEntry Of(string path, FileInfo file, UnixFileMode mode = Plain) =>
        new(path, ArchiveEntryKind.File, mode, file.Length, file.OpenRead);

    /// <summary>A folder.</summary>
    public static ArchiveEntry Folder(string path, UnixFileMode mode = Executable) => new(path, ArchiveEntryKind.Folder, mode);
}
