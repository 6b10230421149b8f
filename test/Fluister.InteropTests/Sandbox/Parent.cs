using System.Diagnostics;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Fluister.Engines;
using Fluister.Engines.Sandbox;
using Fluister.InteropTests.Cli;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Sandbox;

/// <summary>The parent of an engine as a process of its own, which can be killed, or live on a system that allows less: this program again,
/// instead of its tests.</summary>
internal sealed class Parent : IDisposable
{
    private const string Place = "FLUISTER_TEST_PARENT";
    private const string Setting = "FLUISTER_TEST_PARENT_SETTING";

    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;

    /// <summary>Starts it below a command ("sh -c ..." with "$@" at its end), and an engine in it that waits.</summary>
    internal Parent(string setting, params string[] below)
    {
        List<string> command = [.. below, Path.ChangeExtension(Assembly.GetExecutingAssembly().Location, null)];
        var start = new ProcessStartInfo(command[0], command.Skip(1));
        start.Environment[Place] = _folder.Path;
        start.Environment[Setting] = setting;
        _process = Process.Start(start)!;
        while (!File.Exists(_folder.In("said")))
        {
            Assert.False(_process.HasExited, "The parent ended before it said anything.");
            Thread.Sleep(20);
        }

        Said = File.ReadAllText(_folder.In("said"));
    }

    /// <summary>What keeps its engine in, or the error's kind and message.</summary>
    internal string Said { get; }

    /// <summary>Stands in its engine's command line.</summary>
    internal string Mark => _folder.Path;

    /// <summary>Ends it as only the kernel does.</summary>
    internal void Kill()
    {
        FluisterProgram.Signal(_process.Id, FluisterProgram.Kill);
        FluisterProgram.WaitForExit(_process);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
        _folder.Dispose();
    }

    /// <summary>Shuts itself in, and says what that means and what it then meets.</summary>
    private static string Enter(string folder)
    {
        string[] needed = [AppContext.BaseDirectory, RuntimeEnvironment.GetRuntimeDirectory()];
        var met = new List<string> { Enclosure.Enter(Confined.Strict with { ReadOnly = needed, Writable = [folder] }) };
        foreach (var attempt in (Action[])
        [
            () => File.ReadAllText("/etc/passwd"),
            () => Process.Start(Confined.Python),
            () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp).Dispose(),
        ])
        {
            try
            {
                attempt();
                met.Add("done");
            }
            catch (Exception e)
            {
                met.Add(e.GetType().Name);
            }
        }

        return string.Join('\n', met);
    }

    /// <summary>What this program does when it is a parent: it never comes to its tests.</summary>
    [ModuleInitializer]
    internal static void Live()
    {
        if (Environment.GetEnvironmentVariable(Place) is not { } folder)
        {
            return;
        }

        var policy = Confined.Strict with { AllowUnconfined = Environment.GetEnvironmentVariable(Setting) == "allow" };
        string said;
        try
        {
            said = Environment.GetEnvironmentVariable(Setting) == "enter"
                ? Enter(folder)
                : Confined.StartAsync(policy, "import time; time.sleep(1000)", folder).GetAwaiter().GetResult().Confinement;
        }
        catch (EngineException e)
        {
            said = $"{e.Error}: {e.Message}";
        }

        File.WriteAllText(Path.Combine(folder, "part"), said);
        File.Move(Path.Combine(folder, "part"), Path.Combine(folder, "said"));
        Thread.Sleep(Timeout.Infinite);
    }
}
