using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Formats;
using Fluister.Archive.Exports.Output;

namespace Fluister.Archive.Exports;

/// <summary>One reading of the archive into the files of a folder.</summary>
internal sealed class DirectoryRun : IDisposable
{
    private readonly string _folder;
    private readonly ConversationArchive _archive;
    private readonly Selection _selection;
    private readonly List<TranscriptFormat> _formats = [];
    private readonly Dictionary<string, ConversationOutput> _outputs = new(StringComparer.Ordinal);

    internal DirectoryRun(
        ConversationArchive archive,
        Selection selection,
        IEnumerable<ExportFormat> formats,
        string folder,
        ExportOptions options,
        IProgress<ExportProgress>? progress,
        CancellationToken cancel)
    {
        (_archive, _selection, _folder) = (archive, selection, folder);
        Files = new FanOut(folder, options.BufferBytes);
        Media = new Media(archive) { Copy = options.Media ? (_, name, stream) => Files.Copy(name, stream) : null };
        Tally = new Tally(selection, Media, options, progress, cancel);
        Roster = new Roster(archive, selection);
        foreach (var format in formats.Distinct().Where(static f => f != ExportFormat.JsonLines))
        {
            _formats.Add(TranscriptFormat.Make(format, options, Media, single: false));
        }

        PrivateFiles.MakeFolder(Path.Combine(folder, "conversations"));
        if (options.Media)
        {
            PrivateFiles.MakeFolder(Path.Combine(folder, "media"));
        }
    }

    internal FanOut Files { get; }

    internal Media Media { get; }

    internal Tally Tally { get; }

    internal Roster Roster { get; }

    /// <summary>What was done so far.</summary>
    internal ExportReport Report => Tally.Report(_outputs.Count, Files.Files, Files.Bytes);

    /// <summary>Reads everything; <paramref name="records"/> gets each message too, where it is given.
    /// <paramref name="all"/> is what ends of files say, where this reading is a part only.</summary>
    internal void Write(Action<Message>? records, Totals? all = null)
    {
        foreach (var message in _archive.Read(_selection, MessageOrder.StoredByTime))
        {
            records?.Invoke(message);
            if (!_outputs.TryGetValue(message.ConversationId, out var output))
            {
                output = Open(message.ConversationId);
            }

            for (var i = 0; i < _formats.Count; i++)
            {
                Write(output, i, message);
            }

            output.Messages++;
            output.Last = output.Messages == 1 || message.SentAt > output.Last ? message.SentAt : output.Last;
            Files.Balance();
            Tally.Count();
        }

        Tally.End();
        var totals = all ?? Tally.Totals;
        foreach (var output in _outputs.Values)
        {
            for (var i = 0; i < _formats.Count; i++)
            {
                _formats[i].WriteEnd(output.Transcripts[i], totals);
                Files.Close(output.Files[i]!);
            }
        }
    }

    /// <summary>The conversations that were written, in the archive's order.</summary>
    internal List<IndexEntry> Entries() =>
    [
        .. _archive.Conversations.Select(c => _outputs.GetValueOrDefault(c.Id)).OfType<ConversationOutput>().Distinct()
            .Union(_outputs.Values)
            .Select(static o => new IndexEntry(o.Conversation.Name, o.Stem, o.Messages, o.Last)),
    ];

    /// <summary>Writes the lists of all conversations.</summary>
    internal void WriteIndexes(IReadOnlyList<IndexEntry> entries, in Totals totals)
    {
        foreach (var format in _formats.Where(static f => f.IndexName is not null))
        {
            var index = Files.Create(format.IndexName!);
            format.WriteIndex(index.Writer, entries, totals);
            Files.Close(index);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Files.Dispose();

    private ConversationOutput Open(string id)
    {
        var conversation = Roster.Find(id);
        var output = new ConversationOutput(conversation, Roster.Stem(conversation));
        foreach (var format in _formats)
        {
            output.Files.Add(null);
            output.Transcripts.Add(new Transcript(conversation, output.Stem));
            if (format.IsPaged)
            {
                PrivateFiles.MakeFolder(Path.Combine(_folder, "conversations", output.Stem));
            }
        }

        _outputs.Add(id, output);
        return output;
    }

    private void Write(ConversationOutput output, int i, Message message)
    {
        var (format, transcript, file) = (_formats[i], output.Transcripts[i], output.Files[i]);
        if (file is null || format.IsFull(transcript))
        {
            if (file is not null)
            {
                format.WriteBreak(transcript);
                Files.Close(file);
            }

            transcript.Pages.Add(message.SentAt);
            transcript.PageMessages = 0;
            output.Files[i] = file = Files.Create(format.FileOf(transcript));
            transcript.Writer = file.Writer;
            format.WriteStart(transcript);
        }

        transcript.Messages++;
        transcript.PageMessages++;
        format.WriteMessage(transcript, message);
    }

    private sealed class ConversationOutput(Conversation conversation, string stem)
    {
        internal Conversation Conversation { get; } = conversation;

        internal string Stem { get; } = stem;

        internal List<OutputFile?> Files { get; } = [];

        internal List<Transcript> Transcripts { get; } = [];

        internal long Messages { get; set; }

        internal Timestamp Last { get; set; }
    }
}
