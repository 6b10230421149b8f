using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Fluister.Server.Operations;

/// <summary>What .NET does not tell of files and their owners.</summary>
internal static partial class PosixFiles
{
    private const uint OwnerOnly = 0x3F; // umask 077
    private const int CurrentFolder = -100; // AT_FDCWD
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

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetMask(uint mask);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, byte[] status);
}
