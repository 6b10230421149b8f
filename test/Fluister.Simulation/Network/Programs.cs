using System.Diagnostics;
using System.Text;

namespace Fluister.Simulation.Network;

/// <summary>The programs of this build, as processes.</summary>
internal static class Programs
{
    /// <summary>The home server of the same build.</summary>
    public static string Server { get; } = Path.Combine(AppContext.BaseDirectory, "fluister-server");

    /// <summary>This program.</summary>
    public static string Simulation { get; } = Path.Combine(AppContext.BaseDirectory, "fluister-sim");

    /// <summary>Starts one; the caller ends it.</summary>
    public static Process Start(string program, IEnumerable<string> arguments, params ReadOnlySpan<(string Name, string Value)> variables)
    {
        // A session of its own: Ctrl-C at a terminal reaches this process alone, which then ends the others in order.
        var start = new ProcessStartInfo("setsid", [program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_gcServer"] = "0";
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs one of a server's commands to its end, and gives what it printed.</summary>
    /// <param name="program">Which build.</param>
    /// <param name="arguments">The command.</param>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<string> RunServerAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        return process.ExitCode == 0 ? output : throw new InvalidOperationException(
            $"fluister-server {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors.ConfigureAwait(false)}");
    }
}
