using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Fluister.ServerTests.Operations;

/// <summary>Runs the real program.</summary>
internal static partial class ServerProgram
{
    public const int Terminate = 15;
    public const int Kill = 9;

    private static readonly string Executable = Path.Combine(AppContext.BaseDirectory, "fluister-server");

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>Starts a server on a free port.</summary>
    public static async Task<(Process Process, int Port)> ServeAsync(string folder)
    {
        var process = Start("serve", "--data", folder, "--port", "0");
        var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        return line?.StartsWith("Listening on port ", StringComparison.Ordinal) == true
            ? (process, int.Parse(line.Split(' ')[^1]))
            : throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Sends a signal.</summary>
    public static void Signal(Process process, int signal) => Assert.Equal(0, SendSignal(process.Id, signal));

    public static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Executable, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("FLUISTER_DATA");
        start.Environment["DOTNET_TieredCompilation"] = "1";
        return Process.Start(start)!;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
