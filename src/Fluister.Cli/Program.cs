using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Fluister.Archive.Conversations;
using Fluister.Cli.Commands;
using Fluister.Client;
using Fluister.Engines;

namespace Fluister.Cli;

/// <summary>The program fluister.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        // First, and nothing else: it becomes another program.
        if (arguments is ["sandbox", .. var within])
        {
            return Engines.Sandbox.Enclosure.Main(within);
        }

        Hardening.Apply();
        using var cancellation = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            // The first Ctrl-C (or plain kill, or closed terminal) lets the work take back what it has half written; the second ends
            // at once.
            signal.Cancel = !cancellation.IsCancellationRequested;
            cancellation.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        return Run(arguments, cancellation.Token);
    }

    /// <summary>Runs one command line; every error ends as one sentence on standard error and an exit code.</summary>
    private static int Run(string[] arguments, CancellationToken cancel)
    {
        var root = AllCommands.Create(arguments, cancel);

        // "@anna" is a word to search for, not a file with further arguments.
        var settings = new ParserConfiguration { ResponseFileTokenReplacer = null };
        var parsed = root.Parse(arguments.Length == 0 ? ["--help"] : arguments, settings);
        try
        {
            if (parsed.Errors.Count > 0)
            {
                // Standard output is for results: a program that reads them must not get a page of help instead.
                var errors = string.Join(" ", parsed.Errors.Select(error => error.Message));
                return Fail($"{errors} `{CommandLine(parsed)} --help` tells more.", ExitCode.Usage);
            }

            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (UsageException e)
        {
            return Fail(e.Message, ExitCode.Usage);
        }
        catch (ArchiveException e)
        {
            return cancel.IsCancellationRequested ? ExitCode.Cancelled : Fail(e.Message, ExitCode.For(e.Error));
        }
        catch (OperationCanceledException)
        {
            return Fail("Cancelled; nothing was left half-written.", ExitCode.Cancelled);
        }
        catch (UnauthorizedAccessException e)
        {
            return Fail($"Reading or writing failed: {e.Message}", ExitCode.Denied);
        }
        catch (IOException e) when (Terminal.IsClosedPipe(e))
        {
            // The reader of our output went away, as `head` does: that is its right.
            return ExitCode.Done;
        }
        catch (IOException e)
        {
            // What reads or writes a file of its own says which; what is left is mostly standard output.
            return Fail($"The output could not be written: {e.Message}", ExitCode.Denied);
        }
        catch (ArgumentOutOfRangeException e) when (e.TargetSite?.DeclaringType == typeof(RandomAccess))
        {
            // So .NET calls EFBIG: 4 GiB on FAT, or a limit of the shell's.
            return Fail("The output could not be written: a file would be larger than this file system or ulimit -f allows. "
                + "Write to another place, or export fewer conversations at a time.", ExitCode.Denied);
        }
        catch (Exception e) when (CodeOf(e) is { } code)
        {
            return cancel.IsCancellationRequested ? ExitCode.Cancelled : Fail(e.Message, code);
        }
        catch (Exception e)
        {
            // A bug. Its message might hold what was being read, so it is not shown.
            var where = e.TargetSite is { } at ? $" in {at.DeclaringType?.Name}.{at.Name}" : "";
            return Fail($"This is a bug in fluister: {e.GetType().Name}{where}. "
                + "Please report this line and the command without its names.", ExitCode.Bug);
        }
    }

    /// <summary>The exit code of a fault of the client's or of an engine's; null for others. A method of its own: a clause that named them
    /// would load both libraries at every start.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int? CodeOf(Exception fault) => fault switch
    {
        ClientException client => ExitCode.For(client.Error),
        EngineException engine => ExitCode.For(engine.Error),
        _ => null,
    };

    private static string CommandLine(ParseResult parsed)
    {
        var names = new List<string>();
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult command; at = at.Parent)
        {
            names.Insert(0, command.Command.Name);
        }

        return string.Join(' ', names);
    }

    private static int Fail(string message, int code)
    {
        Console.Error.WriteLine($"fluister: {Terminal.Clean(message)}");
        return code;
    }
}
