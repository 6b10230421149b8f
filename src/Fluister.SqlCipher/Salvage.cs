using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Fluister.SqlCipher;

/// <summary>Finds the pages of a database that are not authentic, and cuts them out of its b-trees so that SQLite reads the rest.</summary>
/// <remarks>
/// SQLite gives up at a damaged page, and takes no empty page in its place except at a root. So the parent is changed instead, in the copy
/// that SQLite sees: the children that are damaged leave its list, and so do the rows of a leaf whose overflow chain is broken. A row is
/// left out whole or is as it was written. All tables are read best in the order of their rowids; an index may still name a row that is
/// gone, which SQLite reports as corrupt (https://sqlite.org/fileformat2.html#b_tree_pages).
/// </remarks>
internal sealed unsafe class Salvage
{
    private const int InteriorIndex = 2;
    private const int InteriorTable = 5;
    private const int LeafIndex = 10;
    private const int LeafTable = 13;
    private const int MaximumDepth = 20;
    private const int Usable = PageCodec.CipherEnd;

    private readonly StockFile _file;
    private readonly StockFile? _log;
    private readonly PageCodec _codec;
    private readonly HashSet<uint> _damaged;
    private readonly Dictionary<uint, long> _frames = [];
    private readonly Dictionary<uint, bool> _alive = [];
    private readonly Dictionary<uint, bool> _chains = [];
    private readonly HashSet<uint> _indexRoots = [];
    private readonly uint _pages;

    /// <summary>Checks every page of the file, in batches, and the last frame of every page in the log.</summary>
    internal Salvage(StockFile file, StockFile? log, PageCodec codec, HashSet<uint> damaged)
    {
        _file = file;
        _log = log;
        _codec = codec;
        _damaged = damaged;
        _pages = file.Size(out long size) == Sqlite.Ok ? (uint)Math.Min(size / PageCodec.PageSize, uint.MaxValue - 1) : 0;
        IndexLog();
        CheckFile();
        foreach ((uint number, _) in _frames)
        {
            if (Read(number) is null)
            {
                _damaged.Add(number);
            }
        }

        // The header's count of pages: a truncated file keeps it, and SQLite must believe it to read what is left.
        byte[]? first = Read(1);
        DeclaredPages = first is null ? 0 : BinaryPrimitives.ReadUInt32BigEndian(first.AsSpan(28));
    }

    /// <summary>Pages according to the header.</summary>
    internal uint DeclaredPages { get; }

    /// <summary>True when there is anything to cut out.</summary>
    internal bool Needed => _damaged.Count > 0 || DeclaredPages > _pages;

    /// <summary>Tells that the b-tree with this root holds index entries: an empty root must be of the right kind.</summary>
    internal void AddIndexRoot(uint number) => _indexRoots.Add(number);

    /// <summary>An empty page in place of a damaged one.</summary>
    internal void Replace(byte* page, uint number)
    {
        _damaged.Add(number);
        NativeMemory.Clear(page, PageCodec.PageSize);
        MakeEmpty(new Span<byte>(page, PageCodec.PageSize), 0, _indexRoots.Contains(number) ? LeafIndex : LeafTable);
    }

    /// <summary>Cuts what is damaged out of a page that is not.</summary>
    internal void Repair(byte* page, uint number)
    {
        if (Needed)
        {
            Repair(new Span<byte>(page, PageCodec.PageSize), number, 0);
        }
    }

    private static int Header(uint number) => number == 1 ? 100 : 0;

    private static void MakeEmpty(Span<byte> page, int header, int kind)
    {
        page.Slice(header, 12).Clear();
        page[header] = (byte)kind;
        BinaryPrimitives.WriteUInt16BigEndian(page[(header + 5)..], Usable);
    }

