using System.IO.Compression;
using Fluister.Archive.Conversations;

namespace Fluister.Archive.Exports;

/// <summary>Writes conversations into one stream: standard output, a pipe, a file or an encrypting writer. Nothing touches the
/// disk.</summary>
public static class StreamExport
{
    /// <summary>Writes one format; with <see cref="ExportOptions.Zip"/> as a ZIP file of what a folder would hold.</summary>
    /// <remarks>JSON Lines and CSV come in stored order, the others one conversation after the other. The stream is left open and
    /// need not be seekable. What fails half-way has been written half-way: the caller decides what becomes of it.</remarks>
    /// <exception cref="ArchiveException">The archive cannot be read.</exception>
    /// <exception cref="IOException">The stream takes no more.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ExportReport Write(
        ConversationArchive archive,
        Selection selection,
        ExportFormat format,
        Stream output,
        ExportOptions options,
        IProgress<ExportProgress>? progress = null,
        CancellationToken cancel = default)
    {
        if (options.Incremental)
        {
            throw new ArgumentException("A stream cannot be brought up to date.", nameof(options));
        }

        if (!options.Zip)
        {
            // One file has no place for others.
            using var run = new StreamRun(archive, selection, options with { Media = false }, progress, cancel);
            return format == ExportFormat.JsonLines ? run.WriteJsonLines(output) : run.WriteTranscripts(output, format);
        }

        // Not disposed of when something fails: that would end a file that is not whole as if it were.
        var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        var report = new ZipRun(archive, selection, options, progress, cancel).Write(zip, format);
        zip.Dispose();
        return report;
    }
}
