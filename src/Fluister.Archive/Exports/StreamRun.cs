using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Formats;
using Fluister.Archive.Exports.Output;

namespace Fluister.Archive.Exports;

/// <summary>One reading of the archive into one stream.</summary>
internal sealed class StreamRun : IDisposable
{
    private readonly ConversationArchive _archive;
    private readonly Selection _selection;
    private readonly ExportOptions _options;
    private readonly Media _media;
    private readonly Tally _tally;
    private readonly Roster _roster;
    private Utf8Writer? _writer;

    internal StreamRun(
        ConversationArchive archive, Selection selection, ExportOptions options, IProgress<ExportProgress>? progress,
            CancellationToken cancel)
    {
        (_archive, _selection, _options) = (archive, selection, options);
        _media = new Media(archive);
        _tally = new Tally(selection, _media, options, progress, cancel);
        _roster = new Roster(archive, selection);
    }

    internal ExportReport WriteJsonLines(Stream output)
    {
        var sink = new StreamSink(output);
        var writer = _writer = new Utf8Writer(sink);
        var records = new JsonLines();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        JsonLines.WriteHeader(writer, _archive.Self, JsonLines.Base);
        foreach (var conversation in _roster.Selected)
        {
            records.WriteConversationLine(writer, conversation);
        }

        foreach (var message in _archive.Read(_selection, MessageOrder.Stored))
        {
            records.WriteMessageLine(writer, message, null);
            seen.Add(message.ConversationId);
            _tally.Count();
        }

        _tally.End();
        JsonLines.WriteEnd(writer, _tally.Totals);
        writer.Release();
        return _tally.Report(seen.Count, 1, sink.Bytes);
    }

    internal ExportReport WriteTranscripts(Stream output, ExportFormat kind)
    {
        var sink = new StreamSink(output);
        var writer = _writer = new Utf8Writer(sink);
        var format = TranscriptFormat.Make(kind, _options, _media, single: true);
        format.WriteDocumentStart(writer);

        // A table is sorted by whoever opens it; the others are read from top to bottom.
        var transcripts = kind == ExportFormat.Csv
            ? WriteInterleaved(format, writer)
            : WriteOneByOne(format, writer);
        _tally.End();
        format.WriteDocumentEnd(writer, _tally.Totals);
        writer.Release();
        return _tally.Report(transcripts, 1, sink.Bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _writer?.Dispose();

    private int WriteInterleaved(TranscriptFormat format, Utf8Writer writer)
    {
        var transcripts = new Dictionary<string, Transcript>(StringComparer.Ordinal);
        foreach (var message in _archive.Read(_selection, MessageOrder.Stored))
        {
            if (!transcripts.TryGetValue(message.ConversationId, out var transcript))
            {
                transcript = Begin(message, writer);
                transcripts.Add(message.ConversationId, transcript);
            }

            format.WriteMessage(transcript, message);
            _tally.Count();
        }

        return transcripts.Count;
    }

    private int WriteOneByOne(TranscriptFormat format, Utf8Writer writer)
    {
        var count = 0;
        Transcript? transcript = null;
        foreach (var message in _archive.Read(_selection, MessageOrder.ByConversation))
        {
            if (transcript is null || !string.Equals(transcript.Conversation.Id, message.ConversationId, StringComparison.Ordinal))
            {
                if (transcript is not null)
                {
                    // What was left out stands at the end of the whole.
                    format.WriteEnd(transcript, default);
                }

                transcript = Begin(message, writer);
                count++;
                format.WriteStart(transcript);
            }

            transcript.Messages++;
            transcript.PageMessages++;
            format.WriteMessage(transcript, message);
            _tally.Count();
        }

        if (transcript is not null)
        {
            format.WriteEnd(transcript, default);
        }

        return count;
    }

    private Transcript Begin(Message message, Utf8Writer writer)
    {
        var conversation = _roster.Find(message.ConversationId);
        var transcript = new Transcript(conversation, _roster.Stem(conversation)) { Writer = writer, HasOwnFile = false };
        transcript.Pages.Add(message.SentAt);
        return transcript;
    }
}
