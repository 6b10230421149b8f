using System.Runtime.InteropServices;

namespace Fluister.Engines.Sandbox;

/// <summary>The system calls that shut a process in.</summary>
internal static partial class Linux
{
    public const int NotPermitted = 1;
    public const int NoSuchCall = 38;
    public const int KillSignal = 9;
    public const int PipeSignal = 13;

    // prctl(2)
    public const int SetParentDeathSignal = 1;
    public const int GetParentDeathSignal = 2;
    public const int SetDumpable = 4;
    public const int DropFromBoundingSet = 24;
    public const int SetSecureBits = 28;
    public const int SetNoNewPrivileges = 38;
    public const int AmbientCapabilities = 47;

    /// <summary>The error of the last call, in words.</summary>
    public static string LastError => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int Control(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int GetDeathSignal(int option, out int signal, nuint b, nuint c, nuint d);

    /// <summary>syscall(2), for calls that the C library has no function for.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Call(nint number, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "getppid")]
    public static partial int ParentId();

    [LibraryImport("libc", EntryPoint = "gettid")]
    public static partial int ThreadId();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    public static partial int NewSession();

    [LibraryImport("libc", EntryPoint = "close_range", SetLastError = true)]
    public static partial int CloseRange(uint first, uint last, int flags);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    public static partial int SetLimit(int resource, in Limit limit);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "signal", SetLastError = true)]
    public static partial nint SetHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int file, ReadOnlySpan<byte> bytes, nint count);

    [LibraryImport("libc", EntryPoint = "getrandom", SetLastError = true)]
    public static partial nint Random(out ulong bits, nint count, uint flags);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial nint Map(nint address, nint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true)]
    public static partial int Execute(nint path, nint[] arguments, nint[] environment);

    [StructLayout(LayoutKind.Sequential)]
    public struct Limit
    {
        public nuint Current;
        public nuint Maximum;
    }
}
