using System.CommandLine;
using Fluister.Server.Operations;

namespace Fluister.Server.Commands;

/// <summary>fluister-server doctor</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object a line" };
        var command = new Command("doctor", """
            Look whether the server is well: files, database, disk, clock, certificate, port, reachability, peers; and say what helps. Ends
            with 1 where something is to be done.

              fluister-server doctor
              fluister-server doctor --json | jq -r 'select(.remedy) | .subject'
            """) { json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var findings = await new Doctor(DataOption.Folder(parsed), TimeProvider.System.GetUtcNow()).ExamineAsync(cancellation)
                .ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                JsonLines.Write(findings, (writer, finding) =>
                {
                    writer.WriteString("subject", finding.Subject);
                    writer.WriteString("told", finding.Told);
                    writer.WriteString("remedy", finding.Remedy);
                });
            }
            else
            {
                foreach (var finding in findings)
                {
                    Console.WriteLine($"{(finding.Remedy is null ? "ok " : "-> ")}{finding.Subject,-12} {finding.Told}");
                    if (finding.Remedy is not null)
                    {
                        Console.WriteLine($"   {"",-12} {finding.Remedy}");
                    }
                }
            }

            return findings.Any(finding => finding.Remedy is not null) ? ExitCode.Ailing : ExitCode.Done;
        });
        return command;
    }
}
