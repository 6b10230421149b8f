using System.Runtime.InteropServices;

namespace Fluister.SqlCipher;

/// <summary>A file opened by SQLite's own VFS of this platform.</summary>
/// <remarks>
/// All reads of a database file go through that VFS, never through a file handle of .NET: POSIX drops all of a process's locks on a file
/// when any descriptor of it is closed, and SQLite's VFS is the one that knows which locks are held and delays the closing.
/// </remarks>
internal sealed unsafe class StockFile : IDisposable
{
    private Sqlite.File* _file;

    private StockFile(Sqlite.File* file) => _file = file;

    internal Sqlite.File* File => _file;

    internal Sqlite.Methods* Methods => _file->Methods;

    /// <summary>Opens <paramref name="name"/>, which SQLite made (sqlite3_create_filename) and which outlives the file; null and a code on
    /// failure.</summary>
    internal static StockFile? Open(Sqlite.Vfs* stock, byte* name, int flags, out int code)
    {
        var file = (Sqlite.File*)NativeMemory.AllocZeroed((nuint)stock->FileSize);
        int granted;
        code = stock->Open(stock, name, file, flags, &granted);
        if (code == Sqlite.Ok)
        {
            return new StockFile(file);
        }

        if (file->Methods != null)
        {
            file->Methods->Close(file);
        }

        NativeMemory.Free(file);
        return null;
    }

    /// <summary>Reads exactly <paramref name="count"/> bytes, or returns SQLITE_IOERR_SHORT_READ with the missing ones zero.</summary>
    internal int Read(byte* to, int count, long offset) => Methods->Read(_file, to, count, offset);

    internal int Size(out long size)
    {
        long bytes;
        int code = Methods->FileSize(_file, &bytes);
        size = bytes;
        return code;
    }

    public void Dispose()
    {
        if (_file != null)
        {
            Methods->Close(_file);
            NativeMemory.Free(_file);
            _file = null;
        }
    }
}
