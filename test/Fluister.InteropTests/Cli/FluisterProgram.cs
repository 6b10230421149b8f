using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Fluister.InteropTests.Cli;

/// <summary>The built program as a process of its own.</summary>
internal static partial class FluisterProgram
{
    public const int Interrupt = 2;
    public const int Abort = 6;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Halt = 19;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>The build that belongs to this build of the tests.</summary>
    public static string Path { get; } = Find("Fluister.Cli", "fluister");

    /// <summary>The home server of the same build.</summary>
    public static string Server { get; } = Find("Fluister.Server", "fluister-server");

    /// <summary>Runs it to its end.</summary>
    public static Ending Run(params string[] arguments) => Run(Path, arguments);

    /// <summary>Runs it below another program: strace, sh.</summary>
    public static Ending Run(string program, IEnumerable<string> arguments)
    {
        using var process = Start(program, arguments);
        using var output = new MemoryStream();
        var errors = Collect(process.StandardError);
        process.StandardOutput.BaseStream.CopyTo(output);
        WaitForExit(process);
        return new Ending(process.ExitCode, Encoding.UTF8.GetString(output.ToArray()), errors());
    }

    /// <summary>Starts it; the caller ends it.</summary>
    public static Process Start(string program, IEnumerable<string> arguments, bool leaveDiagnostics = false)
    {
        // Whoever runs the tests in the background of a shell without job control has Ctrl-C ignored, and children inherit that.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment["TZ"] = "Europe/Amsterdam";
        if (!leaveDiagnostics)
        {
            // As the launcher sets it; saves the second start.
            start.Environment["DOTNET_EnableDiagnostics"] = "0";
        }
        else
        {
            start.Environment.Remove("DOTNET_EnableDiagnostics");
        }

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    public static void WaitForExit(Process process)
    {
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail("The program did not end.");
        }
    }

    /// <summary>Reads beside whatever else goes on; the answer waits for the end.</summary>
    public static Func<string> Collect(StreamReader from)
    {
        var text = "";
        var thread = new Thread(() => text = from.ReadToEnd());
        thread.Start();
        return () =>
        {
            thread.Join();
            return text;
        };
    }

    /// <summary>Sends a signal to a process that has not been waited for.</summary>
    public static void Signal(int process, int signal) => Assert.Equal(0, SendSignal(process, signal));

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    private static string Find(string project, string program)
    {
        // artifacts/bin/Fluister.InteropTests/debug/ -> artifacts/bin/Fluister.Cli/debug/fluister
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        return System.IO.Path.Combine(here.Parent!.Parent!.FullName, project, here.Name, program);
    }
}

/// <summary>How a run ended.</summary>
internal sealed record Ending(int Code, string Output, string Errors)
{
    /// <summary>An error as a person should see it: one line that says who speaks, nothing of the program's inside.</summary>
    public Ending IsError(int code, params string[] words)
    {
        Assert.True(Code == code, $"{Code} instead of {code}: {Errors}");
        Assert.StartsWith("fluister: ", Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", Errors, StringComparison.Ordinal);
        Assert.Equal("", Output);
        foreach (var word in words)
        {
            Assert.Contains(word, Errors, StringComparison.Ordinal);
        }

        return this;
    }
}
