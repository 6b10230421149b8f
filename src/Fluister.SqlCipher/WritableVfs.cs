using System.Runtime.InteropServices;

namespace Fluister.SqlCipher;

/// <summary>The VFS of a database of our own: pages are encrypted on their way to the file and to its log, and nothing else is
/// written.</summary>
internal sealed unsafe class WritableVfs(EncryptedFile database) : CipherVfs(database)
{
    /// <summary>The log, while it is open.</summary>
    private WritableWalFile? _log;

    /// <summary>The log's last checksum may be another writer's from here on.</summary>
    internal void ForgetLog() => _log?.Forget();

    /// <inheritdoc/>
    protected override CipherFile? Open(int kind, out int code)
    {
        // Others may write at the same time: a page may change while it is read.
        Live = true;
        code = Sqlite.Ok;
        if ((kind & Sqlite.OpenMainDatabase) != 0 && Main is null)
        {
            return new WritableMainFile(this, Database);
        }

        if ((kind & Sqlite.OpenWal) != 0)
        {
            return StockFile.Open(Stock, Database.Name.Wal, kind, out code) is { } log
                ? _log = new WritableWalFile(this, log, Database.Codec)
                : null;
        }

        code = Sqlite.CannotOpen;
        return null;
    }

    /// <inheritdoc/>
    protected override int Granted(int kind) => kind;

    /// <summary>The log goes when the last connection is closed; nothing else is deleted.</summary>
    protected override int Delete(byte* name, int sync) => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)
        .SequenceEqual(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(Database.Name.Wal))
        ? Stock->Delete(Stock, name, sync)
        : Sqlite.Ok;
}
