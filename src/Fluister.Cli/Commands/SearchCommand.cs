using System.CommandLine;
using System.Text.Json;
using Fluister.Archive.Conversations;
using Fluister.Archive.Search;
using Fluister.Archive.SignalDesktop;

namespace Fluister.Cli.Commands;

/// <summary>fluister archive search</summary>
internal sealed class SearchCommand
{
    private const int MaximumContext = 100;

    private readonly SourceOptions _source = new();
    private readonly FilterOptions _filter = new();
    private readonly Argument<string[]> _words = new("WORDS")
    {
        Description = "Words that must all occur; \"a phrase\", -without, begin*",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<int> _context = new("--context", "-C")
    {
        Description = "How many messages to show around each hit",
        HelpName = "N",
    };
    private readonly Option<int> _limit = new("--limit")
    {
        Description = "How many hits at most, newest first",
        HelpName = "N",
        DefaultValueFactory = _ => 50,
    };
    private readonly Option<string?> _index = new("--index")
    {
        Description = "Keep an encrypted index in this file: it is made or brought up to date first, then searching is fast",
        HelpName = "FILE",
    };

    private readonly Option<bool> _json = CommonOptions.Json();

    public static Command Create(CancellationToken cancel)
    {
        var search = new SearchCommand();
        var command = new Command("search", """
            Find messages by their words, in all conversations or some

              fluister archive search lake house
              fluister archive search '"lake house" -boat' --from Mum --since 8w --context 2
            """) { search._words, search._context, search._limit, search._index, search._json };
        search._source.AddTo(command);
        search._filter.AddTo(command);
        command.SetAction(parsed => search.Run(parsed, cancel));
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken cancel)
    {
        var (context, limit) = (parsed.GetValue(_context), parsed.GetValue(_limit));
        if (context is < 0 or > MaximumContext || limit is < 1 or > SearchOptions.MaximumLimit)
        {
            throw new UsageException($"--context is from 0 to {MaximumContext}, --limit from 1 to {SearchOptions.MaximumLimit}.");
        }

        var query = Parse(string.Join(' ', parsed.GetValue(_words)!.Select(Quoted)));
        using var archive = _source.Open(parsed);
        using var stop = cancel.Register(archive.Interrupt);
        // What is found is shown, not kept: disappearing messages are found as Signal itself finds them.
        var selection = _filter.Select(parsed, archive, includeAll: parsed.GetValue(_index) is null);
        using var index = parsed.GetValue(_index) is { } path ? OpenIndex(archive, path, cancel) : null;
        var options = new SearchOptions { Limit = limit, Before = context, After = context, Index = index };
        var hits = Searcher.Search(archive, query, selection, options);
        var found = parsed.GetValue(_json) ? WriteJson(hits) : Print(hits, archive);
        SourceOptions.ReportDamage(archive);
        cancel.ThrowIfCancellationRequested();
        return found > 0 ? ExitCode.Done : ExitCode.NothingFound;
    }

    private static SearchQuery Parse(string text)
    {
        try
        {
            return SearchQuery.Parse(text);
        }
        catch (ArchiveException e)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <summary>A shell's word with a space in it was a phrase in quotes there; here too.</summary>
    private static string Quoted(string word) =>
        word.Contains(' ', StringComparison.Ordinal) && !word.Contains('"', StringComparison.Ordinal)
        ? $"\"{word}\"" : word;

    private static SearchIndex OpenIndex(SignalDesktopArchive archive, string path, CancellationToken cancel)
    {
        using var key = archive.DeriveKey("search index");
        using var progress = new Progress("messages indexed");
        SearchIndex.Update(archive, path, key, new Sink(progress), cancel);
        return SearchIndex.Open(path, key);
    }

    private static int Print(IEnumerable<SearchHit> hits, SignalDesktopArchive archive)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput());
        var names = archive.Conversations.ToDictionary(conversation => conversation.Id, conversation => conversation.Name);
        var count = 0;
        foreach (var hit in hits)
        {
            count++;
            output.WriteLine($"== {Terminal.Clean(names.GetValueOrDefault(hit.Message.ConversationId, "Unknown conversation"))}  "
                + $"[{Terminal.Clean(hit.Message.Id)}]");
            foreach (var message in hit.Before)
            {
                output.WriteLine($"   {Line.Timed(message)}");
            }

            output.WriteLine($" > {Line.Timed(hit.Message)}{Where(hit)}");
            foreach (var message in hit.After)
            {
                output.WriteLine($"   {Line.Timed(message)}");
            }
        }

        return count;
    }

    private static string Where(SearchHit hit) => hit.Matches.Any(match => match.Field == SearchField.Body) ? ""
        : $"  (in {string.Join(", ", hit.Matches.Select(match => Field(match.Field)).Distinct())})";

    private static string Field(SearchField field) => field switch
    {
        SearchField.Quote => "what it answers",
        SearchField.FileName => "a file's name",
        SearchField.Caption => "a caption",
        SearchField.LinkTitle or SearchField.LinkUrl => "a link",
        SearchField.PollQuestion or SearchField.PollOption => "a poll",
        SearchField.ContactName => "a contact",
        SearchField.EarlierVersion => "an earlier version",
        _ => "the text",
    };

    private static int WriteJson(IEnumerable<SearchHit> hits)
    {
        var count = 0;
        JsonOutput.Lines(hits, (writer, hit) =>
        {
            count++;
            Write(writer, hit.Message);
            writer.WriteStartArray("matches");
            foreach (var match in hit.Matches)
            {
                writer.WriteStartObject();
                writer.WriteString("field", JsonOutput.Word(match.Field));
                writer.WriteNumber("item", match.Item);
                writer.WriteNumber("start", match.Start);
                writer.WriteNumber("length", match.Length);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            WriteAll(writer, "before", hit.Before);
            WriteAll(writer, "after", hit.After);
        });
        return count;
    }

    private static void WriteAll(Utf8JsonWriter writer, string name, IReadOnlyList<Message> messages)
    {
        writer.WriteStartArray(name);
        foreach (var message in messages)
        {
            writer.WriteStartObject();
            Write(writer, message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, Message message)
    {
        writer.WriteString("id", message.Id);
        writer.WriteString("conversation", message.ConversationId);
        writer.WriteString("sender", message.Sender?.Name);
        writer.WriteString("sentAt", message.SentAt.ToString());
        writer.WriteString("body", message.Body);
    }

    private sealed class Sink(Progress progress) : IProgress<long>
    {
        public void Report(long value) => progress.Report(value);
    }
}
