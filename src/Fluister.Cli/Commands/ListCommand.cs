using System.CommandLine;
using Fluister.Archive.Conversations;

namespace Fluister.Cli.Commands;

/// <summary>fluister archive list</summary>
internal static class ListCommand
{
    private const int NameWidth = 36;

    public static Command Create(CancellationToken cancel)
    {
        var source = new SourceOptions();
        var json = CommonOptions.Json();
        var command = new Command("list", """
            List the conversations of a store, most recent first

              fluister archive list                                this computer's Signal Desktop
              fluister archive list --source DIR --json            another profile, for another program
            """) { json };
        source.AddTo(command);
        command.SetAction(parsed =>
        {
            using var archive = source.Open(parsed);
            using var stop = cancel.Register(archive.Interrupt);
            cancel.ThrowIfCancellationRequested();
            var counts = archive.CountMessages();
            if (parsed.GetValue(json))
            {
                JsonOutput.Lines(archive.Conversations, (writer, conversation) => Write(writer, conversation, counts));
            }
            else
            {
                Print(archive.Conversations, counts);
            }

            SourceOptions.ReportDamage(archive);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(System.Text.Json.Utf8JsonWriter writer, Conversation conversation, IReadOnlyDictionary<string, long> counts)
    {
        writer.WriteString("id", conversation.Id);
        writer.WriteString("kind", System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(conversation.Kind.ToString()));
        writer.WriteString("name", conversation.Name);
        writer.WriteNumber("messages", counts.GetValueOrDefault(conversation.Id));
        writer.WriteNumber("members", conversation.Members.Count);
        if (conversation.ActiveAt is { } active)
        {
            writer.WriteString("activeAt", active.ToString());
        }

        writer.WriteBoolean("archived", conversation.IsArchived);
        writer.WriteNumber("expireTimer", conversation.ExpireTimer);
    }

    private static void Print(IReadOnlyList<Conversation> conversations, IReadOnlyDictionary<string, long> counts)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput());
        output.WriteLine($"{Terminal.Fit("NAME", NameWidth)}  {"KIND",-6}  {"MESSAGES",8}  {"LAST ACTIVE",-16}  ID");
        foreach (var conversation in conversations)
        {
            var active = conversation.ActiveAt?.ToDateTimeOffset()?.ToLocalTime().ToString("yyyy-MM-dd HH:mm") ?? "";
            var kind = conversation.Kind switch
            {
                ConversationKind.Group => "group",
                ConversationKind.NoteToSelf => "notes",
                _ => "person",
            };
            output.WriteLine($"{Terminal.Fit(conversation.Name, NameWidth)}  {kind,-6}  "
                + $"{counts.GetValueOrDefault(conversation.Id),8}  {active,-16}  "
                + Terminal.Clean(conversation.Id));
        }
    }
}
