using System.Text.Json;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Formats;
using Fluister.Archive.Exports.Output;
using Fluister.Archive.Exports.State;

namespace Fluister.Archive.Exports;

/// <summary>Writes conversations into a folder, which appears when all of it is written.</summary>
public static class DirectoryExport
{
    /// <summary>The file by which a folder is known as an export.</summary>
    public const string ManifestName = "fluister-export.json";

    /// <summary>The version of the folder's layout.</summary>
    internal const int Version = 1;

    /// <summary>Reads the archive once and writes all <paramref name="formats"/>.</summary>
    /// <exception cref="ArchiveException">The folder cannot be made or is in the way, or the archive cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is left behind.</exception>
    public static ExportReport Write(
        ConversationArchive archive,
        Selection selection,
        IReadOnlyList<ExportFormat> formats,
        string folder,
        ExportOptions options,
        IProgress<ExportProgress>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(formats.Count);
        try
        {
            if (options.Incremental && Directory.Exists(folder))
            {
                return Update(archive, selection, formats, folder, options, progress, cancel);
            }

            CheckTarget(folder, options);
            using var partial = new PartialFolder(folder);
            WriteManifest(partial.Path, formats, options);
            using (var run = new DirectoryRun(archive, selection, formats, partial.Path, options, progress, cancel))
            {
                WriteEverything(run, archive, selection, formats, partial.Path, options);
                cancel.ThrowIfCancellationRequested();
                partial.Commit(options.Overwrite);
                return run.Report;
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(ArchiveError.Denied, $"The export to {folder} failed and was removed: {fault.Message}", fault);
        }
    }

    private static ExportReport Update(
        ConversationArchive archive,
        Selection selection,
        IReadOnlyList<ExportFormat> formats,
        string folder,
        ExportOptions options,
        IProgress<ExportProgress>? progress,
        CancellationToken cancel)
    {
        if (options.StateKey is null)
        {
            throw new ArchiveException(ArchiveError.WrongKey, "Bringing an export up to date needs the key that it was made with.");
        }

        // Held while we work, so that two runs do not meet in one folder.
        using var manifest = OpenManifest(folder);
        CheckManifest(manifest, formats, folder, options);
        if (!File.Exists(Path.Combine(folder, StateFile.Name)))
        {
            throw new ArchiveException(
                ArchiveError.NotFound, $"The export in {folder} was made without a key and cannot be brought up to date; overwrite it.");
        }

        using var update = new DirectoryUpdate(archive, selection, formats, folder, options, progress, cancel);
        return update.Run();
    }

    private static FileStream OpenManifest(string folder)
    {
        var path = Path.Combine(folder, ManifestName);
        return File.Exists(path)
            ? new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None)
            : throw new ArchiveException(ArchiveError.NotFound,
                $"{folder} is not an export (it has no {ManifestName}); name another folder.");
    }

    private static void CheckManifest(FileStream manifest, IReadOnlyList<ExportFormat> formats, string folder, ExportOptions options)
    {
        try
        {
            using var json = JsonDocument.Parse(manifest);
            var version = json.RootElement.GetProperty("version").GetInt32();
            var made = json.RootElement.GetProperty("formats").EnumerateArray().Select(static f => f.GetString() ?? "");
            if (version != Version
                || !made.ToHashSet(StringComparer.Ordinal).SetEquals(formats.Select(Name))
                || json.RootElement.GetProperty("media").GetBoolean() != options.Media)
            {
                throw new ArchiveException(
                    ArchiveError.Unsupported,
                    $"The export in {folder} was made with other formats or another choice of media; use the same ones, or overwrite it.");
            }
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ArchiveException(ArchiveError.Damaged, $"{Path.Combine(folder, ManifestName)} is damaged; overwrite the export.",
                fault);
        }
    }

    private static void WriteEverything(
        DirectoryRun run, ConversationArchive archive, Selection selection, IReadOnlyList<ExportFormat> formats, string folder,
            ExportOptions options)
    {
        var records = new JsonLines();
        var lines = formats.Contains(ExportFormat.JsonLines) ? run.Files.Create("messages.jsonl") : null;
        using var keys = options.StateKey is null ? null : new StateKeys(options.StateKey);
        using var state = keys is null ? null : new StateRecorder(folder, keys, run.Roster, records);
        if (lines is not null)
        {
            JsonLines.WriteHeader(lines.Writer, archive.Self, JsonLines.Base);
            foreach (var conversation in run.Roster.Selected)
            {
                records.WriteConversationLine(lines.Writer, conversation);
            }
        }

        run.Write(message =>
        {
            state?.Add(message);
            if (lines is not null && state is { Record.Length: > 0 } && !options.Media)
            {
                lines.Writer.Write("{\"message\":"u8);
                lines.Writer.Write(state.Record);
                lines.Writer.Write("}\n"u8);
            }
            else if (lines is not null)
            {
                records.WriteMessageLine(lines.Writer, message, run.Media);
            }
        });
        if (lines is not null)
        {
            JsonLines.WriteEnd(lines.Writer, run.Tally.Totals);
            run.Files.Close(lines);
        }

        run.WriteIndexes(run.Entries(), run.Tally.Totals);
        state?.Finish(selection);
    }

    private static void CheckTarget(string folder, ExportOptions options)
    {
        if (File.Exists(folder))
        {
            throw new ArchiveException(ArchiveError.Denied, $"{folder} is a file; name a folder that is not there yet.");
        }

        if (!Directory.Exists(folder))
        {
            return;
        }

        if (!options.Overwrite)
        {
            throw new ArchiveException(
                ArchiveError.Denied, $"{folder} exists; name another folder, or ask to bring it up to date (--incremental) "
                + "or to replace it (--overwrite).");
        }

        // Overwriting removes a whole folder: only ever one of ours.
        if (!File.Exists(Path.Combine(folder, ManifestName)) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new ArchiveException(
                ArchiveError.Denied,
                $"{folder} is not an export (it has no {ManifestName}) and will not be overwritten; name another folder.");
        }
    }

    private static void WriteManifest(string folder, IReadOnlyList<ExportFormat> formats, ExportOptions options)
    {
        using var file = new FileStream(Path.Combine(folder, ManifestName), PrivateFiles.New());
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("fluister", "export-folder");
        json.WriteNumber("version", Version);
        json.WriteStartArray("formats");
        foreach (var format in formats.Distinct())
        {
            json.WriteStringValue(Name(format));
        }

        json.WriteEndArray();
        json.WriteBoolean("media", options.Media);
        json.WriteString("timeZone", options.TimeZone.Id);
        json.WriteEndObject();
        json.Flush();
        file.Flush(flushToDisk: true);
    }

    /// <summary>The name of a format as manifests write it.</summary>
    internal static string Name(ExportFormat format) => format switch
    {
        ExportFormat.Markdown => "markdown",
        ExportFormat.Html => "html",
        ExportFormat.JsonLines => "jsonl",
        ExportFormat.Csv => "csv",
        _ => "text",
    };
}
