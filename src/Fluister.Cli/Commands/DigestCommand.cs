using System.CommandLine;
using Fluister.Archive.Conversations;
using Fluister.Archive.SignalDesktop;
using Fluister.Summaries;

namespace Fluister.Cli.Commands;

/// <summary>fluister digest</summary>
internal sealed class DigestCommand
{
    private readonly SourceOptions _source = new();
    private readonly FilterOptions _filter = new(defaultSince: "4w", allowUnread: true);
    private readonly Option<string?> _ask = new("--ask")
    {
        Description = "A question; the digest gives the passages that answer it",
        HelpName = "QUESTION",
    };
    private readonly Option<string> _format = new("--format", "-f")
    {
        Description = "text (default), md, html or json",
        HelpName = "FORMAT",
        DefaultValueFactory = _ => "text",
    };

    private readonly Option<string?> _out = new("--out", "-o")
    {
        Description = "Write plain text into this file. Default: standard output",
        HelpName = "FILE",
    };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the file at --out" };
    private readonly Option<int> _words = new("--words")
    {
        Description = "About how many words to quote",
        HelpName = "N",
        DefaultValueFactory = _ => 150,
    };
    private readonly Option<bool> _json = new("--json") { Description = "The same as --format json" };

    public static Command Create(CancellationToken cancel)
    {
        var digest = new DigestCommand();
        var command = new Command("digest", """
            Tell what happened in conversations, in their own words: every line is quoted from a message

              fluister digest -c "Family"                          the last four weeks of one conversation
              fluister digest --since unread                       what you have not read, all conversations
              fluister digest -c Work --since 2026-10-01 --ask "When is the release?"
            """);
        foreach (var option in (Option[])[digest._ask, digest._format, digest._out, digest._overwrite, digest._words, digest._json])
        {
            command.Add(option);
        }

        digest._source.AddTo(command);
        digest._filter.AddTo(command);
        command.SetAction(parsed => digest.Run(parsed, cancel));
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken cancel)
    {
        var format = parsed.GetValue(_json) ? "json" : parsed.GetValue(_format);
        Action<Digest, Stream> write = format switch
        {
            "text" or "txt" => DigestWriter.WriteText,
            "md" or "markdown" => DigestWriter.WriteMarkdown,
            "html" => DigestWriter.WriteHtml,
            "json" => DigestWriter.WriteJson,
            _ => throw new UsageException($"--format {format}: the formats are text, md, html and json."),
        };
        var words = parsed.GetValue(_words);
        if (words is < 10 or > 100_000)
        {
            throw new UsageException($"--words {words}: from 10 to 100000.");
        }

        if (parsed.GetValue(_ask) is { } ask && string.IsNullOrWhiteSpace(ask))
        {
            throw new UsageException("--ask: the question is empty.");
        }

        using var archive = _source.Open(parsed);
        using var stop = cancel.Register(archive.Interrupt);
        var selection = _filter.Select(parsed, archive);
        var digests = Digests(parsed, archive, selection, words, cancel);
        if (format == "html" && selection.Conversations?.Count != 1)
        {
            throw new UsageException("--format html is one page for one conversation: name it with --conversation.");
        }

        using var file = parsed.GetValue(_out) is { } path ? new OutputFile(path, parsed.GetValue(_overwrite)) : null;
        var output = file?.Stream ?? Console.OpenStandardOutput();
        var said = WriteAll(digests, output, write, isArray: format == "json" && selection.Conversations?.Count != 1);
        output.Flush();
        file?.Commit();
        SourceOptions.ReportDamage(archive);
        if (said == 0)
        {
            Console.Error.WriteLine("Nothing was said in that time.");
            return ExitCode.NothingFound;
        }

        return ExitCode.Done;
    }

    private IEnumerable<Digest> Digests(
        ParseResult parsed, SignalDesktopArchive archive, Selection selection, int words, CancellationToken cancel)
    {
        foreach (var conversation in archive.Conversations
            .Where(conversation => selection.Conversations?.Contains(conversation.Id) ?? true))
        {
            var here = selection.Copy(new HashSet<string> { conversation.Id });
            var messages = Progress.Over(archive.Read(here, MessageOrder.ByConversation), "messages", cancel).ToList();
            if (messages.Count == 0 && selection.Conversations is null)
            {
                continue;
            }

            yield return Digester.Digest(conversation, archive.Self, messages, new DigestOptions
            {
                Words = words,
                Ask = parsed.GetValue(_ask),
                TimeZone = TimeZoneInfo.Local,
                OmittedDisappearing = here.OmittedDisappearing,
                OmittedViewOnce = here.OmittedViewOnce,
            });
        }
    }

    /// <summary>Writes each digest as it is made; returns how many messages they cover.</summary>
    private static int WriteAll(IEnumerable<Digest> digests, Stream output, Action<Digest, Stream> write, bool isArray)
    {
        var count = 0;
        var said = 0;
        foreach (var digest in digests)
        {
            if (isArray || count > 0)
            {
                output.Write(isArray ? count == 0 ? "[\n"u8 : ",\n"u8 : "\n"u8);
            }

            write(digest, output);
            count++;
            said += digest.MessageCount;
        }

        if (isArray)
        {
            output.Write(count == 0 ? "[]\n"u8 : "]\n"u8);
        }

        return said;
    }
}
