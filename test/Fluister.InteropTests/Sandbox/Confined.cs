using System.Text;
using Fluister.Engines.Sandbox;
using Fluister.InteropTests.Cli;

namespace Fluister.InteropTests.Sandbox;

/// <summary>Python as the confined program: what it tries shows what the walls let through.</summary>
internal static class Confined
{
    public const string Python = "/usr/bin/python3";

    /// <summary>Nothing but what any program needs.</summary>
    public static SandboxPolicy Strict { get; } = new();

    /// <summary>Stays until its input ends.</summary>
    public const string Waiting = "input()";

    public static Task<SandboxedProcess> StartAsync(SandboxPolicy policy, string script, params string[] arguments) =>
        SandboxedProcess.StartAsync(policy, FluisterProgram.Path, Python, ["-I", "-S", "-c", script, .. arguments],
            new Dictionary<string, string>(), CancellationToken.None);

    /// <summary>Runs a script to its end.</summary>
    public static async Task<Ending> RunAsync(SandboxPolicy policy, string script, params string[] arguments)
    {
        await using var process = await StartAsync(policy, script, arguments);
        process.Stdin.Close();
        var errors = FluisterProgram.Collect(new StreamReader(process.Stderr, Encoding.UTF8));
        var output = await new StreamReader(process.Stdout, Encoding.UTF8).ReadToEndAsync();
        return new Ending(await process.WaitAsync(CancellationToken.None), output, errors());
    }

    /// <summary>A script that tries one thing; gives "done", or the name of the error that it met.</summary>
    public static async Task<string> TryAsync(SandboxPolicy policy, string script, params string[] arguments)
    {
        var ending = await RunAsync(policy, Script(script), arguments);
        Assert.True(ending.Code == 0, ending.Errors);
        return ending.Output.Trim();
    }

    /// <summary>The script around an attempt.</summary>
    public static string Script(string attempt) => """
        import ctypes, errno, os, socket, sys, threading
        libc = ctypes.CDLL(None, use_errno=True)
        def call(number, *arguments):
            result = libc.syscall(number, *[ctypes.c_long(a) for a in arguments])
            if result < 0:
                raise OSError(ctypes.get_errno(), "")
            return result
        def attempt():
        {0}
        try:
            attempt()
            print("done")
        except OSError as error:
            print(errno.errorcode.get(error.errno, error))
        """.Replace("{0}", string.Join('\n', attempt.Split('\n').Select(line => "    " + line)), StringComparison.Ordinal);
}
