using System.Runtime.InteropServices;

namespace Fluister.SqlCipher;

/// <summary>The database file of our own: a page is encrypted under a fresh IV each time that it is written.</summary>
internal sealed unsafe class WritableMainFile(WritableVfs vfs, EncryptedFile file) : MainFile(vfs, file)
{
    private const int WriteLock = 0;

    private readonly PageCodec _codec = file.Codec;
    private byte* _sealed = (byte*)NativeMemory.AlignedAlloc(PageCodec.PageSize, 64);

    internal override int Characteristics => Sqlite.PowersafeOverwrite;

    /// <summary>As for any file, what lies beyond its end is zero: SQLite looks there when the file is new.</summary>
    internal override int Read(byte* to, int count, long offset)
    {
        int code = Stock.Size(out long size);
        if (code != Sqlite.Ok || offset < size)
        {
            return code == Sqlite.Ok ? base.Read(to, count, offset) : code;
        }

        NativeMemory.Clear(to, (nuint)count);
        return Sqlite.IoErrorShortRead;
    }

    internal override int Write(byte* from, int count, long offset)
    {
        long index = Math.DivRem(offset, PageCodec.PageSize, out long within);
        if (within != 0 || count != PageCodec.PageSize || index is < 0 or >= uint.MaxValue)
        {
            return Sqlite.IoErrorWrite;
        }

        Drop();
        _codec.Encrypt(new ReadOnlySpan<byte>(from, count), (uint)index + 1, new Span<byte>(_sealed, count));
        return Stock.Methods->Write(Stock.File, _sealed, count, offset);
    }

    internal override int Truncate(long size)
    {
        Drop();
        return Stock.Methods->Truncate(Stock.File, size);
    }

    internal override int Sync(int flags) => Stock.Methods->Sync(Stock.File, flags);

    internal override int Lock(int level)
    {
        Drop();
        return Stock.Methods->Lock(Stock.File, level);
    }

    internal override int Unlock(int level)
    {
        Drop();
        return Stock.Methods->Unlock(Stock.File, level);
    }

    internal override int CheckReservedLock(int* result) => Stock.Methods->CheckReservedLock(Stock.File, result);

    internal override int ShmMap(int region, int size, int extend, void** to)
    {
        Drop();
        return Stock.Methods->ShmMap(Stock.File, region, size, extend, to);
    }

    internal override int ShmLock(int offset, int count, int flags)
    {
        Drop();
        if (offset == WriteLock)
        {
            vfs.ForgetLog();
        }

        return Stock.Methods->ShmLock(Stock.File, offset, count, flags);
    }

    internal override void ShmBarrier() => Stock.Methods->ShmBarrier(Stock.File);

    internal override int ShmUnmap(int delete) => Stock.Methods->ShmUnmap(Stock.File, delete);

    public override void Dispose()
    {
        NativeMemory.AlignedFree(_sealed);
        _sealed = null;
        base.Dispose();
    }
}
