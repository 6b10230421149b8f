using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Fluister.Engines.Sandbox;

/// <summary>The inside: a process gives up what its policy does not name. There is no way back.</summary>
public static class Enclosure
{
    /// <summary>Before the words on what keeps it in; the next thing is the program.</summary>
    internal const string Entered = "fluister sandbox: entered: ";

    /// <summary>Before the sentence on why not; nothing follows.</summary>
    internal const string Refused = "fluister sandbox: refused: ";

    private const int StandardError = 2;

    /// <summary>`fluister sandbox PARENT SETTINGS -- PROGRAM ARGUMENTS`: shuts itself in and becomes the program.</summary>
    /// <returns>The exit code when it did not become the program.</returns>
    internal static int Main(ReadOnlySpan<string> arguments)
    {
        const int Usage = 2, Denied = 6;
        var end = arguments.IndexOf("--");
        if (!OperatingSystem.IsLinux() || end < 1 || end + 1 == arguments.Length
            || !int.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out var parent))
        {
            Say("fluister: `fluister sandbox` is how Fluister starts engines; it is not meant to be called otherwise.");
            return Usage;
        }

        try
        {
            var policy = SandboxPolicy.Parse(arguments[1..end]);
            var image = new ProgramImage(arguments[(end + 1)..]);
            if (!Privileges.CloseFiles())
            {
                throw Missing("closing files that others opened", "close_range(2), Linux 5.11");
            }

            Privileges.GoFirst();
            _ = Linux.NewSession();
            Say(Entered + Enter(policy, parent, image));
            Say($"{image.Path} could not be started: {image.Become()}");
            return Denied;
        }
        catch (Exception e) when (e is EngineException or FormatException or OverflowException)
        {
            Say(Refused + e.Message);
            return Denied;
        }
    }

    /// <summary>Shuts this process in further than it is.</summary>
    /// <remarks>To be called by the main thread: the signal of the parent's death is bound to the thread that asked. System calls are
    /// refused to all threads; files only to the calling one and those it starts from now on, so start with a policy rather than enter
    /// one.</remarks>
    /// <returns>What keeps it in, in words.</returns>
    /// <exception cref="EngineException">NotAllowed: this system cannot do it.</exception>
    public static string Enter(SandboxPolicy policy) => Enter(policy, Linux.ParentId(), image: null);

    private static string Enter(SandboxPolicy policy, int parent, ProgramImage? image)
    {
        var words = new List<string> { Network(policy) };
        if (!Privileges.Drop() || !Privileges.Forgo())
        {
            throw Missing("giving up privileges", "capset(2), prctl(2)");
        }

        if (!Privileges.Limit(policy.MemoryLimit))
        {
            throw Missing("limits", "setrlimit(2)");
        }

        _ = Linux.Control(Linux.SetDumpable, 0, 0, 0, 0);
        DieWith(parent);
        words.Add(Files(policy, image));
        words.Add(Calls(policy, image));
        words.Add("no privileges");
        if (policy.MemoryLimit is { } bytes)
        {
            words.Add(string.Create(CultureInfo.InvariantCulture, $"at most {bytes / 1048576.0:0} MiB of memory of its own"));
        }

        words.Add("ends when Fluister does");
        return string.Join("; ", words);
    }

    private static string Network(SandboxPolicy policy) => policy.Network ? "the network is allowed"
        : Routes.AreNone() ? "no network: its namespace has no route"
        : policy.AllowUnconfined ? "NOT KEPT FROM THE NETWORK by a namespace"
        : throw new EngineException(EngineError.NotAllowed, "The engine's network namespace leads somewhere, and was to lead nowhere; "
            + "run in a container without a network; --allow-unconfined goes on without.");

    /// <summary>The kernel kills this process when its parent ends, however that ends.</summary>
    /// <remarks>After every change of credentials, which would undo it (prctl(2)). It stays over execve. The parent may have ended before.
    /// </remarks>
    private static void DieWith(int parent)
    {
        var isSet = Linux.GetDeathSignal(Linux.GetParentDeathSignal, out var signal, 0, 0, 0) == 0 && signal == Linux.KillSignal;
        if ((!isSet && Linux.Control(Linux.SetParentDeathSignal, Linux.KillSignal, 0, 0, 0) != 0) || Linux.ParentId() != parent)
        {
            throw new EngineException(EngineError.NotAllowed, "The engine cannot be made to end with Fluister: that has ended already, or "
                + "the kernel does not know how; start it again.");
        }
    }

    private static string Files(SandboxPolicy policy, ProgramImage? image)
    {
        var version = Landlock.Version;
        if (version == 0)
        {
            return "files NOT LIMITED: this kernel has no Landlock";
        }

        if (!Landlock.Apply(policy, image?.Path, version))
        {
            throw Missing("limiting files", $"Landlock {version}");
        }

        return $"reads {Count(policy.ReadOnly.Count)} and system libraries, writes {Count(policy.Writable.Count)} (Landlock {version})";
    }

    private static string Calls(SandboxPolicy policy, ProgramImage? image)
    {
        var architecture = RuntimeInformation.ProcessArchitecture;
        if (SystemCallFilter.IsKnown(architecture)
            && SystemCallFilter.Apply(SystemCallFilter.Build(policy, architecture, Environment.ProcessId, (ulong)(image?.Address ?? 0))))
        {
            var programs = policy.NewPrograms ? "may start programs" : "no new programs or processes";
            return policy.Network ? programs : policy.Writable.Any(Directory.Exists) ? $"no sockets but listening Unix ones; {programs}"
                : $"no sockets; {programs}";
        }

        return policy.AllowUnconfined ? "system calls NOT LIMITED" : throw Missing("limiting system calls", "seccomp(2)");
    }

    private static string Count(int paths) => paths switch { 0 => "nothing", 1 => "one path", _ => $"{paths} paths" };

    private static EngineException Missing(string what, string how) => new(EngineError.NotAllowed,
        $"The engine cannot be shut in: this system does not allow {what} ({how}: {Linux.LastError}); run it on a current Linux kernel.");

    private static void Say(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line.ReplaceLineEndings(" ") + '\n');
        Linux.Write(StandardError, bytes, bytes.Length);
    }
}
