using System.CommandLine;
using Fluister.Archive.Conversations;
using Fluister.Archive.SignalDesktop;
using Fluister.Summaries;
using Fluister.Summaries.Cache;

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
    private readonly Option<string?> _language = new("--language")
    {
        Description = "Language that a model writes in, such as nl. Default: that of the conversation",
        HelpName = "XX",
    };
    private readonly Option<bool> _noCache = new("--no-cache") { Description = "Neither use nor keep what a model wrote before" };
    private readonly Option<bool> _forget = new("--forget") { Description = "Delete what models wrote before, of all stores, and end" };
    private readonly EngineOptions _engine = new();

    public static Command Create(CancellationToken cancel)
    {
        var digest = new DigestCommand();
        var command = new Command("digest", """
            Tell what happened in conversations: in quotes, or in the words of a model on this computer, checked against the messages

              fluister digest -c "Family"                          the last four weeks of one conversation, in quotes
              fluister digest --since unread                       what you have not read, all conversations
              fluister digest -c Work --since 2026-10-01 --ask "When is the release?"
              fluister digest -c "Family" --model some.gguf        a model writes; its network is cut off
              fluister digest -c "Family" --engine llama-server --model some.gguf --language nl
              fluister digest -c "Family" --engine http://127.0.0.1:8080/v1 --model some
            """);
        foreach (var option in (Option[])[digest._ask, digest._format, digest._out, digest._overwrite, digest._words, digest._json,
            digest._language, digest._noCache, digest._forget])
        {
            command.Add(option);
        }

        command.Add(EvaluateCommand.Create(cancel));
        digest._engine.AddTo(command);
        digest._source.AddTo(command);
        digest._filter.AddTo(command);
        command.SetAction((parsed, _) => digest.RunAsync(parsed, cancel));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        if (parsed.GetValue(_forget))
        {
            return Forget();
        }

        var (format, write) = Format(parsed);
        CheckNumbers(parsed);
        var choice = _engine.Choose(parsed);
        using var archive = _source.Open(parsed);
        using var stop = cancel.Register(archive.Interrupt);
        var selection = _filter.Select(parsed, archive);
        if (format == "html" && selection.Conversations?.Count != 1)
        {
            throw new UsageException("--format html is one page for one conversation: name it with --conversation.");
        }

        using var cache = OpenCache(parsed, archive, selection, cancel);
        var model = new DigestModel(choice, parsed.GetValue(_language), cache);
        await using (model.ConfigureAwait(false))
        {
            using var file = parsed.GetValue(_out) is { } path ? new OutputFile(path, parsed.GetValue(_overwrite)) : null;
            using var digests = new DigestOutput(file?.Stream ?? Console.OpenStandardOutput(), write,
                isArray: format == "json" && selection.Conversations?.Count != 1,
                isLive: model.IsAsked && file is null && format is "text" or "txt" && LiveDigest.IsPossible);
            foreach (var (extractive, messages, options) in Extractive(parsed, archive, selection, cancel))
            {
                await digests.WriteAsync(extractive, !model.IsAsked || extractive.MessageCount == 0 ? null
                    : progress => model.DigestAsync(extractive, archive.Self, messages, options, progress, cancel)).ConfigureAwait(false);
                Tell(model.TakeNote());
            }

            digests.End();
            file?.Commit();
            SourceOptions.ReportDamage(archive);
            Tell(cache?.Warning);
            return digests.Said == 0 ? NothingSaid() : model.HasFailed ? ExitCode.QuotesOnly : ExitCode.Done;
        }
    }

    private static int NothingSaid()
    {
        Console.Error.WriteLine("Nothing was said in that time.");
        return ExitCode.NothingFound;
    }

    private static int Forget()
    {
        if (CacheFolder.Digests is { } folder)
        {
            DigestCache.Forget(folder);
        }

        Console.Error.WriteLine("What models wrote before is deleted.");
        return ExitCode.Done;
    }

    private (string Format, Action<Digest, Stream> Write) Format(ParseResult parsed)
    {
        var format = parsed.GetValue(_json) ? "json" : parsed.GetValue(_format)!;
        return (format, format switch
        {
            "text" or "txt" => DigestWriter.WriteText,
            "md" or "markdown" => DigestWriter.WriteMarkdown,
            "html" => DigestWriter.WriteHtml,
            "json" => DigestWriter.WriteJson,
            _ => throw new UsageException($"--format {format}: the formats are text, md, html and json."),
        });
    }

    private void CheckNumbers(ParseResult parsed)
    {
        var words = parsed.GetValue(_words);
        if (words is < 10 or > 100_000)
        {
            throw new UsageException($"--words {words}: from 10 to 100000.");
        }

        if (parsed.GetValue(_ask) is { } ask && string.IsNullOrWhiteSpace(ask))
        {
            throw new UsageException("--ask: the question is empty.");
        }

        if (parsed.GetValue(_language) is { } language && (language.Length is < 2 or > 3 || !language.All(char.IsAsciiLetterLower)))
        {
            throw new UsageException($"--language {language}: two letters, such as en, de or nl.");
        }
    }

    /// <summary>The cache, without what has expired; null where none is to be used. What disappears is never kept.</summary>
    private DigestCache? OpenCache(ParseResult parsed, SignalDesktopArchive archive, Selection selection, CancellationToken cancel)
    {
        if (parsed.GetValue(_noCache) || CacheFolder.Digests is not { } folder)
        {
            return null;
        }

        using var key = archive.DeriveKey("digest cache 1");
        var cache = DigestCache.Open(folder, key);
        try
        {
            cache.Expire(archive);
        }
        catch (ArchiveException e) when (!cancel.IsCancellationRequested)
        {
            Tell($"What models wrote before cannot be compared with the store, so it is not used. {e.Message}");
            cache.Dispose();
            return null;
        }

        if (selection.IncludeDisappearing || selection.IncludeViewOnce)
        {
            cache.Dispose();
            return null;
        }

        return cache;
    }

    private IEnumerable<(Digest Digest, IReadOnlyList<Message> Messages, DigestOptions Options)> Extractive(
        ParseResult parsed, SignalDesktopArchive archive, Selection selection, CancellationToken cancel)
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

            var options = new DigestOptions
            {
                Words = parsed.GetValue(_words),
                Ask = parsed.GetValue(_ask),
                TimeZone = TimeZoneInfo.Local,
                OmittedDisappearing = here.OmittedDisappearing,
                OmittedViewOnce = here.OmittedViewOnce,
            };
            yield return (Digester.Digest(conversation, archive.Self, messages, options), messages, options);
        }
    }

    private static void Tell(string? note)
    {
        if (note is not null)
        {
            Console.Error.WriteLine($"fluister: {Terminal.Clean(note)}");
        }
    }
}
