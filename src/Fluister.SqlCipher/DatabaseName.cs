using System.Runtime.InteropServices;
using System.Text;

namespace Fluister.SqlCipher;

/// <summary>The names of a database and its companions, in the form in which SQLite's VFS takes them.</summary>
internal sealed unsafe class DatabaseName : IDisposable
{
    // SQLite puts a companion's name into a buffer of the longest path without looking (findCreateFileMode), and leaves itself this room.
    private const int Ending = 8;

    private byte* _name;

    /// <summary>Resolves links as SQLite does, so that the companions are those next to the real file.</summary>
    /// <exception cref="CipherException">The path is longer than SQLite's VFS takes.</exception>
    internal DatabaseName(Sqlite.Vfs* stock, string path, bool write)
    {
        Given = path;
        byte[] full = new byte[stock->MaxPathname + 1];
        fixed (byte* given = Encoding.UTF8.GetBytes(path + '\0'), resolved = full)
        {
            // SQLITE_OK_SYMLINK comes back as a second kind of success.
            int code = stock->FullPathname(stock, given, full.Length, resolved);
            Path = (code & 0xFF) == Sqlite.Ok ? Marshal.PtrToStringUTF8((nint)resolved)! : System.IO.Path.GetFullPath(path);
        }

        if (Encoding.UTF8.GetByteCount(Path) + Ending > stock->MaxPathname)
        {
            throw new CipherException(
                CipherError.Denied,
                $"{Given}: the path is longer than the {stock->MaxPathname - Ending} bytes that SQLite takes. Copy it to a shorter one.");
        }

        fixed (byte* database = Encoding.UTF8.GetBytes(Path + '\0'))
        fixed (byte* journal = Encoding.UTF8.GetBytes(Path + "-journal\0"))
        fixed (byte* wal = Encoding.UTF8.GetBytes(WalPath + '\0'))
        fixed (byte* key = "readonly_shm\0"u8, value = "1\0"u8)
        {
            byte** parameter = stackalloc byte*[] { key, value };
            _name = Sqlite.CreateFilename(database, journal, wal, write ? 0 : 1, parameter);
        }

        if (_name == null)
        {
            throw new InvalidOperationException("SQLite makes no file name.");
        }
    }

    internal string Given { get; }

    internal string Path { get; }

    internal string WalPath => Path + "-wal";

    internal string ShmPath => Path + "-shm";

    internal byte* Database => _name;

    internal byte* Wal => Sqlite.WalName(_name);

    public void Dispose()
    {
        Sqlite.FreeFilename(_name);
        _name = null;
    }
}
