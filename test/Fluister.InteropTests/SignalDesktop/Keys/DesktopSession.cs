using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Fluister.Archive.SignalDesktop.Keys.DBus;

namespace Fluister.InteropTests.SignalDesktop.Keys;

/// <summary>A desktop session of its own: a home folder and a real message bus, on which a test starts real daemons.</summary>
internal sealed class DesktopSession : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("fluister-session-").FullName;
    private readonly List<Process> _daemons = [];

    public DesktopSession()
    {
        var socket = Path.Combine(_home, "bus");
        Bus = [new UnixDomainSocketEndPoint(socket)];
        var daemon = StartDaemon(
            "dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1", $"--address=unix:path={socket}");
        Assert.StartsWith("unix:path=", daemon.StandardOutput.ReadLine(), StringComparison.Ordinal);
    }

    /// <summary>Where the bus listens.</summary>
    public IReadOnlyList<UnixDomainSocketEndPoint> Bus { get; }

    /// <summary>A file or folder in the session's home.</summary>
    public string Home(params string[] names) => Path.Combine([_home, .. names]);

    /// <summary>Makes a profile's folder with a config.json.</summary>
    public string Profile(string config, string name = "Signal")
    {
        var folder = Home(".config", name);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), config);
        return folder;
    }

    /// <summary>A connection of ours to the bus.</summary>
    public DBusConnection Connect() => DBusConnection.Open(Bus, TimeSpan.FromSeconds(20));

    /// <summary>Runs a program to its end and returns what it wrote.</summary>
    public string Run(string program, string input, params string[] arguments)
    {
        using var process = Start(program, arguments);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var errors = new StringBuilder();
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {process.ExitCode} {output} {errors}");
        return output;
    }

    /// <summary>Starts a program that serves the bus until the session ends.</summary>
    public Process StartDaemon(string program, params string[] arguments)
    {
        var process = Start(program, arguments);
        _daemons.Add(process);
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Waits until a name is on the bus.</summary>
    public void WaitFor(string service) => Run("gdbus", "", "wait", "--session", "--timeout", "30", service);

    /// <summary>Calls a method by GLib's own client.</summary>
    public string Call(string service, string path, string method, params string[] arguments) =>
        Run("gdbus", "", ["call", "--session", "-d", service, "-o", path, "-m", method, .. arguments]);

    /// <summary>A script that lies next to the tests.</summary>
    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "SignalDesktop", "Keys", name);

    public void Dispose()
    {
        foreach (var daemon in Enumerable.Reverse(_daemons))
        {
            daemon.Kill();
            daemon.WaitForExit();
            daemon.Dispose();
        }

        Directory.Delete(_home, recursive: true);
    }

    private Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _home,
        };
        start.Environment["HOME"] = _home;
        start.Environment["DBUS_SESSION_BUS_ADDRESS"] = $"unix:path={Home("bus")}";
        start.Environment["XDG_RUNTIME_DIR"] = _home;
        start.Environment["QT_QPA_PLATFORM"] = "offscreen";
        foreach (var name in new[] { "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "DISPLAY", "WAYLAND_DISPLAY" })
        {
            start.Environment.Remove(name);
        }

        return Process.Start(start)!;
    }
}
