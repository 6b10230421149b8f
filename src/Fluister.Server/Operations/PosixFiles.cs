using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Fluister.Server.Operations;

/// <summary>What .NET does not tell of files and their owners.</summary>
internal static partial class PosixFiles
{
    /// <summary>What an exception's HResult is where another has a file open for itself alone: EWOULDBLOCK, of flock(2).</summary>
    public const int WouldBlock = 11;

    private const uint OwnerOnly = 0x3F; // umask 077
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int ReadFolder = 0x90000; // O_RDONLY | O_DIRECTORY | O_CLOEXEC
    private const uint AskUser = 0x8; // STATX_UID
    private const int UserOffset = 20; // struct statx, stx_uid (statx(2))

    /// <summary>Files that are made from now on are for their owner only; this holds for those that SQLite makes, too.</summary>
    public static void KeepToOwner()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetMask(OwnerOnly);
        }
    }

    /// <summary>Whether a file or folder belongs to whoever runs this program; true where the system cannot say.</summary>
    public static bool IsOurs(string path)
    {
        var status = new byte[256];
        return !OperatingSystem.IsLinux()
            || Status(CurrentFolder, path, 0, AskUser, status) != 0
            || BinaryPrimitives.ReadUInt32LittleEndian(status.AsSpan(UserOffset)) == EffectiveUser();
    }

    /// <summary>The modes that others than the owner have, or none.</summary>
    public static UnixFileMode OpenToOthers(string path) =>
        OperatingSystem.IsWindows()
            ? UnixFileMode.None
            : File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    /// <summary>Puts a file's bytes on the disk (fsync(2)). Not <see cref="FileStream.Flush(bool)"/>, which says nothing where the disk
    /// fails (tried with .NET 10.0 and EIO).</summary>
    /// <exception cref="IOException">The disk fails. What it had of the file may be gone, and a second try would say otherwise.</exception>
    public static void SyncFile(FileStream file)
    {
        file.Flush();
        if (!OperatingSystem.IsLinux())
        {
            file.Flush(flushToDisk: true);
        }
        else if (Sync(file.SafeFileHandle.DangerousGetHandle()) != 0)
        {
            throw Failure(file.Name);
        }
    }

    /// <summary>Puts a folder's entries on the disk: a file that was made or renamed there is there after a power cut (fsync(2)).</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public static void SyncFolder(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var folder = OpenFile(path, ReadFolder);
        if (folder < 0)
        {
            throw Failure(path);
        }

        try
        {
            if (Sync(folder) != 0)
            {
                throw Failure(path);
            }
        }
        finally
        {
            _ = CloseFile(folder);
        }
    }

    private static IOException Failure(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int OpenFile(string path, int flags);

    // The runtime's own, so that what is preloaded stands before it as before everything else of the program.
    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_FSync", SetLastError = true)]
    private static partial int Sync(nint file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseFile(int file);

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetMask(uint mask);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, byte[] status);
}