    private void Repair(Span<byte> page, uint number, int depth)
    {
        int header = Header(number);
        int kind = page[header];
        if (kind is InteriorTable or InteriorIndex)
        {
            RepairInterior(page, number, header, kind, depth);
        }
        else if (kind is LeafTable or LeafIndex)
        {
            int kept = 0;
            int cells = Cells(page, header + 8, header);
            for (int i = 0; i < cells; i++)
            {
                if (Whole(page, Pointer(page, header + 8, i), kind))
                {
                    page.Slice(header + 8 + (2 * i), 2).CopyTo(page[(header + 8 + (2 * kept++))..]);
                }
            }

            BinaryPrimitives.WriteUInt16BigEndian(page[(header + 3)..], (ushort)kept);
        }
    }

    private void RepairInterior(Span<byte> page, uint number, int header, int kind, int depth)
    {
        int pointers = header + 12;
        int cells = Cells(page, pointers, header);
        int kept = 0;
        uint last = BinaryPrimitives.ReadUInt32BigEndian(page[(header + 8)..]);
        for (int i = 0; i < cells; i++)
        {
            int cell = Pointer(page, pointers, i);
            if (cell <= page.Length - sizeof(uint) && Alive(BinaryPrimitives.ReadUInt32BigEndian(page[cell..]), depth + 1))
            {
                page.Slice(pointers + (2 * i), 2).CopyTo(page[(pointers + (2 * kept++))..]);
            }
        }

        if (!Alive(last, depth + 1) && kept > 0)
        {
            // The last child that is left takes the place of the right-most one; its key has nothing to divide any more.
            last = BinaryPrimitives.ReadUInt32BigEndian(page[Pointer(page, pointers, --kept)..]);
            BinaryPrimitives.WriteUInt32BigEndian(page[(header + 8)..], last);
        }

        BinaryPrimitives.WriteUInt16BigEndian(page[(header + 3)..], (ushort)kept);
        if (kept > 0)
        {
            return;
        }

        if (!Alive(last, depth + 1))
        {
            MakeEmpty(page, header, kind == InteriorTable ? LeafTable : LeafIndex);
        }
        else if (number != 1 && Read(last) is { } child)
        {
            // SQLite takes an interior page without a key only as page 1: the one child takes the place of its parent.
            child.CopyTo(page);
            Repair(page, last, depth + 1);
        }
    }

    /// <summary>True when SQLite can descend to the page: it is authentic and something is left in it.</summary>
    private bool Alive(uint number, int depth)
    {
        if (number == 0 || depth > MaximumDepth || _damaged.Contains(number))
        {
            return false;
        }

        if (_alive.TryGetValue(number, out bool alive))
        {
            return alive;
        }

        byte[]? page = Read(number);
        if (page is null)
        {
            _damaged.Add(number);
            return false;
        }

        // A page that is its own descendant ends here.
        _alive[number] = false;
        int header = Header(number);
        int kind = page[header];
        bool interior = kind is InteriorTable or InteriorIndex;
        int pointers = header + (interior ? 12 : 8);
        int cells = Cells(page, pointers, header);
        for (int i = 0; i < cells && !alive; i++)
        {
            int cell = Pointer(page, pointers, i);
            alive = interior
                ? cell <= page.Length - sizeof(uint) && Alive(BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(cell)), depth + 1)
                : kind is LeafTable or LeafIndex && Whole(page, cell, kind);
        }

