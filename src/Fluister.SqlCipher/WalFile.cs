using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Fluister.SqlCipher;

/// <summary>The write-ahead log as SQLite sees it: frame headers as they are, pages plain and authenticated.</summary>
/// <remarks>
/// SQLite reads the log in four shapes: its header, a frame's header, a whole frame to check its checksum (which is over the ciphertext),
/// and the page in a frame. Only the last is content, and only that one is decrypted; any other shape would hand on bytes that nobody
/// authenticated, and is refused (https://sqlite.org/fileformat2.html#the_write_ahead_log).
/// </remarks>
internal unsafe class WalFile : CipherFile
{
    /// <summary>The first word of a log, but for its last bit.</summary>
    internal const uint Magic = 0x377F0682;
    internal const int HeaderSize = 32;
    internal const int FrameHeaderSize = 24;
    internal const int FrameSize = FrameHeaderSize + PageCodec.PageSize;

    private readonly StockFile? _file;
    private readonly PageCodec _codec;
    private readonly byte* _frame;
    private readonly byte* _plain;

    /// <summary>A null <paramref name="file"/> is an empty log: a database that was closed in order has none, and is opened read-only all
    /// the same.</summary>
    internal WalFile(CipherVfs vfs, StockFile? file, PageCodec codec)
        : base(vfs)
    {
        _file = file;
        _codec = codec;
        _frame = (byte*)NativeMemory.AlignedAlloc(FrameSize + PageCodec.PageSize, 64);
        _plain = _frame + FrameSize;
    }

    internal override int Size(out long size)
    {
        size = 0;
        Vfs.DropAhead();
        return _file is null ? Sqlite.Ok : _file.Size(out size);
    }

    internal override int Read(byte* to, int count, long offset)
    {
        if (offset == 0)
        {
            // SQLite looks at the log's header when a transaction begins.
            Vfs.DropAhead();
        }

        if (_file is null)
        {
            NativeMemory.Clear(to, (nuint)count);
            return Sqlite.IoErrorShortRead;
        }

        if (offset == 0 && count == HeaderSize)
        {
            return _file.Read(to, count, offset);
        }

        long within = (offset - HeaderSize) % FrameSize;
        if (within == 0 && count is FrameHeaderSize or FrameSize)
        {
            return _file.Read(to, count, offset);
        }

        return within == FrameHeaderSize && count <= PageCodec.PageSize
            ? ReadPage(to, count, offset - FrameHeaderSize)
            : Vfs.RejectLog();
    }

    public override void Dispose()
    {
        NativeMemory.Clear(_plain, PageCodec.PageSize);
        NativeMemory.AlignedFree(_frame);
        _file?.Dispose();
    }

    private int ReadPage(byte* to, int count, long offset)
    {
        int code = _file!.Read(_frame, FrameSize, offset);
        if (code != Sqlite.Ok)
        {
            return code;
        }

        // The number in the frame's header is the one that was authenticated with the page, and the one that SQLite indexes the frame by.
        uint number = BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(_frame, sizeof(uint)));
        var page = new ReadOnlySpan<byte>(_frame + FrameHeaderSize, PageCodec.PageSize);
        byte* into = count == PageCodec.PageSize ? to : _plain;
        if (_codec.Verify(page, number))
        {
            _codec.Decrypt(page, number, new Span<byte>(into, PageCodec.PageSize));
            Vfs.Salvage?.Repair(into, number);
        }
        else if (Vfs.Salvage is { } salvage)
        {
            salvage.Replace(into, number);
        }
        else
        {
            return Vfs.Reject(number, CipherError.Tampered);
        }

        if (into != to)
        {
            Buffer.MemoryCopy(_plain, to, count, count);
        }

        return Sqlite.Ok;
    }
}
