using System.Runtime.InteropServices;

namespace Fluister.Engines.Sandbox;

/// <summary>Which files may be touched: the kernel's Landlock (landlock(7)), for the calling thread and all that it becomes or starts.
/// </summary>
/// <remarks>Other threads of this process stay as they are, so what is to be shut in wholly is started from the thread that entered.
/// </remarks>
internal static class Landlock
{
    // linux/landlock.h
    private const ulong Execute = 1 << 0;
    private const ulong WriteFile = 1 << 1;
    private const ulong ReadFile = 1 << 2;
    private const ulong ReadFolder = 1 << 3;
    private const ulong RemoveFolder = 1 << 4;
    private const ulong RemoveFile = 1 << 5;
    private const ulong MakeFolder = 1 << 7;
    private const ulong MakeFile = 1 << 8;
    private const ulong MakeSocket = 1 << 9;
    private const ulong Truncate = 1 << 14;
    private const ulong DeviceControl = 1 << 15;
    private const ulong ForFiles = Execute | WriteFile | ReadFile | Truncate | DeviceControl;
    private const ulong Write = ReadFile | ReadFolder | WriteFile | RemoveFolder | RemoveFile | MakeFolder | MakeFile | MakeSocket
        | Truncate | DeviceControl;

    private const ulong BindAndConnectTcp = 3;
    private const ulong AbstractSocketsAndSignals = 3;

    private const int RightsFile = 1; // LANDLOCK_RULE_PATH_BENEATH
    private const int OpenPath = 0x200000; // O_PATH
    private const int CloseOnExec = 0x80000;

    /// <summary>What any program needs: the C library and its loader, .NET's view of the machine, and devices without content. No folder of
    /// a person's, and nothing of /etc but the loader's and OpenSSL's settings.</summary>
    private static readonly string[] System =
    [
        "/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/nix/store", "/gnu/store",
        "/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/ssl/openssl.cnf", "/usr/lib/ssl", "/proc/self", "/proc/cpuinfo", "/proc/meminfo",
        "/proc/stat",
        "/proc/sys/kernel/osrelease", "/proc/sys/vm/overcommit_memory", "/sys/devices/system/cpu", "/sys/devices/system/node",
        "/sys/fs/cgroup", "/sys/kernel/mm/transparent_hugepage", "/dev/zero", "/dev/random", "/dev/urandom",
    ];

    private static readonly string[] Loaders =
        ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-aarch64.so.1"];

    /// <summary>The kernel's version of Landlock; 0 without.</summary>
    public static int Version
    {
        get
        {
            const nint AskVersion = 1;
            return (int)nint.Max(0, Linux.Call(SystemCalls.LandlockCreateRuleset.Number, 0, 0, AskVersion, 0));
        }
    }

    /// <summary>Shuts the calling thread in.</summary>
    /// <param name="policy">What it may touch.</param>
    /// <param name="program">The program that it will become; null for none.</param>
    /// <param name="version"><see cref="Version"/>, above 0.</param>
    /// <returns>False where the kernel refused.</returns>
    public static unsafe bool Apply(SandboxPolicy policy, string? program, int version)
    {
        var handled = version switch
        {
            1 => (1UL << 13) - 1,
            2 => (1UL << 14) - 1,
            3 or 4 => (1UL << 15) - 1,
            _ => (1UL << 16) - 1,
        };
        var rules = new Rules
        {
            Files = handled,
            Network = version >= 4 && !policy.Network ? BindAndConnectTcp : 0,
            Scoped = version >= 6 ? AbstractSocketsAndSignals : 0,
        };
        var size = version switch { < 4 => 8, < 6 => 16, _ => 24 };
        var set = (int)Linux.Call(SystemCalls.LandlockCreateRuleset.Number, (nint)(&rules), size, 0, 0);
        if (set < 0)
        {
            return false;
        }

        var read = ReadFile | ReadFolder | (policy.NewPrograms ? Execute : 0);
        var isComplete = All(set, System, read & handled)
            && All(set, policy.ReadOnly, read & handled)
            && All(set, policy.Writable, Write & handled)
            && All(set, ["/dev/null"], (ReadFile | WriteFile | Truncate | DeviceControl) & handled)
            && (program is null || All(set, [program, .. Loaders], ReadFile | Execute))
            && Linux.Call(SystemCalls.LandlockRestrictSelf.Number, set, 0, 0, 0) == 0;
        _ = Linux.Close(set);
        return isComplete;
    }

    private static bool All(int set, IEnumerable<string> paths, ulong rights)
    {
        foreach (var path in paths)
        {
            if (!Allow(set, path, rights))
            {
                return false;
            }
        }

        return true;
    }

    private static unsafe bool Allow(int set, string path, ulong rights)
    {
        var file = Linux.Open(path, OpenPath | CloseOnExec, 0);
        if (file < 0)
        {
            // What is not there, or not for us, cannot be read either way.
            return true;
        }

        var rule = new Rule { Rights = Directory.Exists(path) ? rights : rights & ForFiles, Folder = file };
        var isAllowed = Linux.Call(SystemCalls.LandlockAddRule.Number, set, RightsFile, (nint)(&rule), 0) == 0;
        _ = Linux.Close(file);
        return isAllowed;
    }

    /// <summary>struct landlock_ruleset_attr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Rules
    {
        public ulong Files;
        public ulong Network;
        public ulong Scoped;
    }

    /// <summary>struct landlock_path_beneath_attr.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct Rule
    {
        public ulong Rights;
        public int Folder;
    }
}
