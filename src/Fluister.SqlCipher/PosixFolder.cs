using System.Runtime.InteropServices;

namespace Fluister.SqlCipher;

/// <summary>Renames that a power cut does not undo.</summary>
internal static partial class PosixFolder
{
    /// <summary>Renames a file whose content is on the disk, and sees the new name onto the disk too, where the system can.</summary>
    internal static void Move(string from, string to)
    {
        File.Move(from, to);
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = Open(Path.GetDirectoryName(Path.GetFullPath(to))!, 0);
        int failed = descriptor < 0 ? 0 : Flush(descriptor);
        if (descriptor >= 0)
        {
            _ = Close(descriptor);
        }

        if (failed != 0)
        {
            throw new CipherException(CipherError.Io, $"{to}: its folder cannot be written to the disk. Check the disk.");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
