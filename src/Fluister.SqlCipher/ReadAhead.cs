using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Fluister.SqlCipher;

/// <summary>Reads the pages that a scan asks for next and authenticates them in one batch.</summary>
/// <remarks>
/// <para>An interior page of a b-tree lists its children in the order in which a scan visits them; they seldom lie next to each other in
/// the file, since pages of indexes grow in between. The children of the last few interior pages are kept as plans. A page that follows
/// its plan brings the next ones with it; a page out of order is read alone. Overflow chains usually do lie together: a page that follows
/// its predecessor in the file brings its successors.</para>
/// <para>The pages held are the ciphertext, authenticated, and are decrypted when SQLite asks. They are valid as long as the read
/// transaction in which they were read: a checkpoint writes only frames up to the lowest read mark, so a page that this transaction would
/// take from the database file, because the log has no frame of it or only frames that were already copied when the transaction began, is
/// not written until the transaction ends; and for the other pages SQLite asks the log, never this class. Between transactions the file
/// may change: every change of a lock drops what is held (<see cref="Drop"/>). A page read ahead that is not authentic is not held, and
/// not an error: it may be one that a checkpoint is writing right now, and only a page that SQLite asks for is judged.</para>
/// </remarks>
internal sealed unsafe class ReadAhead : IDisposable
{
    private const int Plans = 4;
    private const int InteriorIndex = 2;
    private const int InteriorTable = 5;

    private readonly StockFile _file;
    private readonly PageCodec _codec;
    private readonly byte* _pages;
    private readonly uint[] _held = new uint[PageCodec.Batch];
    private readonly Plan[] _plans = [new(), new(), new(), new()];
    private int _oldest;
    private uint _last;
    private int _run;

    internal ReadAhead(StockFile file, PageCodec codec)
    {
        _file = file;
        _codec = codec;
        _pages = (byte*)NativeMemory.AlignedAlloc(PageCodec.Batch * PageCodec.PageSize, 64);
    }

    /// <summary>The authentic ciphertext of a page, valid until the next call; null when it must be read alone.</summary>
    internal byte* Find(uint number)
    {
        int slot = _held.AsSpan().IndexOf(number);
        if (slot >= 0)
        {
            return _pages + (slot * PageCodec.PageSize);
        }

        return _codec.Batches && Fetch(number) ? _pages : null;
    }

    /// <summary>Learns the children of an interior page, given decrypted.</summary>
    internal void Learn(byte* page, uint number)
    {
        int header = number == 1 ? 100 : 0;
        if (page[header] is not (InteriorTable or InteriorIndex))
        {
            return;
        }

        Plan plan = _plans[_oldest];
        _oldest = (_oldest + 1) % Plans;
        plan.Read(new ReadOnlySpan<byte>(page, PageCodec.PageSize), header);
    }

    /// <summary>Forgets all: a transaction ended or began.</summary>
    internal void Drop()
    {
        Array.Clear(_held);
        foreach (Plan plan in _plans)
        {
            plan.Count = 0;
        }

        _last = 0;
        _run = 0;
    }

    public void Dispose() => NativeMemory.AlignedFree(_pages);

    /// <summary>Reads the page and its followers into the slots; false when there are none, or the page itself is not authentic.</summary>
    private bool Fetch(uint number)
    {
        Span<uint> wanted = stackalloc uint[PageCodec.Batch];
        int count = Follow(number, wanted);
        if (count < 2)
        {
            return false;
        }

        Array.Clear(_held);
        int read = 0;
        while (read < count)
        {
            // Neighbours in the file come with one system call.
            int run = 1;
            while (read + run < count && wanted[read + run] == wanted[read] + (uint)run)
            {
                run++;
            }

            long offset = (long)(wanted[read] - 1) * PageCodec.PageSize;
            if (_file.Read(_pages + (read * PageCodec.PageSize), run * PageCodec.PageSize, offset) != Sqlite.Ok)
            {
                break;
            }

            read += run;
        }

        uint authentic = read == 0 ? 0 : _codec.Verify(_pages, wanted[..read]);
        for (int i = 0; i < read; i++)
        {
            _held[i] = (authentic >> i & 1) != 0 ? wanted[i] : 0;
        }

        return (authentic & 1) != 0;
    }

    private int Follow(uint number, Span<uint> wanted)
    {
        foreach (Plan plan in _plans)
        {
            int at = plan.Find(number);
            if (at < 0)
            {
                continue;
            }

            bool inOrder = at == plan.Next || at == 0;
            int count = inOrder ? Math.Min(PageCodec.Batch, plan.Count - at) : 1;
            plan.Next = at + count;
            plan.Children.AsSpan(at, count).CopyTo(wanted);
            return count;
        }

        _run = number == _last + 1 ? _run + 1 : 0;
        _last = number;
        if (_run < 2 || number > uint.MaxValue - PageCodec.Batch)
        {
            return 1;
        }

        for (int i = 0; i < PageCodec.Batch; i++)
        {
            wanted[i] = number + (uint)i;
        }

        _last = number + PageCodec.Batch - 1;
        return PageCodec.Batch;
    }

    private sealed class Plan
    {
        // A cell takes at least its pointer, the child and one byte of key.
        internal readonly uint[] Children = new uint[(PageCodec.PageSize / 7) + 1];
        internal int Count;
        internal int Next;

        internal int Find(uint number) =>
            Next < Count && Children[Next] == number ? Next : Children.AsSpan(0, Count).IndexOf(number);

        internal void Read(ReadOnlySpan<byte> page, int header)
        {
            Count = 0;
            Next = 0;
            int cells = BinaryPrimitives.ReadUInt16BigEndian(page[(header + 3)..]);
            int pointers = header + 12;
            if (cells >= Children.Length || pointers + (2 * cells) > page.Length)
            {
                return;
            }

            for (int i = 0; i < cells; i++)
            {
                int cell = BinaryPrimitives.ReadUInt16BigEndian(page[(pointers + (2 * i))..]);
                if (cell > page.Length - sizeof(uint))
                {
                    return;
                }

                Children[Count++] = BinaryPrimitives.ReadUInt32BigEndian(page[cell..]);
                if (Children[Count - 1] == 0)
                {
                    Count--;
                }
            }

            uint last = BinaryPrimitives.ReadUInt32BigEndian(page[(header + 8)..]);
            if (last != 0)
            {
                Children[Count++] = last;
            }
        }
    }
}
