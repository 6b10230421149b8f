using System.CommandLine;
using System.Runtime.InteropServices;
using Fluister.Server.Commands;
using Fluister.Server.Operations;
using Fluister.Server.Stores;
using Fluister.Server.Stores.Sqlite;
using Microsoft.Data.Sqlite;

namespace Fluister.Server;

/// <summary>The program fluister-server.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        PosixFiles.KeepToOwner();
        using var cancellation = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            // The first asks politely, the second ends at once.
            signal.Cancel = !cancellation.IsCancellationRequested;
            cancellation.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return await RunAsync(arguments, cancellation.Token).ConfigureAwait(false);
    }

    /// <summary>Runs one command line; every error ends as one sentence on standard error and an exit code.</summary>
    private static async Task<int> RunAsync(string[] arguments, CancellationToken cancellation)
    {
        var root = new RootCommand("A home server that clients built from Signal's own code work against.")
        {
            DataOption.Option,
            QuickstartCommand.Create(),
            ServeCommand.Create(),
            InviteCommand.Create(),
            AccountCommand.Create(),
            PeerCommand.Create(),
            DescriptorCommand.Create(),
            DoctorCommand.Create(),
            HealthCommand.Create(),
            BackupCommand.Create(),
            RestoreCommand.Create(),
            KeysCommand.Create(),
            NetworkCommand.Create(),
            AttestCommand.Create(),
        };
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
        var settings = new ParserConfiguration { ResponseFileTokenReplacer = null };
        var parsed = root.Parse(arguments.Length == 0 ? ["--help"] : arguments, settings);
        if (parsed.Errors.Count > 0)
        {
            return Fail($"{string.Join(' ', parsed.Errors.Select(error => error.Message))} `--help` tells more.", ExitCode.Usage);
        }

        try
        {
            var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(invocation, cancellation).ConfigureAwait(false);
        }
        catch (OperationException refused)
        {
            return Fail(refused.Message, refused.ExitCode);
        }
        catch (NotSupportedException newer)
        {
            return Fail(newer.Message, ExitCode.Unsupported);
        }
        catch (StoreException refused)
        {
            return Fail(refused.Message, refused is StoreFullException ? ExitCode.Disk : ExitCode.Denied);
        }
        catch (SqliteException failed)
        {
            return Fail(SqliteCodes.Sentence(failed), failed.SqliteErrorCode switch
            {
                SqliteCodes.Corrupt or SqliteCodes.NotADatabase => ExitCode.Damaged,
                SqliteCodes.Full or SqliteCodes.InputOutput => ExitCode.Disk,
                _ => ExitCode.Denied,
            });
        }
        catch (OperationCanceledException)
        {
            return Fail("Cancelled.", ExitCode.Cancelled);
        }
        catch (Exception denied) when (denied is UnauthorizedAccessException or IOException)
        {
            return Fail($"Reading or writing failed: {denied.Message}", ExitCode.Denied);
        }
#pragma warning disable CA1031 // A bug. Its message might hold what was being worked on, so it is not shown.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            var where = bug.TargetSite is { } at ? $" in {at.DeclaringType?.Name}.{at.Name}" : "";
            return Fail($"This is a bug in fluister-server: {bug.GetType().Name}{where}. Please report this line.", ExitCode.Bug);
        }
    }

    private static int Fail(string message, int code)
    {
        Console.Error.WriteLine($"fluister-server: {message}");
        return code;
    }
}
