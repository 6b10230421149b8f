using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Fluister.Simulation.Network;

/// <summary>A home server as a process, with its own folder, port and name; its way to peers leads over a proxy of ours.</summary>
internal sealed class ServerNode : IDisposable
{
    private static readonly string[] Floods = ["messagesPerPair", "sealedMessagesPerPair", "messagesPerAddress", "registrationsPerAddress"];

    private readonly StringBuilder _errors = new();
    private readonly string _folder;
    private Process? _process;
    private bool _isDisposed;

    private ServerNode(int number, string folder, string program, int port, PeerProxy proxy) =>
        (Number, _folder, Program, Port, Proxy, Name) = (number, folder, program, port, proxy, ((char)('a' + number)).ToString());

    /// <summary>The program that it runs, of this build or another.</summary>
    public string Program { get; }

    /// <summary>From 0.</summary>
    public int Number { get; }

    /// <summary>"a", "b", ...: its domain is a.localhost.</summary>
    public string Name { get; }

    /// <summary>Where it listens, at each start.</summary>
    public int Port { get; }

    /// <summary>Its way to peers.</summary>
    public PeerProxy Proxy { get; }

    /// <summary>Everything that it keeps.</summary>
    public string Data => Path.Combine(_folder, "data");

    /// <summary>Its database.</summary>
    public string Database => Path.Combine(Data, "server.sqlite");

    /// <summary>The process, while there is one.</summary>
    public Process? Process => Volatile.Read(ref _process);

    /// <summary>One for all faults of this server: they come one after the other.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    /// <summary>Sets a server up by its own quickstart.</summary>
    public static async Task<ServerNode> MakeAsync(int number, string folder, string program)
    {
        var node = new ServerNode(number, folder, program, FreePort(), new PeerProxy());
        await node.RunAsync("quickstart", $"{node.Name}.localhost").ConfigureAwait(false);
        node.Set("port", node.Port.ToString(CultureInfo.InvariantCulture));
        node.Set("address", "\"127.0.0.1\"");
        node.Set("url", string.Create(CultureInfo.InvariantCulture, $"\"https://localhost:{node.Port}\""));
        foreach (var rate in Floods)
        {
            node.Set(rate, "100000000");
        }

        return node;
    }

    /// <summary>Runs one of its commands on its folder, and gives what that printed.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public Task<string> RunAsync(params string[] arguments) => Programs.RunServerAsync(Program, [.. arguments, "--data", Data]);

    /// <summary>Starts the process, and waits until it listens.</summary>
    public async Task StartAsync()
    {
        var process = Programs.Start(
            Program, ["serve", "--data", Data], ("HTTPS_PROXY", string.Create(CultureInfo.InvariantCulture,
                $"http://127.0.0.1:{Proxy.Port}")));
        process.StandardInput.Close();
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginErrorReadLine();
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) =>
        {
            // The end of its output is no line.
            if (line.Data is null)
            {
                listening.TrySetException(new InvalidOperationException($"Server {Name} did not start: {Errors}"));
            }
            else if (line.Data.StartsWith("Listening", StringComparison.Ordinal))
            {
                listening.TrySetResult();
            }
        };
        process.BeginOutputReadLine();
        try
        {
            await listening.Task.ConfigureAwait(false);
        }
        catch
        {
            process.Dispose();
            throw;
        }

        Volatile.Write(ref _process, process);
        if (Volatile.Read(ref _isDisposed))
        {
            // The run has ended while it started.
            Kill();
        }
    }

    /// <summary>The last lines that it wrote to standard error.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>Ends the process at once.</summary>
    public void Kill()
    {
        if (Interlocked.Exchange(ref _process, null) is { } process)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }

    /// <summary>Asks it to end, and gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        if (Interlocked.Exchange(ref _process, null) is not { } process)
        {
            return 0;
        }

        using (process)
        {
            Signals.Stop(process);
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1)).ConfigureAwait(false);
            return process.ExitCode;
        }
    }

    /// <summary>The link of an invite for many.</summary>
    public async Task<string> InviteAsync(int uses)
    {
        var printed = await RunAsync(
            "invite", "create", "--json", "--uses", uses.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
        return JsonDocument.Parse(printed).RootElement.GetProperty("link").GetString()!;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Volatile.Write(ref _isDisposed, true);
        Kill();
        Proxy.Dispose();
        Turn.Dispose();
    }

    private void Set(string setting, string json)
    {
        var file = Path.Combine(Data, "server.json");
        var lines = File.ReadAllLines(file);
        var at = Array.FindIndex(lines, line => line.StartsWith($"  \"{setting}\":", StringComparison.Ordinal));
        if (at < 0)
        {
            // An earlier build, which does not know it.
            return;
        }

        lines[at] = $"  \"{setting}\": {json}{(lines[at].EndsWith(',') ? "," : "")}";
        File.WriteAllLines(file, lines);
    }

    private void Note(string? line)
    {
        const int Kept = 100_000;
        lock (_errors)
        {
            _errors.AppendLine(line);
            if (_errors.Length > 2 * Kept)
            {
                _errors.Remove(0, _errors.Length - Kept);
            }
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
