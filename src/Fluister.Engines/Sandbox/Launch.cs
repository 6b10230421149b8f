using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Fluister.Engines.Sandbox;

/// <summary>The ways to start a program shut in, best first.</summary>
internal sealed class Launch(SandboxPolicy policy, string fluisterProgram, string program, IReadOnlyList<string> arguments,
    IReadOnlyDictionary<string, string> environment)
{
    /// <summary>How a person goes on without.</summary>
    private const string Allow = "--allow-unconfined goes on without";

    private static readonly string[] Unshares = ["/usr/bin/unshare", "/bin/unshare", "/run/current-system/sw/bin/unshare"];

    /// <summary>Says what is missing before anything starts.</summary>
    public void Check()
    {
        foreach (var needed in (string[])[fluisterProgram, program])
        {
            if (!File.Exists(needed))
            {
                throw new EngineException(EngineError.NotFound, $"There is no program {needed}; install it or name another.");
            }
        }

        if (!OperatingSystem.IsLinux() && !policy.AllowUnconfined)
        {
            throw new EngineException(EngineError.NotAllowed, $"Fluister can shut engines in on Linux only; {Allow}, and then the engine "
                + "may do whatever you may.");
        }
    }

    /// <summary>Starts of `unshare`, each with what it is to unshare; an empty one starts without it.</summary>
    public IEnumerable<string[]> Ways()
    {
        if (policy.Network)
        {
            return [[]];
        }

        var ways = new List<string[]>();
        if (Unshares.FirstOrDefault(File.Exists) is { } unshare)
        {
            // The user is who they are inside, too: files keep their owner. No namespace of processes: its first process is deaf to most
            // signals and needs another that waits for it, and a process that may not fork leaves none behind.
            ways.Add([unshare, "--user", "--map-current-user", "--net", "--ipc", "--"]);
            if (Linux.EffectiveUser() == 0)
            {
                // Where user namespaces are switched off, root needs none.
                ways.Add([unshare, "--net", "--ipc", "--"]);
            }
        }

        // In a container without a network there is nothing left to unshare.
        if (policy.AllowUnconfined || Routes.AreNone())
        {
            ways.Add([]);
        }

        return ways;
    }

    /// <summary>`fluister sandbox` behind one of the ways.</summary>
    public ProcessStartInfo Within(string[] way)
    {
        List<string> command =
        [
            .. way, fluisterProgram, "sandbox", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), .. Whole().ToArguments(),
            "--", program, .. arguments,
        ];
        var start = new ProcessStartInfo(command[0], command.Skip(1));
        Fill(start);
        // The runtime's own: where it lies, and no diagnostics port. Another program does not get them.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        if (RuntimeFolder is { } folder)
        {
            start.Environment["DOTNET_ROOT"] = folder;
        }

        return start;
    }

    /// <summary>The program alone, for systems on which it cannot be shut in.</summary>
    public ProcessStartInfo Open()
    {
        var start = new ProcessStartInfo(program, arguments);
        Fill(start);
        if (OperatingSystem.IsWindows())
        {
            // Without it not even the C library loads.
            start.Environment["SystemRoot"] = Environment.GetFolderPath(Environment.SpecialFolder.Windows);
        }

        if (program == fluisterProgram && RuntimeFolder is { } folder)
        {
            start.Environment["DOTNET_ROOT"] = folder;
        }

        return start;
    }

    /// <summary>What is said of <see cref="Open"/>.</summary>
    public const string Unconfined =
        "not confined: Fluister cannot shut engines in on this system, nor end them when it is killed itself";

    /// <summary>Why none of the ways led there.</summary>
    public EngineException Failure(string why)
    {
        var reason = why.Length > 0 ? why : "unshare (util-linux) is not installed";
        return policy.Network || policy.AllowUnconfined
            ? new EngineException(EngineError.Crashed, $"{fluisterProgram} could not be started as a sandbox ({reason}); "
                + "check that it runs by itself with --version.")
            : new EngineException(EngineError.NotAllowed, $"The engine cannot be kept from the network here ({reason}). Allow user "
                + $"namespaces or run in a container without a network; {Allow}.");
    }

    /// <summary>The folder of the .NET runtime, which its programs look for; null where they carry it with them.</summary>
    private static string? RuntimeFolder
    {
        get
        {
            var folder = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
            return Directory.Exists(Path.Combine(folder, "host", "fxr")) ? folder : null;
        }
    }

    private void Fill(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.UseShellExecute = false;
        start.WorkingDirectory = Path.GetPathRoot(Environment.SystemDirectory) is { Length: > 0 } root ? root : "/";
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
    }

    /// <summary>The policy with whole paths, and with what fluister itself needs to run.</summary>
    private SandboxPolicy Whole()
    {
        var readOnly = policy.ReadOnly.Select(Path.GetFullPath).ToList();
        if (program == fluisterProgram)
        {
            readOnly.Add(Path.GetDirectoryName(program)!);
            readOnly.AddRange(RuntimeFolder is { } folder ? [folder] : []);
        }

        return policy with { ReadOnly = readOnly, Writable = [.. policy.Writable.Select(Path.GetFullPath)] };
    }
}
