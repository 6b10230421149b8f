using System.CommandLine;
using Fluister.Archive.Conversations;

namespace Fluister.Cli.Commands;

/// <summary>fluister archive stats</summary>
internal static class StatsCommand
{
    private const int TopPeople = 10;

    public static Command Create(CancellationToken cancel)
    {
        var source = new SourceOptions();
        var filter = new FilterOptions();
        var json = CommonOptions.Json();
        var command = new Command("stats", """
            Count what a store holds: by type, person and month

              fluister archive stats --since 2026-01-01
            """) { json };
        source.AddTo(command);
        filter.AddTo(command);
        command.SetAction(parsed =>
        {
            using var archive = source.Open(parsed);
            using var stop = cancel.Register(archive.Interrupt);
            var selection = filter.Select(parsed, archive, includeAll: true);
            var stats = Stats.Count(Progress.Over(archive.Read(selection, MessageOrder.Stored), "messages", cancel));
            if (parsed.GetValue(json))
            {
                JsonOutput.Lines([stats], (writer, all) => all.Write(writer, archive));
            }
            else
            {
                stats.Print(archive, TopPeople);
            }

            SourceOptions.ReportDamage(archive);
            return ExitCode.Done;
        });
        return command;
    }
}
