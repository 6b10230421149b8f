using System.Text;
using Fluister.Archive.Sealed;

namespace Fluister.Archive.Search;

/// <summary>Where a part of an index lies; kept in memory while the index is open.</summary>
internal sealed class IndexSegment
{
    /// <summary>Rows in a block of the table of rows.</summary>
    public const int RowsInBlock = 1024;

    /// <summary>Rows whose messages disappear or may be viewed once: their words are not in the index.</summary>
    public const string Withheld = "\u0001withheld";

    /// <summary>Rows whose text holds names as the store knew them when the index was made.</summary>
    public const string Mentions = "\u0001mentions";

    /// <summary>Rows that hold more different words than the index takes.</summary>
    public const string Overlong = "\u0001overlong";

    private const int TermBlockBytes = 4096;

    // The blocks of rows, and one more that ends the last.
    private readonly List<RowBlock> _rowBlocks = [];
    private readonly List<TermBlock> _termBlocks = [];

    private IndexSegment()
    {
    }

    public int Rows { get; private set; }

    /// <summary>Writes the rows and the terms of a segment.</summary>
    public static IndexSegment Write(SealedWriter writer, IReadOnlyList<IndexRow> rows, TermTable terms)
    {
        var segment = new IndexSegment { Rows = rows.Count };
        var bytes = new ByteList();
        for (var i = 0; i < rows.Count; i++)
        {
            if (i % RowsInBlock == 0)
            {
                var newest = rows.Skip(i).Take(RowsInBlock).Max(row => row.SentAt);
                segment._rowBlocks.Add(new RowBlock(writer.Position, newest));
            }

            var previous = i % RowsInBlock == 0 ? default : rows[i - 1];
            bytes.Signed(unchecked(rows[i].RowId - previous.RowId));
            bytes.Signed(unchecked(rows[i].SentAt - previous.SentAt));
            bytes.Number((ulong)rows[i].Conversation);
            writer.Write(bytes.Span);
            bytes.Clear();
        }

        segment._rowBlocks.Add(new RowBlock(writer.Position, 0));

        // Postings go to the file at once; the terms that name them follow, block by block.
        var postings = writer.Position;
        var blocks = new List<(string First, long Postings, byte[] Bytes)>();
        var (first, last, start) = ("", "", postings);
        foreach (var (term, rowsOf) in terms.Sorted())
        {
            if (bytes.Count >= TermBlockBytes)
            {
                Close();
            }

            if (bytes.Count == 0)
            {
                (first, last, start) = (term, "", writer.Position);
            }

            // A surrogate pair is not cut: what differs is written in UTF-8.
            var shared = term.AsSpan().CommonPrefixLength(last);
            shared -= shared > 0 && char.IsHighSurrogate(term[shared - 1]) ? 1 : 0;
            bytes.Number((ulong)shared);
            bytes.Text(term.AsSpan(shared));
            bytes.Number((ulong)rowsOf.Span.Length);
            writer.Write(rowsOf.Span);
            last = term;
        }

        if (bytes.Count > 0)
        {
            Close();
        }

        foreach (var block in blocks)
        {
            segment._termBlocks.Add(new TermBlock(block.First, writer.Position, block.Bytes.Length, block.Postings));
            writer.Write(block.Bytes);
        }

        return segment;

        void Close()
        {
            blocks.Add((first, start, bytes.Span.ToArray()));
            bytes.Clear();
        }
    }

