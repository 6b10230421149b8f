using System.Diagnostics;
using System.Globalization;

namespace Fluister.Benchmarks.Server;

/// <summary>A server as a child of this process, with all that it starts; it ends with this process, however that ends.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    // Its standard input is a pipe from here: at its end, all of the group are ended.
    private const string Guard = """
        "$@" </dev/null 2>&1 & trap "" TERM INT; cat >/dev/null; kill -INT 0; kill -TERM 0; sleep 1; kill -KILL 0
        """;

    private const int KeptLines = 30;

    // Places in /proc/PID/stat, counted from behind the name: of the parent, of four sums of time, of pages that are resident.
    private const int Parent = 1;
    private const int Times = 11;
    private const int Pages = 21;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private const double TicksPerSecond = 100;
    private readonly Process _process;
    private readonly Queue<string> _lines = [];
    private readonly TaskCompletionSource<string> _found = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string? _awaited;

    private ServerProcess(Process process, string? awaited)
    {
        (_process, _awaited) = (process, awaited);
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.BeginOutputReadLine();
    }

    /// <summary>Seconds of the processor that it and all that it has started have taken.</summary>
    public double Cpu => Tree().Sum(stat => stat.AsSpan(Times, 4).ToArray().Sum(Number)) / TicksPerSecond;

    /// <summary>Resident memory of all of them, in bytes.</summary>
    public long Resident => Tree().Sum(stat => Number(stat[Pages])) * Environment.SystemPageSize;

    /// <summary>What it has said last.</summary>
    public string LastLines
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    /// <summary>Starts a program.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">What is set besides this process's own variables.</param>
    /// <param name="awaited">How the line begins by which it says that it serves, if it does.</param>
    public static ServerProcess Start(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null, string? awaited = null)
    {
        var start = new ProcessStartInfo("setsid", ["sh", "-c", Guard, "sh", .. command])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new ServerProcess(Process.Start(start)!, awaited);
    }

    /// <summary>Starts one of our programs, which says at which port it listens.</summary>
    public static async Task<(ServerProcess Process, int Port)> StartAsync(params string[] command)
    {
        var process = Start(command, awaited: "Listening on port ");
        var line = await process.FirstAsync();
        return (process, int.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string> FirstAsync()
    {
        var line = _found.Task;
        return await line.WaitAsync(Patience);
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            _found.TrySetException(new InvalidOperationException($"A server did not start: {LastLines}"));
            return;
        }

        if (_awaited is not null && line.StartsWith(_awaited, StringComparison.Ordinal))
        {
            _found.TrySetResult(line);
        }

        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > KeptLines)
            {
                _lines.Dequeue();
            }
        }
    }

    // The fields of /proc/PID/stat behind the name, of the process and of all below it.
    private List<string[]> Tree()
    {
        var all = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _))
            .Select(name => (Id: name!, Stat: Stat(name!))).Where(entry => entry.Stat.Length > 0).ToList();
        var within = new HashSet<string> { _process.Id.ToString(CultureInfo.InvariantCulture) };
        while (all.Exists(entry => within.Contains(entry.Stat[Parent]) && within.Add(entry.Id)))
        {
        }

        return [.. all.Where(entry => within.Contains(entry.Id)).Select(entry => entry.Stat)];
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static string[] Stat(string id)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{id}/stat");
            return line[(line.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }
}