        alive |= interior && Alive(BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(header + 8)), depth + 1);
        _alive[number] = alive;
        return alive;
    }

    /// <summary>True when the overflow chain of a leaf's cell, if it has one, can be followed to its end.</summary>
    private bool Whole(ReadOnlySpan<byte> page, int cell, int kind)
    {
        if (!Varint(page, ref cell, out ulong payload) || (kind == LeafTable && !Varint(page, ref cell, out _)))
        {
            return false;
        }

        const int MinimumLocal = ((Usable - 12) * 32 / 255) - 23;
        const int MaximumIndex = ((Usable - 12) * 64 / 255) - 23;
        int maximum = kind == LeafTable ? Usable - 35 : MaximumIndex;
        if (payload <= (ulong)maximum)
        {
            return true;
        }

        int local = MinimumLocal + (int)((payload - MinimumLocal) % (Usable - 4));
        int at = cell + (local <= maximum ? local : MinimumLocal);
        return at <= page.Length - sizeof(uint) && Follow(BinaryPrimitives.ReadUInt32BigEndian(page[at..]));
    }

    /// <summary>Follows a chain; each of its pages is judged once, so that crossing chains cost no more than the file has pages.</summary>
    private bool Follow(uint number)
    {
        var path = new List<uint>();
        bool whole = true;
        while (number != 0)
        {
            if (_chains.TryGetValue(number, out whole))
            {
                break;
            }

            _chains[number] = false;
            path.Add(number);
            byte[]? page = _damaged.Contains(number) ? null : Read(number);
            if (page is null)
            {
                _damaged.Add(number);
                whole = false;
                break;
            }

            whole = true;
            number = BinaryPrimitives.ReadUInt32BigEndian(page);
        }

        foreach (uint passed in path)
        {
            _chains[passed] = whole;
        }

        return whole;
    }

    private static int Cells(ReadOnlySpan<byte> page, int pointers, int header) =>
        Math.Min(BinaryPrimitives.ReadUInt16BigEndian(page[(header + 3)..]), (Usable - pointers) / 2);

    private static int Pointer(ReadOnlySpan<byte> page, int pointers, int i) =>
        BinaryPrimitives.ReadUInt16BigEndian(page[(pointers + (2 * i))..]);

    private static bool Varint(ReadOnlySpan<byte> page, ref int at, out ulong value)
    {
        value = 0;
        for (int i = 0; i < 9 && at < page.Length; i++)
        {
            byte next = page[at++];
            value = i == 8 ? (value << 8) | next : (value << 7) | (next & 0x7Fu);
            if (i == 8 || next < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The plain page as the log or else the file has it; null when it is not authentic or not there.</summary>
    private byte[]? Read(uint number)
    {
        byte* cipher = stackalloc byte[PageCodec.PageSize];
        bool logged = _frames.TryGetValue(number, out long offset);
        int code = logged
            ? _log!.Read(cipher, PageCodec.PageSize, offset + WalFile.FrameHeaderSize)
            : number > _pages ? Sqlite.IoErrorShortRead
            : _file.Read(cipher, PageCodec.PageSize, (long)(number - 1) * PageCodec.PageSize);
        var page = new ReadOnlySpan<byte>(cipher, PageCodec.PageSize);
        if (code != Sqlite.Ok || !_codec.Verify(page, number))
        {
            return null;
        }

        byte[] plain = new byte[PageCodec.PageSize];
        _codec.Decrypt(page, number, plain);
        return plain;
    }

    private void CheckFile()
    {
        byte* pages = stackalloc byte[PageCodec.Batch * PageCodec.PageSize];
        Span<uint> numbers = stackalloc uint[PageCodec.Batch];
        for (uint first = 0; first < _pages; first += PageCodec.Batch)
        {
            int count = (int)Math.Min(PageCodec.Batch, _pages - first);
            for (int i = 0; i < count; i++)
            {
                numbers[i] = first + (uint)i + 1;
            }

            uint authentic = _file.Read(pages, count * PageCodec.PageSize, (long)first * PageCodec.PageSize) == Sqlite.Ok
                ? _codec.Verify(pages, numbers[..count])
                : CheckAlone(pages, numbers[..count]);
            for (int i = 0; i < count; i++)
            {
                if ((authentic >> i & 1) == 0 && !_frames.ContainsKey(numbers[i]))
                {
                    _damaged.Add(numbers[i]);
                }
            }
        }
    }

    /// <summary>Checks pages one by one: one that the disk does not give takes none of its neighbours along.</summary>
    private uint CheckAlone(byte* page, ReadOnlySpan<uint> numbers)
    {
        uint authentic = 0;
        for (int i = 0; i < numbers.Length; i++)
        {
            bool ok = _file.Read(page, PageCodec.PageSize, (long)(numbers[i] - 1) * PageCodec.PageSize) == Sqlite.Ok
                && _codec.Verify(new ReadOnlySpan<byte>(page, PageCodec.PageSize), numbers[i]);
            authentic |= ok ? 1u << i : 0;
        }

        return authentic;
    }

    /// <summary>Finds the last frame of every page, as SQLite does when it recovers a log: a frame counts while its salts are those of the
    /// log and its checksum fits, and as far as a transaction was completed.</summary>
    private void IndexLog()
    {
        const int SumsAt = 24, SaltsAt = 16, Salts = 8, FrameSaltsAt = 8, FrameSumsAt = 16;
        byte* header = stackalloc byte[WalFile.HeaderSize];
        byte* frame = stackalloc byte[WalFile.FrameSize];
        var start = new ReadOnlySpan<byte>(header, WalFile.HeaderSize);
        if (_log is null || _log.Size(out long size) != Sqlite.Ok || _log.Read(header, WalFile.HeaderSize, 0) != Sqlite.Ok
            || (BinaryPrimitives.ReadUInt32BigEndian(start) & ~1u) != WalFile.Magic
            || BinaryPrimitives.ReadUInt32BigEndian(start[8..]) != PageCodec.PageSize)
        {
            return;
        }

        // The last bit of the magic number tells the order of bytes in which the sums were made.
        bool big = (start[3] & 1) != 0;
        (uint A, uint B) sum = Sum(default, start[..SumsAt], big);
        if (!Fits(sum, start[SumsAt..]))
        {
            return;
        }

        var pending = new List<(uint Number, long Offset)>();
        var fields = new ReadOnlySpan<byte>(frame, WalFile.FrameHeaderSize);
        var page = new ReadOnlySpan<byte>(frame + WalFile.FrameHeaderSize, PageCodec.PageSize);
        for (long at = WalFile.HeaderSize; at + WalFile.FrameSize <= size; at += WalFile.FrameSize)
        {
            if (_log.Read(frame, WalFile.FrameSize, at) != Sqlite.Ok
                || !fields.Slice(FrameSaltsAt, Salts).SequenceEqual(start.Slice(SaltsAt, Salts)))
            {
                return;
            }

            uint number = BinaryPrimitives.ReadUInt32BigEndian(fields);
            sum = Sum(Sum(sum, fields[..FrameSaltsAt], big), page, big);
            if (number == 0 || !Fits(sum, fields[FrameSumsAt..]))
            {
                return;
            }

            pending.Add((number, at));
            if (BinaryPrimitives.ReadUInt32BigEndian(fields[4..]) != 0)
            {
                foreach ((uint done, long offset) in pending)
                {
                    _frames[done] = offset;
                }

                pending.Clear();
            }
        }
    }

    private static bool Fits((uint A, uint B) sum, ReadOnlySpan<byte> stored) =>
        BinaryPrimitives.ReadUInt32BigEndian(stored) == sum.A && BinaryPrimitives.ReadUInt32BigEndian(stored[4..]) == sum.B;

    // https://sqlite.org/fileformat2.html#checksum_algorithm.
    private static (uint A, uint B) Sum((uint A, uint B) sum, ReadOnlySpan<byte> bytes, bool big)
    {
        (uint a, uint b) = sum;
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(bytes);
        bool swap = big == BitConverter.IsLittleEndian;
        for (int i = 0; i + 1 < words.Length; i += 2)
        {
            a += (swap ? BinaryPrimitives.ReverseEndianness(words[i]) : words[i]) + b;
            b += (swap ? BinaryPrimitives.ReverseEndianness(words[i + 1]) : words[i + 1]) + a;
        }

        return (a, b);
    }
}