    /// <summary>Copies from another index.</summary>
    public IndexSegment Copy(SealedReader from, SealedWriter to)
    {
        var start = _rowBlocks[0].Offset;
        var end = _termBlocks.Count > 0 ? _termBlocks[^1].Offset + _termBlocks[^1].Length : _rowBlocks[^1].Offset;
        var shift = to.Position - start;
        var buffer = new byte[SealedFormat.BlockBytes];
        for (var at = start; at < end; at += buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at));
            from.Read(at, part);
            to.Write(part);
        }

        var copy = new IndexSegment { Rows = Rows };
        copy._rowBlocks.AddRange(_rowBlocks.Select(block => block with { Offset = block.Offset + shift }));
        copy._termBlocks.AddRange(
            _termBlocks.Select(block => block with { Offset = block.Offset + shift, Postings = block.Postings + shift }));
        return copy;
    }

    /// <summary>Writes itself to the directory.</summary>
    public void Describe(ByteList directory)
    {
        directory.Number((ulong)Rows);
        foreach (var block in _rowBlocks)
        {
            directory.Number((ulong)block.Offset);
            directory.Signed(block.Newest);
        }

        directory.Number((ulong)_termBlocks.Count);
        foreach (var block in _termBlocks)
        {
            directory.Text(block.First);
            directory.Number((ulong)block.Offset);
            directory.Number((ulong)block.Length);
            directory.Number((ulong)block.Postings);
        }
    }

    /// <summary>Reads itself from the directory.</summary>
    public static IndexSegment Read(ReadOnlySpan<byte> directory, ref int at)
    {
        var segment = new IndexSegment { Rows = Varint.ReadCount(directory, ref at, int.MaxValue / 2) };
        for (var i = 0; i <= (segment.Rows + RowsInBlock - 1) / RowsInBlock; i++)
        {
            var offset = (long)Varint.Read(directory, ref at);
            segment._rowBlocks.Add(new RowBlock(offset, Varint.UnZigZag(Varint.Read(directory, ref at))));
        }

        var count = Varint.ReadCount(directory, ref at, directory.Length);
        for (var i = 0; i < count; i++)
        {
            var length = Varint.ReadCount(directory, ref at, directory.Length - at);
            var first = Encoding.UTF8.GetString(directory.Slice(at, length));
            at += length;
            segment._termBlocks.Add(new TermBlock(
                first,
                (long)Varint.Read(directory, ref at),
                Varint.ReadCount(directory, ref at, int.MaxValue),
                (long)Varint.Read(directory, ref at)));
        }

        return segment;
    }

    /// <summary>Adds the rows in which a term occurs, or all terms that start with it.</summary>
    public void Collect(SealedReader file, string term, bool isPrefix, RowSet rows)
    {
        // The last block that starts before the term or with it: from here on, terms are no smaller.
        var (low, high) = (0, _termBlocks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(_termBlocks[middle].First, term) <= 0 ? (middle + 1, high) : (low, middle);
        }

        for (var i = Math.Max(0, low - 1); i < _termBlocks.Count; i++)
        {
            if (!CollectBlock(file, _termBlocks[i], term, isPrefix, rows))
            {
                return;
            }
        }
    }

    /// <summary>The blocks that hold a row of a set, each with the newest time of sending of all its rows.</summary>
    public IEnumerable<(int Block, long Newest)> BlocksOf(RowSet rows)
    {
        for (var block = 0; block < _rowBlocks.Count - 1; block++)
        {
            var first = block * RowsInBlock;
            if (rows.Any(first, Math.Min(first + RowsInBlock, Rows)))
            {
                yield return (block, _rowBlocks[block].Newest);
            }
        }
    }

    /// <summary>The rows of a set that are in a block, in the order of the segment.</summary>
    public List<IndexRow> Resolve(SealedReader file, RowSet rows, int block)
    {
        var found = new List<IndexRow>();
        var bytes = file.Read(_rowBlocks[block].Offset, _rowBlocks[block + 1].Offset - _rowBlocks[block].Offset);
        var at = 0;
        var row = default(IndexRow);
        for (var i = block * RowsInBlock; i < Math.Min((block + 1) * RowsInBlock, Rows); i++)
        {
            row = new IndexRow(
                unchecked(row.RowId + Varint.UnZigZag(Varint.Read(bytes, ref at))),
                unchecked(row.SentAt + Varint.UnZigZag(Varint.Read(bytes, ref at))),
                Varint.ReadCount(bytes, ref at, int.MaxValue));
            if (rows.Contains(i))
            {
                found.Add(row);
            }
        }

        return found;
    }

    // False where no later block can hold the term. Terms that fit follow one another, and so do their postings.
    private static bool CollectBlock(SealedReader file, TermBlock block, string term, bool isPrefix, RowSet rows)
    {
        var bytes = file.Read(block.Offset, block.Length);
        var (postings, start) = (block.Postings, 0L);
        var lengths = new List<int>();
        var goesOn = true;
        Span<char> name = stackalloc char[2 * Tokenizer.MaximumLength];
        for (var at = 0; at < bytes.Length && goesOn;)
        {
            var shared = Varint.ReadCount(bytes, ref at, Tokenizer.MaximumLength);
            var suffix = Varint.ReadCount(bytes, ref at, bytes.Length - at);
            if (!Encoding.UTF8.TryGetChars(bytes.AsSpan(at, suffix), name[shared..], out var written))
            {
                throw Varint.Unreadable();
            }

            at += suffix;
            var length = Varint.ReadCount(bytes, ref at, int.MaxValue);
            var current = (ReadOnlySpan<char>)name[..(shared + written)];
            if (isPrefix ? current.StartsWith(term) : current.SequenceEqual(term))
            {
                start = lengths.Count == 0 ? postings : start;
                lengths.Add(length);
            }
            else
            {
                goesOn = current.SequenceCompareTo(term) < 0;
            }

            postings += length;
        }

        var lists = file.Read(start, lengths.Sum(length => (long)length)).AsSpan();
        foreach (var length in lengths)
        {
            rows.AddPostings(lists[..length]);
            lists = lists[length..];
        }

        return goesOn;
    }

    private readonly record struct RowBlock(long Offset, long Newest);

    private sealed record TermBlock(string First, long Offset, int Length, long Postings);
}

/// <summary>What the index knows of a message.</summary>
internal readonly record struct IndexRow(long RowId, long SentAt, int Conversation);

/// <summary>A set of rows of one segment.</summary>
internal sealed class RowSet(int rows)
{
    private readonly ulong[] _bits = new ulong[(rows + 63) / 64];

    public bool Contains(int row) => ((_bits[row >> 6] >> (row & 63)) & 1) != 0;

    public bool IsEmpty => !_bits.AsSpan().ContainsAnyExcept(0UL);

    public void AddPostings(ReadOnlySpan<byte> postings)
    {
        var row = -1L;
        for (var at = 0; at < postings.Length;)
        {
            row += (long)Varint.Read(postings, ref at) + 1;
            if ((ulong)row >= (ulong)rows)
            {
                throw Varint.Unreadable();
            }

            _bits[row >> 6] |= 1UL << (int)(row & 63);
        }
    }

    public void IntersectWith(RowSet other)
    {
        for (var i = 0; i < _bits.Length; i++)
        {
            _bits[i] &= other._bits[i];
        }
    }

    public void UnionWith(RowSet other)
    {
        for (var i = 0; i < _bits.Length; i++)
        {
            _bits[i] |= other._bits[i];
        }
    }

    /// <summary>True where the set has a row from <paramref name="start"/>, a multiple of 64, to before <paramref name="end"/>.</summary>
    public bool Any(int start, int end) => _bits.AsSpan(start >> 6, ((end + 63) >> 6) - (start >> 6)).ContainsAnyExcept(0UL);
}
