using System.CommandLine;
using Fluister.Simulation.Commands;
using Fluister.Simulation.Network;

namespace Fluister.Simulation;

/// <summary>The program fluister-sim: home servers and people in worlds made of a seed, and as real processes.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments)
    {
        var root = new RootCommand("Home servers under faults: every message that was taken must arrive, once and in order.")
        {
            RunCommand.Run(),
            RunCommand.Soak(),
            NetworkCommand.Create(),
            NetworkCommand.CreateCrowd(),
        };

        // After Ctrl-C a run still waits for what is under way, and writes its report.
        var invocation = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(10) };
        return root.Parse(arguments.Length == 0 ? ["--help"] : arguments).InvokeAsync(invocation);
    }
}
