using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

namespace Fluister.Cli;

/// <summary>What the process gives up before it sees a key.</summary>
internal static partial class Hardening
{
    private const int SetDumpable = 4;
    private const int CoreLimit = 4;
    private const uint OwnerOnly = 0x3F; // umask 077

    /// <summary>Settings of the runtime that write memory or events to disk, or load other code beside ours; after their prefix.</summary>
    private static readonly string[] Betraying =
    [
        "Dbg", "EnableEventPipe", "EventPipe", "PerfMap", "StartupHooks", "EnableCrashReport", "ENABLE_PROFILING", "PROFILER",
    ];

    /// <summary>No core dump, no attaching by other processes of the same person, and new files for their owner only.</summary>
    public static void Apply()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            return;
        }

        var none = default(Limit);
        _ = SetLimit(CoreLimit, in none);
        _ = SetMask(OwnerOnly);
        if (OperatingSystem.IsLinux())
        {
            // prctl(2): also makes /proc/self unreadable to others, and so memory.
            _ = Control(SetDumpable, 0, 0, 0, 0);
            LeaveDiagnostics();
        }
    }

    /// <summary>Begins again, in this process, without the runtime's diagnostics: its port for others and its own memory dumps.</summary>
    /// <remarks>
    /// The runtime reads these settings before any code of ours runs, and most of them from the environment alone.
    /// `DOTNET_DbgEnableMiniDump=1` would otherwise write all memory to disk when the process aborts. The launcher sets what makes
    /// this unnecessary.
    /// </remarks>
    private static void LeaveDiagnostics()
    {
        var given = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(entry => ((string)entry.Key, (string?)entry.Value ?? "")).ToList();
        var kept = given.Where(entry => !IsBetraying(entry.Item1)).ToList();
        const string Off = "DOTNET_EnableDiagnostics";
        if (kept.Count == given.Count && kept.Contains((Off, "0")))
        {
            return;
        }

        kept.RemoveAll(entry => entry.Item1 == Off);
        kept.Add((Off, "0"));
        foreach (var pattern in (string[])["dotnet-diagnostic", "clr-debug-pipe"])
        {
            // Sockets and pipes of the runtime that is about to end without a chance to tidy up.
            foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), $"{pattern}-{Environment.ProcessId}-*"))
            {
                File.Delete(file);
            }
        }

        // Byte for byte as they came, empty ones too.
        var arguments = Encoding.Latin1.GetString(File.ReadAllBytes("/proc/self/cmdline"))[..^1].Split('\0');
        var environment = kept.Select(entry => Marshal.StringToCoTaskMemUTF8($"{entry.Item1}={entry.Item2}"));
        Execute("/proc/self/exe", [.. arguments.Select(Raw), 0], [.. environment, 0]);
    }

    private static nint Raw(string argument)
    {
        var bytes = Encoding.Latin1.GetBytes(argument + '\0');
        var memory = Marshal.AllocHGlobal(bytes.Length);
        Marshal.Copy(bytes, 0, memory, bytes.Length);
        return memory;
    }

    private static bool IsBetraying(string name) => (name.StartsWith("DOTNET_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("COMPlus_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("CORECLR_", StringComparison.OrdinalIgnoreCase))
        && Betraying.Any(word => name.AsSpan(name.IndexOf('_', StringComparison.Ordinal) + 1)
            .StartsWith(word, StringComparison.OrdinalIgnoreCase));

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public nuint Current;
        public nuint Maximum;
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint a, nuint b, nuint c, nuint d);

    // Only returns when it fails; then we go on as we are, without dumps by the system at least.
    [LibraryImport("libc", EntryPoint = "execve", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, nint[] arguments, nint[] environment);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetMask(uint mask);
}
