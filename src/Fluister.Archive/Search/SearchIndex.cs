using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Fluister.Archive.Conversations;
using Fluister.Archive.Sealed;
using Fluister.Cryptography;

namespace Fluister.Archive.Search;

/// <summary>An encrypted index of the words of an archive, in one file.</summary>
/// <remarks>
/// <para>It only proposes: every message that it names is read from the archive and checked, messages that came later are read
/// through, so an old index gives right answers, only slower. Words of disappearing and view-once messages are never in it.
/// Words of a message that was deleted in the archive stay in it, encrypted, until it is built again.</para>
/// <para>Not safe for use by several threads at once.</para>
/// </remarks>
public sealed class SearchIndex : IDisposable
{
    private static readonly SealedFormat Format = new(
        "fluister-index", 1, "fluister search index 1", "search index", "Delete it and build it again.");

    // The directory's end: its offset, eight bytes, and its length, four.
    private const int FooterBytes = 12;

    // An update adds a segment. Beyond so many small ones, everything is built anew, which also forgets deleted messages.
    private const int MaximumSmallSegments = 32;
    private const int SmallRows = 25_000;

    private readonly SealedReader _file;
    private readonly List<string> _conversations = [];
    private readonly List<IndexSegment> _segments = [];
    private readonly byte[] _names;

    private SearchIndex(SealedReader file)
    {
        _file = file;
        Span<byte> footer = stackalloc byte[FooterBytes];
        file.Read(file.Length - FooterBytes, footer);
        ReadOnlySpan<byte> directory = file.Read(
            BinaryPrimitives.ReadInt64LittleEndian(footer), BinaryPrimitives.ReadInt32LittleEndian(footer[8..]));
        var at = 0;
        LastRowId = Varint.UnZigZag(Varint.Read(directory, ref at));
        EditWatermark = Varint.UnZigZag(Varint.Read(directory, ref at));
        var length = Varint.ReadCount(directory, ref at, directory.Length - at);
        _names = directory.Slice(at, length).ToArray();
        at += length;
        var count = Varint.ReadCount(directory, ref at, directory.Length);
        for (var i = 0; i < count; i++)
        {
            length = Varint.ReadCount(directory, ref at, directory.Length - at);
            _conversations.Add(Encoding.UTF8.GetString(directory.Slice(at, length)));
            at += length;
        }

        count = Varint.ReadCount(directory, ref at, directory.Length);
        for (var i = 0; i < count; i++)
        {
            _segments.Add(IndexSegment.Read(directory, ref at));
        }
    }

    /// <summary>Messages in it.</summary>
    public long Count => _segments.Sum(segment => (long)segment.Rows);

    /// <summary>The greatest <see cref="Message.RowId"/> in it.</summary>
    public long LastRowId { get; }

    /// <summary><see cref="ConversationArchive.EditWatermark"/> when it was made.</summary>
    internal long EditWatermark { get; }

