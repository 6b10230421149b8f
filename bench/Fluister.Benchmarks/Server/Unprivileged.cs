using System.Diagnostics;

namespace Fluister.Benchmarks.Server;

/// <summary>Runs programs that refuse to be root, as nobody where this process is root.</summary>
internal static class Unprivileged
{
    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>A command as nobody would give it.</summary>
    public static IReadOnlyList<string> Command(params IReadOnlyList<string> command) =>
        IsRoot ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", .. command] : command;

    /// <summary>Gives a folder with all that is in it to nobody.</summary>
    public static Task OwnAsync(string folder) => IsRoot ? StartAsync(["chown", "-R", "nobody:nogroup", folder]) : Task.CompletedTask;

    /// <summary>Runs a command to its end.</summary>
    /// <exception cref="InvalidOperationException">It fails.</exception>
    public static Task RunAsync(params IReadOnlyList<string> command) => StartAsync(Command(command));

    private static async Task StartAsync(IReadOnlyList<string> command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        })!;
        var (errors, output) = (process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        var said = await errors + await output;
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)}: {said}");
        }
    }
}
