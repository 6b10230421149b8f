using System.CommandLine;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports;
using Fluister.Archive.Exports.Age;
using Fluister.Archive.SignalDesktop.Keys;
using Fluister.Cryptography;

namespace Fluister.Cli.Commands;

/// <summary>fluister archive export</summary>
internal sealed class ExportCommand
{
    private readonly SourceOptions _source = new();
    private readonly FilterOptions _filter = new();

    private readonly Option<string[]> _format = new("--format", "-f")
    {
        Description = "md, html, csv, text or jsonl (default: by the ending of --out, else jsonl); several for a folder, "
            + "as in --format md,jsonl",
        HelpName = "FORMAT",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _out = new("--out", "-o")
    {
        Description =
            "Write into this folder (or, where it is encrypted or ends in .jsonl, .json, .csv, .md, .html, .txt or .zip, "
            + "this file), in plain text where it is not encrypted. Default: standard output",
        HelpName = "PATH",
    };

    private readonly Option<string[]> _encryptTo = new("--encrypt-to")
    {
        Description = "Encrypt for this age recipient (age1...); may be given several times. `age -d` opens the result",
        HelpName = "RECIPIENT",
    };

    private readonly Option<bool> _passphrase = new("--passphrase")
    {
        Description = "Encrypt with a passphrase, which is asked for; `age -d` opens the result",
    };

    private readonly Option<string?> _passphraseFile = new("--passphrase-file")
    {
        Description = "Encrypt with the passphrase in this file",
        HelpName = "FILE",
    };

    private readonly Option<bool> _media = new("--media")
    {
        Description = "Take attachments along, decrypted (HTML holds pictures and sound in its pages anyway)",
    };

    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace an earlier export at --out" };

    private readonly Option<bool> _incremental = new("--incremental")
    {
        Description = "Bring an earlier export at --out up to date, or begin one that can be",
    };

    private readonly Option<bool> _keepDeleted = new("--keep-deleted")
    {
        Description = "With --incremental: keep what is gone from the store where the format can",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print the report as JSON on standard error" };

    public static Command Create(CancellationToken cancel)
    {
        var export = new ExportCommand();
        var command = new Command("export", """
            Write conversations as JSON Lines, Markdown, HTML, CSV or text

              fluister archive export -c "Book club" --format md          one conversation to the terminal or a pipe
              fluister archive export --out chats.age --encrypt-to age1... everything, encrypted (recommended for keeping)
              fluister archive export --format md,jsonl --out chats        plain text in a folder: an explicit choice
            """);
        foreach (var option in (Option[])[export._format, export._out, export._encryptTo, export._passphrase,
            export._passphraseFile, export._media,
            export._overwrite, export._incremental, export._keepDeleted, export._json])
        {
            command.Add(option);
        }

        export._source.AddTo(command);
        export._filter.AddTo(command);
        command.SetAction(parsed => export.Run(parsed, cancel));
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken cancel)
    {
        var target = parsed.GetValue(_out);
        var formats = Formats(parsed, target);
        using var passphrase = Passphrase(parsed);
        var recipients = Recipients(parsed, passphrase);
        var isFolder = target is not null && recipients.Count == 0 && !IsFile(target);
        if (formats.Count > 1 && !isFolder)
        {
            throw new UsageException("Several formats go into a folder: name one with --out DIR.");
        }

        if (parsed.GetValue(_incremental) && !isFolder)
        {
            throw new UsageException("--incremental brings a folder up to date: name one with --out DIR, without encryption.");
        }

        if (parsed.GetValue(_keepDeleted) && !parsed.GetValue(_incremental))
        {
            throw new UsageException("--keep-deleted goes with --incremental.");
        }

        var isZip = !isFolder && target is not null && (Extension(target) == ".zip"
            || (recipients.Count > 0 && (formats[0] == ExportFormat.Html || parsed.GetValue(_media))));
        if (parsed.GetValue(_media) && !isFolder && !isZip && formats[0] != ExportFormat.Html)
        {
            throw new UsageException("--media makes several files: give --out with a folder, a name in .zip, or an encrypted file.");
        }

        if (recipients.Count == 0 && Extension(target) == ".age")
        {
            throw new UsageException("The name .age alone does not encrypt: give --passphrase or --encrypt-to, or another name.");
        }

        using var archive = _source.Open(parsed);
        using var stop = cancel.Register(archive.Interrupt);
        var selection = _filter.Select(parsed, archive);
        using var stateKey = archive.DeriveKey("export state");
        var options = new ExportOptions
        {
            Media = parsed.GetValue(_media),
            Overwrite = parsed.GetValue(_overwrite),
            Incremental = parsed.GetValue(_incremental),
            KeepDeleted = parsed.GetValue(_keepDeleted),
            StateKey = parsed.GetValue(_incremental) ? stateKey : null,
            Zip = isZip,
            ExpectedMessages = archive.CountMessages().Values.Sum(),
        };
        using var progress = new Progress("messages", options.ExpectedMessages);
        var report = isFolder
            ? DirectoryExport.Write(archive, selection, formats, target!, options, new ProgressSink(progress), cancel)
            : WriteStream(archive, selection, formats[0], target, recipients, options, progress, cancel);
        progress.Dispose();
        Report(parsed, report, target);
        SourceOptions.ReportDamage(archive);
        return ExitCode.Done;
    }

    private static ExportReport WriteStream(ConversationArchive archive, Selection selection, ExportFormat format, string? target,
        IReadOnlyList<AgeRecipient> recipients, ExportOptions options, Progress progress, CancellationToken cancel)
    {
        using var file = target is null ? null : new OutputFile(target, options.Overwrite);
        var output = file?.Stream ?? Console.OpenStandardOutput();
        var report = new ExportReport();
        void Write(Stream stream) =>
            report = StreamExport.Write(archive, selection, format, stream, options, new ProgressSink(progress), cancel);
        if (recipients.Count == 0)
        {
            Write(output);
        }
        else
        {
            AgeWriter.Encrypt(output, recipients, Write);
        }

        output.Flush();
        file?.Commit();
        return report;
    }

    private List<ExportFormat> Formats(ParseResult parsed, string? target)
    {
        var names = (parsed.GetValue(_format) ?? []).SelectMany(list => list.Split(',', StringSplitOptions.RemoveEmptyEntries)).ToList();
        if (names.Count == 0)
        {
            return [Extension(target) switch
            {
                ".md" => ExportFormat.Markdown,
                ".html" => ExportFormat.Html,
                ".csv" => ExportFormat.Csv,
                ".txt" => ExportFormat.Text,
                _ => ExportFormat.JsonLines,
            }];
        }

        return [.. names.Select(name => name switch
        {
            "md" or "markdown" => ExportFormat.Markdown,
            "html" => ExportFormat.Html,
            "jsonl" or "json" => ExportFormat.JsonLines,
            "csv" => ExportFormat.Csv,
            "text" or "txt" => ExportFormat.Text,
            _ => throw new UsageException($"--format {name}: the formats are jsonl, md, html, csv and text."),
        }).Distinct()];
    }

    private Secret? Passphrase(ParseResult parsed)
    {
        if (parsed.GetValue(_passphraseFile) is { } path)
        {
            return ProfileKey.ReadPasswordFile(path);
        }

        return parsed.GetValue(_passphrase) ? Prompt.NewPassphrase("Passphrase for the export") : null;
    }

    private List<AgeRecipient> Recipients(ParseResult parsed, Secret? passphrase)
    {
        var keys = parsed.GetValue(_encryptTo) ?? [];
        if (keys.Length > 0 && passphrase is not null)
        {
            throw new UsageException("An age file has either recipients or a passphrase: give --encrypt-to or --passphrase, not both.");
        }

        return passphrase is not null ? [AgeRecipient.FromPassphrase(passphrase)] : [.. keys.Select(Recipient)];
    }

    private static AgeRecipient Recipient(string key)
    {
        try
        {
            return AgeRecipient.Parse(key);
        }
        catch (ArchiveException e)
        {
            throw new UsageException($"--encrypt-to: {e.Message}");
        }
    }

    private static string Extension(string? path) => Path.GetExtension(path ?? "").ToLowerInvariant();

    private static bool IsFile(string path) =>
        Extension(path) is ".jsonl" or ".json" or ".csv" or ".md" or ".html" or ".txt" or ".zip" or ".age";

    private void Report(ParseResult parsed, ExportReport report, string? target)
    {
        if (parsed.GetValue(_json))
        {
            Console.Error.WriteLine(System.Text.Json.JsonSerializer.Serialize(report, ReportJson.Default.ExportReport));
            return;
        }

        // To a pipe on standard output the report would only disturb; what was left out is always said.
        if (target is not null)
        {
            Console.Error.WriteLine($"{report.Messages:N0} messages of {report.Conversations:N0} conversations, "
                + $"{report.Bytes:N0} bytes in {report.Files:N0} "
                + $"{(report.Files == 1 ? "file" : "files")}: {Terminal.Clean(target)}");
            if (report.Added + report.Edited + report.Deleted > 0)
            {
                Console.Error.WriteLine($"Since the last time: "
                    + $"{report.Added:N0} added, {report.Edited:N0} edited, {report.Deleted:N0} deleted.");
            }
        }

        if (report.OmittedDisappearing + report.OmittedViewOnce > 0)
        {
            Console.Error.WriteLine($"Left out: {report.OmittedDisappearing:N0} disappearing and "
                + $"{report.OmittedViewOnce:N0} view-once messages "
                + "(--include-disappearing, --include-view-once).");
        }

        if (report.MissingMedia + report.DamagedMedia > 0)
        {
            Console.Error.WriteLine($"Attachments: {report.MissingMedia:N0} are not in the store, {report.DamagedMedia:N0} are damaged.");
        }
    }

    private sealed class ProgressSink(Progress progress) : IProgress<ExportProgress>
    {
        public void Report(ExportProgress value) => progress.Report(value.Messages);
    }
}
