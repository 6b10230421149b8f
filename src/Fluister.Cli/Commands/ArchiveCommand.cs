using System.CommandLine;

namespace Fluister.Cli.Commands;

/// <summary>fluister archive ...</summary>
internal static class ArchiveCommand
{
    public static Command Create(CancellationToken cancel) => new("archive", "Read, search and export the conversations of a store")
    {
        ListCommand.Create(cancel),
        ShowCommand.Create(cancel),
        SearchCommand.Create(cancel),
        ExportCommand.Create(cancel),
        StatsCommand.Create(cancel),
        ViewCommand.Create(cancel),
    };
}
