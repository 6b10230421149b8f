namespace Fluister.SqlCipher;

/// <summary>A file as SQLite sees it (sqlite3_io_methods): the database or its log. By default nothing can be written.</summary>
internal abstract unsafe class CipherFile(CipherVfs vfs) : IDisposable
{
    /// <summary>What the device promises (SQLITE_IOCAP): nothing.</summary>
    internal virtual int Characteristics => 0;

    /// <summary>Whose file it is.</summary>
    internal CipherVfs Vfs => vfs;

    internal int Fail(Exception exception) => vfs.Fail(exception);

    internal abstract int Read(byte* to, int count, long offset);

    internal virtual int Write(byte* from, int count, long offset) => Sqlite.ReadOnly;

    internal virtual int Truncate(long size) => Sqlite.ReadOnly;

    internal virtual int Sync(int flags) => Sqlite.Ok;

    internal abstract int Size(out long size);

    internal virtual int Lock(int level) => Sqlite.Ok;

    internal virtual int Unlock(int level) => Sqlite.Ok;

    internal virtual int CheckReservedLock(int* result)
    {
        *result = 0;
        return Sqlite.Ok;
    }

    internal virtual int ShmMap(int region, int size, int extend, void** to) => Sqlite.IoError;

    internal virtual int ShmLock(int offset, int count, int flags) => Sqlite.IoError;

    internal virtual void ShmBarrier() => Thread.MemoryBarrier();

    internal virtual int ShmUnmap(int delete) => Sqlite.Ok;

    public abstract void Dispose();
}
