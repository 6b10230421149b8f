using System.CommandLine;
using Fluister.Server.Operations;

namespace Fluister.Server.Commands;

/// <summary>fluister-server health</summary>
internal static class HealthCommand
{
    public static Command Create()
    {
        var command = new Command("health", """
            Ask the server of this folder whether it is ready: 0 when it is, 1 when not. For health checks; `doctor` says what is wrong.

              fluister-server health && echo well
            """);
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = DataOption.CheckedFolder(parsed).ReadOptions();
            var status = await ReadinessQuestion.AskHereAsync(options, cancellation).ConfigureAwait(false);
            Console.WriteLine(status switch
            {
                200 => "ready",
                null => "not running",
                503 => "not ready",
                _ => "another program answers",
            });
            return status == 200 ? ExitCode.Done : ExitCode.Ailing;
        });
        return command;
    }
}
