using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Fluister.Simulation.Network;

/// <summary>Signals to processes of the run.</summary>
internal static partial class Signals
{
    private const int Terminate = 15;
    private const int Continue = 18;
    private const int Halt = 19;

    /// <summary>Holds a process where it is.</summary>
    public static void Pause(Process process) => Send(process, Halt);

    /// <summary>Lets it go on.</summary>
    public static void Resume(Process process) => Send(process, Continue);

    /// <summary>Asks it to end.</summary>
    public static void Stop(Process process) => Send(process, Terminate);

    private static void Send(Process process, int signal)
    {
        if (!process.HasExited)
        {
            _ = Kill(process.Id, signal);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
