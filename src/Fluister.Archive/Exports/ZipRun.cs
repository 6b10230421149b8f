using System.IO.Compression;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Formats;
using Fluister.Archive.Exports.Output;

namespace Fluister.Archive.Exports;

/// <summary>Writes what a folder would hold into a ZIP file, entry after entry, so that any stream takes it and memory stays
/// bounded.</summary>
internal sealed class ZipRun(
    ConversationArchive archive, Selection selection, ExportOptions options, IProgress<ExportProgress>? progress, CancellationToken cancel)
{
    private readonly Roster _roster = new(archive, selection);
    private readonly List<IndexEntry> _entries = [];
    private ZipArchive _zip = null!;
    private Stream _entry = Stream.Null;
    private StreamSink? _sink;
    private int _files;
    private long _bytes;

    internal ExportReport Write(ZipArchive zip, ExportFormat kind)
    {
        _zip = zip;

        // An entry cannot wait for another. The text names files after trying them; they follow in a second reading.
        var media = new Media(archive) { Copy = options.Media ? static (_, _, stream) => Try(stream) : null };
        var tally = new Tally(selection, media, options, progress, cancel);
        if (kind == ExportFormat.JsonLines)
        {
            WriteJsonLines(media, tally);
        }
        else
        {
            WriteTranscripts(TranscriptFormat.Make(kind, options, media, single: false), tally);
        }

        tally.End();
        if (options.Media)
        {
            WriteMedia(kind);
        }

        return tally.Report(_entries.Count, _files, _bytes);
    }

    private static bool Try(Stream stream)
    {
        try
        {
            stream.CopyTo(Stream.Null);
            return true;
        }
        catch (ArchiveException)
        {
            return false;
        }
    }

    private void WriteJsonLines(Media media, Tally tally)
    {
        var records = new JsonLines();
        var counts = new Dictionary<string, IndexEntry>(StringComparer.Ordinal);
        using var writer = Begin("messages.jsonl");
        JsonLines.WriteHeader(writer, archive.Self, JsonLines.Base);
        foreach (var conversation in _roster.Selected)
        {
            records.WriteConversationLine(writer, conversation);
        }

        foreach (var message in archive.Read(selection, MessageOrder.Stored))
        {
            records.WriteMessageLine(writer, message, media);
            counts[message.ConversationId] = default;
            tally.Count();
        }

        JsonLines.WriteEnd(writer, tally.Totals);
        _entries.AddRange(counts.Values);
        End(writer);
    }

    private void WriteTranscripts(TranscriptFormat format, Tally tally)
    {
        Transcript? transcript = null;
        Timestamp last = default;
        foreach (var message in archive.Read(selection, MessageOrder.ByConversation))
        {
            if (transcript is null || !string.Equals(transcript.Conversation.Id, message.ConversationId, StringComparison.Ordinal))
            {
                Close(format, transcript, last, tally);
                var conversation = _roster.Find(message.ConversationId);
                transcript = new Transcript(conversation, _roster.Stem(conversation));
                NextPage(format, transcript, message);
            }
            else if (format.IsFull(transcript))
            {
                format.WriteBreak(transcript);
                End(transcript.Writer);
                NextPage(format, transcript, message);
            }

            transcript.Messages++;
            transcript.PageMessages++;
            last = message.SentAt;
            format.WriteMessage(transcript, message);
            tally.Count();
        }

        Close(format, transcript, last, tally);
        if (format.IndexName is { } name)
        {
            var writer = Begin(name);
            format.WriteIndex(writer, _entries, tally.Totals);
            End(writer);
        }
    }

    private void NextPage(TranscriptFormat format, Transcript transcript, Message first)
    {
        transcript.Pages.Add(first.SentAt);
        transcript.PageMessages = 0;
        transcript.Writer = Begin(format.FileOf(transcript));
        format.WriteStart(transcript);
    }

    private void Close(TranscriptFormat format, Transcript? transcript, Timestamp last, Tally tally)
    {
        if (transcript is not null)
        {
            format.WriteEnd(transcript, tally.Totals);
            End(transcript.Writer);
            _entries.Add(new IndexEntry(transcript.Conversation.Name, transcript.Stem, transcript.Messages, last));
        }
    }

    private void WriteMedia(ExportFormat kind)
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        var media = new Media(archive)
        {
            Copy = (_, name, stream) =>
            {
                if (written.Add(name))
                {
                    using var entry = Entry(name, CompressionLevel.NoCompression);
                    stream.CopyTo(entry);
                }

                return true;
            },
        };

        // The same writing once more, into nothing: what it names is what is copied.
        using var nothing = new Utf8Writer(new StreamSink(Stream.Null));
        var records = new JsonLines();
        var format = kind == ExportFormat.JsonLines ? null : TranscriptFormat.Make(kind, options, media, single: false);
        var again = selection.Copy(selection.Conversations);
        foreach (var message in archive.Read(again, MessageOrder.Stored))
        {
            cancel.ThrowIfCancellationRequested();
            if (format is null)
            {
                records.WriteMessageLine(nothing, message, media);
            }
            else
            {
                format.WriteMessage(new Transcript(_roster.Find(message.ConversationId), "") { Writer = nothing }, message);
            }
        }
    }

    private Utf8Writer Begin(string name)
    {
        _entry = Entry(name, CompressionLevel.Fastest);
        _sink = new StreamSink(_entry);
        return new Utf8Writer(_sink);
    }

    private void End(Utf8Writer writer)
    {
        writer.Release();
        _bytes += _sink!.Bytes;
        _entry.Dispose();
    }

    private Stream Entry(string name, CompressionLevel level)
    {
        _files++;
        var entry = _zip.CreateEntry(name, level);
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        if (!OperatingSystem.IsWindows())
        {
            // A file that only its owner reads, where it is unpacked (octal 100600).
            entry.ExternalAttributes = unchecked((int)0x8180_0000);
        }

        return entry.Open();
    }
}
