using Fluister.Cryptography;

namespace Fluister.SqlCipher;

/// <summary>The file of a database before SQLite has it: its names, the file opened, and what authenticates its pages.</summary>
internal sealed unsafe class EncryptedFile : IDisposable
{
    private EncryptedFile(DatabaseName name, StockFile stock, PageCodec codec) => (Name, Stock, Codec) = (name, stock, codec);

    internal DatabaseName Name { get; }

    internal StockFile Stock { get; }

    internal PageCodec Codec { get; }

    internal bool IsDisposed { get; private set; }

    /// <summary>Opens a file and sees that its page 1 is authentic.</summary>
    /// <exception cref="CipherException">It is missing, may not be opened so, is no SQLCipher 4 database, or the key is another
    /// one.</exception>
    internal static EncryptedFile Open(string path, Secret key, bool write)
    {
        EncryptedFile file = OpenWithoutCheck(path, key, write, out bool authentic);
        if (authentic)
        {
            return file;
        }

        using (file)
        {
            throw file.Explain();
        }
    }

    /// <summary>True when page 1 of the file is authentic under this key.</summary>
    internal static bool Verify(string path, Secret key)
    {
        using EncryptedFile file = OpenWithoutCheck(path, key, write: false, out bool authentic);
        return authentic;
    }

    /// <summary>An empty file that will be a database with a salt of its own.</summary>
    internal static EncryptedFile New(string path, Secret key, ReadOnlySpan<byte> salt)
    {
        CheckKey(key);
        (DatabaseName name, StockFile stock) = OpenStock(path, write: true);
        return new EncryptedFile(name, stock, new PageCodec(key.Reveal(), salt));
    }

    public void Dispose()
    {
        IsDisposed = true;
        Stock.Dispose();
        Codec.Dispose();
        Name.Dispose();
    }

    private static EncryptedFile OpenWithoutCheck(string path, Secret key, bool write, out bool authentic)
    {
        CheckKey(key);
        (DatabaseName name, StockFile stock) = OpenStock(path, write);
        try
        {
            return new EncryptedFile(name, stock, Unlock(name, stock, key, out authentic));
        }
        catch
        {
            stock.Dispose();
            name.Dispose();
            throw;
        }
    }

    private static void CheckKey(Secret key)
    {
        if (key.Length != PageCodec.KeySize)
        {
            throw new ArgumentException("A raw key has 32 bytes.", nameof(key));
        }
    }

    private static (DatabaseName Name, StockFile File) OpenStock(string path, bool write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            // SQLite would open the file whose name ends there.
            throw new ArgumentException("A path holds no character 0.", nameof(path));
        }

        Sqlite.Initialize();
        if (Directory.Exists(path))
        {
            throw new CipherException(CipherError.NotADatabase, $"{path}: a directory. Name the database file in it.");
        }

        Sqlite.Vfs* stock = Sqlite.FindVfs(null);
        var name = new DatabaseName(stock, path, write);
        StockFile? file = StockFile.Open(
            stock, name.Database, Sqlite.OpenMainDatabase | (write ? Sqlite.OpenReadWrite : Sqlite.OpenReadOnly), out _);
        if (file is not null)
        {
            return (name, file);
        }

        name.Dispose();
        throw File.Exists(path)
            ? new CipherException(CipherError.Denied, $"{path}: the file may not be {(write ? "written" : "read")}. Check the permissions.")
            : new CipherException(CipherError.NotFound, $"{path}: no such file. Check the path.");
    }

    /// <summary>Derives the keys from the salt in page 1, and checks that page.</summary>
    private static PageCodec Unlock(DatabaseName name, StockFile file, Secret key, out bool authentic)
    {
        byte[] page = new byte[PageCodec.PageSize];
        PageCodec? codec = null;
        for (int attempt = 1; ; attempt++)
        {
            int code = ReadPage(file, 1, page);
            if (code == Sqlite.IoErrorShortRead)
            {
                codec?.Dispose();
                throw new CipherException(CipherError.Truncated, $"{name.Given}: the file is shorter than one page. Copy it again.");
            }

            if (code != Sqlite.Ok)
            {
                codec?.Dispose();
                throw new CipherException(CipherError.Io, $"{name.Given}: reading failed (SQLite code {code}). Check the disk.");
            }

            // The salt never changes, but a checkpoint may be writing the page just now.
            codec ??= new PageCodec(key.Reveal(), page.AsSpan(0, PageCodec.SaltSize));
            authentic = page.AsSpan().ContainsAnyExcept((byte)0) && codec.Verify(page, 1);
            if (authentic || attempt == 3)
            {
                return codec;
            }

            Thread.Sleep(attempt);
        }
    }

    /// <summary>Why page 1 is not authentic: no database, a plain one, an altered page, or the wrong key.</summary>
    private CipherException Explain()
    {
        byte[] page = new byte[PageCodec.PageSize];
        if (ReadPage(Stock, 1, page) == Sqlite.Ok && page.AsSpan().StartsWith("SQLite format 3\0"u8))
        {
            return new CipherException(CipherError.NotADatabase, $"{Name.Given}: a plain SQLite file, not an encrypted one.");
        }

        for (uint number = 2; number < 10; number++)
        {
            if (ReadPage(Stock, number, page) == Sqlite.Ok && page.AsSpan().ContainsAnyExcept((byte)0) && Codec.Verify(page, number))
            {
                return new CipherException(
                    CipherError.Tampered, $"{Name.Given}: page 1 is not authentic, but the key is right. Take another copy.");
            }
        }

        return new CipherException(
            CipherError.WrongKey,
            $"{Name.Given}: the key does not fit, or the file is no SQLCipher 4 database. Check the key and the path.");
    }

    private static int ReadPage(StockFile file, uint number, byte[] page)
    {
        fixed (byte* to = page)
        {
            return file.Read(to, page.Length, (long)(number - 1) * PageCodec.PageSize);
        }
    }
}
