using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Fluister.SqlCipher;

/// <summary>The database file as SQLite sees it: plain pages, each authenticated before it is handed on.</summary>
internal abstract unsafe class MainFile : CipherFile
{
    // Page 1 is read once before SQLite holds the lock that keeps a checkpoint from writing it.
    private const int Attempts = 6;

    private readonly StockFile _file;
    private readonly PageCodec _codec;
    private readonly ReadAhead _ahead;
    private readonly byte* _cipher;
    private readonly byte* _plain;

    protected MainFile(CipherVfs vfs, EncryptedFile file)
        : base(vfs)
    {
        _file = file.Stock;
        _codec = file.Codec;
        _ahead = new ReadAhead(_file, _codec);
        _cipher = (byte*)NativeMemory.AlignedAlloc(2 * PageCodec.PageSize, 64);
        _plain = _cipher + PageCodec.PageSize;
    }

    protected StockFile Stock => _file;

    internal void Drop() => _ahead.Drop();

    /// <summary>Reads a page, or a part of one: SQLite also asks for the header alone, and for overflow pages without their
    /// reserve.</summary>
    internal override int Read(byte* to, int count, long offset)
    {
        long index = Math.DivRem(offset, PageCodec.PageSize, out long within);
        if (offset < 0 || index >= uint.MaxValue || within + count > PageCodec.PageSize)
        {
            return Sqlite.IoErrorData;
        }

        if (count == PageCodec.PageSize)
        {
            return ReadPage((uint)index + 1, to);
        }

        int code = ReadPage((uint)index + 1, _plain);
        if (code == Sqlite.Ok)
        {
            Buffer.MemoryCopy(_plain + within, to, count, count);
        }

        return code;
    }

    internal override int Size(out long size)
    {
        int code = _file.Size(out size);
        if (Vfs.Salvage is { } salvage)
        {
            size = Math.Max(size, (long)salvage.DeclaredPages * PageCodec.PageSize);
        }

        return code;
    }

    /// <summary>True when the file holds fewer pages than its header counts: SQLite calls that corrupt, the person needs to know that it
    /// was cut.</summary>
    internal bool IsTruncated() =>
        _file.Size(out long size) == Sqlite.Ok && ReadPage(1, _plain) == Sqlite.Ok
        && BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(_plain + 28, sizeof(uint))) > size / PageCodec.PageSize;

    public override void Dispose()
    {
        _ahead.Dispose();
        NativeMemory.Clear(_plain, PageCodec.PageSize);
        NativeMemory.AlignedFree(_cipher);
        _file.Dispose();
    }

    private int ReadPage(uint number, byte* to)
    {
        byte* page = _ahead.Find(number);
        if (page == null)
        {
            int code = ReadAlone(number);
            if (code == Sqlite.IoErrorData && Vfs.Salvage is { } salvage)
            {
                salvage.Replace(to, number);
                return Sqlite.Ok;
            }

            if (code != Sqlite.Ok)
            {
                return code;
            }

            page = _cipher;
        }

        _codec.Decrypt(new ReadOnlySpan<byte>(page, PageCodec.PageSize), number, new Span<byte>(to, PageCodec.PageSize));
        Vfs.Salvage?.Repair(to, number);
        _ahead.Learn(to, number);
        return Sqlite.Ok;
    }

    private int ReadAlone(uint number)
    {
        for (int attempt = 1; ; attempt++)
        {
            int code = _file.Read(_cipher, PageCodec.PageSize, (long)(number - 1) * PageCodec.PageSize);
            if (code is not (Sqlite.Ok or Sqlite.IoErrorShortRead))
            {
                return code;
            }

            if (code == Sqlite.Ok && _codec.Verify(new ReadOnlySpan<byte>(_cipher, PageCodec.PageSize), number))
            {
                return Sqlite.Ok;
            }

            if (!Vfs.Live || attempt == Attempts)
            {
                return Vfs.Reject(number, code == Sqlite.Ok ? CipherError.Tampered : CipherError.Truncated);
            }

            Thread.Sleep(attempt);
        }
    }
}
