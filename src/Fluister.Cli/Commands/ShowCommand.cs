using System.CommandLine;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports;

namespace Fluister.Cli.Commands;

/// <summary>fluister archive show</summary>
internal static class ShowCommand
{
    private const int MaximumMessages = 100_000;

    public static Command Create(CancellationToken cancel)
    {
        var source = new SourceOptions();
        var filter = new FilterOptions(hasConversation: false);
        var json = CommonOptions.Json();
        var name = new Argument<string>("NAME|ID")
        {
            Description = "Its name, the beginning of its name, or its id",
        };
        var last = new Option<int>("--last", "-n")
        {
            Description = "How many of the newest messages",
            HelpName = "N",
            DefaultValueFactory = _ => 30,
        };
        var command = new Command("show", """
            Print the newest messages of a conversation

              fluister archive show Family --last 100
            """) { name, last, json };
        source.AddTo(command);
        filter.AddTo(command);
        command.SetAction(parsed =>
        {
            var count = parsed.GetValue(last);
            if (count is < 1 or > MaximumMessages)
            {
                throw new UsageException($"--last {count}: from 1 to {MaximumMessages}. For more, use `fluister archive export`.");
            }

            using var archive = source.Open(parsed);
            using var stop = cancel.Register(archive.Interrupt);
            var conversation = FilterOptions.Find(archive, parsed.GetValue(name)!);
            var selection = filter.Select(parsed, archive, includeAll: true).Copy(new HashSet<string> { conversation.Id });
            using var excerpt = Excerpt.Newest(archive, conversation, archive.Read(selection, MessageOrder.ByConversation), count);
            var all = new Selection { IncludeDisappearing = true, IncludeViewOnce = true };
            using var output = Console.OpenStandardOutput();
            StreamExport.Write(excerpt, all, parsed.GetValue(json) ? ExportFormat.JsonLines : ExportFormat.Text,
                output, new ExportOptions(), cancel: cancel);
            SourceOptions.ReportDamage(archive);
            return ExitCode.Done;
        });
        return command;
    }
}
