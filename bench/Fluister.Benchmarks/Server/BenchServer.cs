using System.Diagnostics;
using System.Globalization;

namespace Fluister.Benchmarks.Server;

/// <summary>A server in a process of its own, from its start to its end.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    private readonly Process _process;

    private BenchServer(Process process, int port) => (_process, Port) = (process, port);

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Its resident memory now, in bytes.</summary>
    public long Resident
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Seconds of the processor that it has taken.</summary>
    public double Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Starts a program that says at which port it listens.</summary>
    public static async Task<BenchServer> StartAsync(string file, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var line = await process.StandardOutput.ReadLineAsync();
        return line?.StartsWith("Listening on port ", StringComparison.Ordinal) == true
            ? new BenchServer(process, int.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"{file} did not start: {await errors}");
    }

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
