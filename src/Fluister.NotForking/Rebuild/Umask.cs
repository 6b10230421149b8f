using System.Runtime.InteropServices;

namespace Fluister.NotForking.Rebuild;

/// <summary>The permission bits that new files of this process and its children do not get.</summary>
internal static partial class Umask
{
    /// <summary>022: others may read.</summary>
    public const int Usual = 0b000_010_010;

    /// <summary>Sets it; on Windows there is none.</summary>
    public static void Set(int mask)
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = NativeUmask(mask);
        }
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int NativeUmask(int mask);
}