    /// <summary>Opens an index.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">At least 32 secret bytes, derived from the store's key for this purpose alone.</param>
    /// <exception cref="ArchiveException">There is none, it belongs to another key, or is damaged; build it again.</exception>
    public static SearchIndex Open(string path, Secret key)
    {
        SealedReader? file = null;
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            file = new SealedReader(Format, stream, key, Path.GetFileName(path));
            return new SearchIndex(file);
        }
        catch (Exception exception)
        {
            file?.Dispose();
            stream?.Dispose();
            throw exception switch
            {
                FileNotFoundException or DirectoryNotFoundException => new ArchiveException(
                    ArchiveError.NotFound, $"There is no search index {Path.GetFileName(path)}. Build it first.", exception),
                UnauthorizedAccessException => new ArchiveException(
                    ArchiveError.Denied, $"The system does not let you read the search index {Path.GetFileName(path)}.", exception),
                _ => exception,
            };
        }
    }

    /// <summary>Makes the index of an archive, in place of one that may be there.</summary>
    /// <param name="archive">What to index; read through once.</param>
    /// <param name="path">The file; a temporary one, encrypted too, is in the same folder meanwhile.</param>
    /// <param name="key">As for <see cref="Open"/>.</param>
    /// <param name="progress">Told how many messages were taken, every thousand.</param>
    /// <param name="cancellation">Ends the work and leaves what was there.</param>
    public static void Build(
        ConversationArchive archive, string path, Secret key, IProgress<long>? progress = null, CancellationToken cancellation = default)
        => Write(path, key, writer =>
        {
            // Taken before the messages: an edit that happens meanwhile is then reported again, which is harmless.
            var watermark = archive.EditWatermark;
            var builder = new IndexBuilder(writer, []);
            AddAll(builder, archive.Read(Everything(), MessageOrder.Stored), progress, cancellation);
            Finish(writer, builder, builder.LastRowId, watermark, NamesOf(archive));
        });

    /// <summary>Adds what came since the index was made, or builds it where there is none or it has become fragmented.</summary>
    /// <exception cref="ArchiveException">The index is damaged or belongs to another key; it stays as it is.</exception>
    public static void Update(
        ConversationArchive archive, string path, Secret key, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        if (!File.Exists(path))
        {
            Build(archive, path, key, progress, cancellation);
            return;
        }

        using var old = Open(path, key);
        if (old._segments.Count(segment => segment.Rows < SmallRows) > MaximumSmallSegments)
        {
            Build(archive, path, key, progress, cancellation);
            return;
        }

        Write(path, key, writer =>
        {
            var watermark = archive.EditWatermark;
            var names = NamesOf(archive);
            var copies = old._segments.ConvertAll(segment => segment.Copy(old._file, writer));
            var builder = new IndexBuilder(writer, old._conversations);
            builder.Segments.AddRange(copies);
            var again = new SortedSet<long>(archive.RowsEditedSince(old.EditWatermark).Where(row => row <= old.LastRowId));
            if (!names.AsSpan().SequenceEqual(old._names))
            {
                again.UnionWith(old.RowsOf(IndexSegment.Mentions));
            }

            foreach (var part in again.Chunk(1000))
            {
                AddAll(builder, archive.ReadRows(part, Everything()), progress, cancellation);
            }

            AddAll(builder, archive.ReadAfter(old.LastRowId, Everything()), progress, cancellation);
            Finish(writer, builder, Math.Max(old.LastRowId, builder.LastRowId), watermark, names);
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>Messages that the query may find, with their times of sending, among those that the index knows.</summary>
    internal IEnumerable<IndexRow> Candidates(SearchQuery query, Selection selection, ConversationArchive archive)
    {
        var wanted = Filter(selection);
        foreach (var (segment, rows) in Proposals(query, selection, archive))
        {
            foreach (var (block, _) in segment.BlocksOf(rows))
            {
                foreach (var row in segment.Resolve(_file, rows, block).Where(wanted))
                {
                    yield return row;
                }
            }
        }
    }

    /// <summary>The same, newest first; blocks of rows are read only when their newest row may be the next.</summary>
    internal IEnumerable<IndexRow> NewestCandidates(SearchQuery query, Selection selection, ConversationArchive archive)
    {
        var wanted = Filter(selection);
        var blocks = new PriorityQueue<(IndexSegment Segment, RowSet Rows, int Block), long>(
            Comparer<long>.Create((a, b) => b.CompareTo(a)));
        var next = new PriorityQueue<IndexRow, IndexRow>(Comparer<IndexRow>.Create(
            (a, b) => a.SentAt != b.SentAt ? b.SentAt.CompareTo(a.SentAt) : b.RowId.CompareTo(a.RowId)));
        foreach (var (segment, rows) in Proposals(query, selection, archive))
        {
            blocks.EnqueueRange(segment.BlocksOf(rows).Select(block => ((segment, rows, block.Block), block.Newest)));
        }

        while (true)
        {
            while (blocks.TryPeek(out var from, out var newest) && (!next.TryPeek(out var first, out _) || newest >= first.SentAt))
            {
                blocks.Dequeue();
                next.EnqueueRange(from.Segment.Resolve(_file, from.Rows, from.Block).Where(wanted).Select(row => (row, row)));
            }

            if (!next.TryDequeue(out var result, out _))
            {
                yield break;
            }

            yield return result;
        }
    }

    private IEnumerable<(IndexSegment Segment, RowSet Rows)> Proposals(SearchQuery query, Selection selection, ConversationArchive archive)
    {
        var withheld = selection.IncludeDisappearing || selection.IncludeViewOnce;
        var renamed = !NamesOf(archive).AsSpan().SequenceEqual(_names);
        foreach (var segment in _segments)
        {
            var rows = Find(segment, query);
            segment.Collect(_file, IndexSegment.Overlong, isPrefix: false, rows);
            if (withheld)
            {
                segment.Collect(_file, IndexSegment.Withheld, isPrefix: false, rows);
            }

            if (renamed)
            {
                segment.Collect(_file, IndexSegment.Mentions, isPrefix: false, rows);
            }

            yield return (segment, rows);
        }
    }

    // What the selection says of conversation and time, decided without reading the message.
    private Func<IndexRow, bool> Filter(Selection selection)
    {
        var conversations = selection.Conversations is null ? null : _conversations.ConvertAll(selection.Conversations.Contains);
        var since = selection.Since?.UnixMilliseconds ?? long.MinValue;
        var until = selection.Until?.UnixMilliseconds;
        return row => (conversations is null || (row.Conversation < conversations.Count && conversations[row.Conversation]))
            && row.SentAt >= since && !(row.SentAt >= until);
    }

    private RowSet Find(IndexSegment segment, SearchQuery query)
    {
        RowSet? all = null;
        foreach (var clause in query.Clauses)
        {
            if (clause.IsExcluded)
            {
                continue;
            }

            for (var i = 0; i < clause.Tokens.Count; i++)
            {
                var isLast = i == clause.Tokens.Count - 1;
                var term = clause.Tokens[i];
                if (clause.Ideographs[i] && !isLast && clause.Ideographs[i + 1])
                {
                    term += clause.Tokens[i + 1];
                }
                else if (clause.Ideographs[i] && i > 0 && clause.Ideographs[i - 1])
                {
                    continue;
                }

                if (all?.IsEmpty == true)
                {
                    return all;
                }

                var rows = new RowSet(segment.Rows);
                segment.Collect(_file, term, clause.IsPrefix && isLast, rows);
                all?.IntersectWith(rows);
                all ??= rows;
            }
        }

        return all ?? throw new InvalidOperationException("A query looks for something.");
    }

    private IEnumerable<long> RowsOf(string term)
    {
        foreach (var segment in _segments)
        {
            var rows = new RowSet(segment.Rows);
            segment.Collect(_file, term, isPrefix: false, rows);
            foreach (var (block, _) in segment.BlocksOf(rows))
            {
                foreach (var row in segment.Resolve(_file, rows, block))
                {
                    yield return row.RowId;
                }
            }
        }
    }

    private static Selection Everything() => new() { IncludeDisappearing = true, IncludeViewOnce = true };

    private static void AddAll(
        IndexBuilder builder, IEnumerable<Message> messages, IProgress<long>? progress, CancellationToken cancellation)
    {
        var count = 0L;
        foreach (var message in messages)
        {
            builder.Add(message);
            if (++count % 1000 == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Report(count);
            }
        }
    }

    // The names that the archive puts into the text of messages for mentions. Where they change, so does the text.
    private static byte[] NamesOf(ConversationArchive archive)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var conversation in archive.Conversations)
        {
            Add(conversation.Id, conversation.Name);
            foreach (var member in conversation.Members)
            {
                Add(member.Id, member.Name);
            }
        }

        return hash.GetHashAndReset();

        void Add(string id, string name) => hash.AppendData(Encoding.UTF8.GetBytes($"{id.Length}:{id}{name.Length}:{name}"));
    }

    private static void Finish(SealedWriter writer, IndexBuilder builder, long lastRowId, long watermark, byte[] names)
    {
        builder.Close();
        var directory = new ByteList();
        directory.Signed(lastRowId);
        directory.Signed(watermark);
        directory.Number((ulong)names.Length);
        directory.Bytes(names);
        var conversations = builder.Conversations.ToList();
        directory.Number((ulong)conversations.Count);
        foreach (var conversation in conversations)
        {
            directory.Text(conversation);
        }

        directory.Number((ulong)builder.Segments.Count);
        foreach (var segment in builder.Segments)
        {
            segment.Describe(directory);
        }

        Span<byte> footer = stackalloc byte[FooterBytes];
        BinaryPrimitives.WriteInt64LittleEndian(footer, writer.Position);
        BinaryPrimitives.WriteInt32LittleEndian(footer[8..], directory.Count);
        writer.Write(directory.Span);
        writer.Write(footer);
    }

    private static void Write(string path, Secret key, Action<SealedWriter> write)
    {
        try
        {
            Format.Replace(Path.GetFullPath(path), key, write);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or DirectoryNotFoundException)
        {
            throw new ArchiveException(
                ArchiveError.Denied, $"The search index {Path.GetFileName(path)} cannot be written there. Give another folder.", exception);
        }
    }
}
