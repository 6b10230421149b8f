using System.Runtime.InteropServices;

namespace Fluister.SqlCipher;

/// <summary>The VFS of a database that belongs to another program: nothing is written, not even to shared memory.</summary>
internal sealed unsafe class ReadOnlyVfs : CipherVfs
{
    private readonly List<nint> _index = [];
    private readonly StockFile? _salvageLog;
    private bool _locked;
    private bool _mapped;
    private Stamp _stamp;

    internal ReadOnlyVfs(EncryptedFile file, bool salvage)
        : base(file)
    {
        _stamp = Stamp.Of(file.Name);
        Live = _stamp.Wal && _stamp.Shm;
        _locked = Live;
        if (!salvage)
        {
            return;
        }

        try
        {
            _salvageLog = StockFile.Open(Stock, file.Name.Wal, Sqlite.OpenWal | Sqlite.OpenReadOnly, out _);
            Salvage = new Salvage(file.Stock, _salvageLog, file.Codec, Damaged);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    internal override bool Changed => !_locked && Stamp.Of(Database.Name) != _stamp;

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _salvageLog?.Dispose();
        foreach (nint region in _index)
        {
            NativeMemory.Free((void*)region);
        }

        _index.Clear();
    }

    /// <inheritdoc/>
    protected override CipherFile? Open(int kind, out int code)
    {
        code = Sqlite.Ok;
        if ((kind & Sqlite.OpenMainDatabase) != 0 && Main is null)
        {
            return new ReadOnlyMainFile(this, Database);
        }

        if ((kind & Sqlite.OpenWal) != 0)
        {
            StockFile? log = StockFile.Open(Stock, Database.Name.Wal, Sqlite.OpenWal | Sqlite.OpenReadOnly, out code);
            return log is null && (Live || File.Exists(Database.Name.WalPath)) ? null : new WalFile(this, log, Database.Codec);
        }

        code = Sqlite.CannotOpen;
        return null;
    }

    /// <inheritdoc/>
    protected override int Granted(int kind) => (kind & ~Sqlite.OpenReadWriteCreateExclusive) | Sqlite.OpenReadOnly;

    private sealed class ReadOnlyMainFile(ReadOnlyVfs vfs, EncryptedFile file) : MainFile(vfs, file)
    {
        internal override int Lock(int level)
        {
            Drop();
            if (level > Sqlite.LockShared)
            {
                return Sqlite.Busy;
            }

            int code = Stock.Methods->Lock(Stock.File, level);

            // A copy may lie on a file system without locks.
            return vfs.Live || (code & 0xFF) != Sqlite.IoError ? code : Sqlite.Ok;
        }

        internal override int Unlock(int level)
        {
            Drop();
            int code = Stock.Methods->Unlock(Stock.File, level);
            return vfs.Live ? code : Sqlite.Ok;
        }

        internal override int CheckReservedLock(int* result) => Stock.Methods->CheckReservedLock(Stock.File, result);

        internal override int ShmMap(int region, int size, int extend, void** to)
        {
            Drop();
            return vfs.ShmMap(Stock, region, size, to);
        }

        internal override int ShmLock(int offset, int count, int flags)
        {
            Drop();
            return vfs.Live ? Stock.Methods->ShmLock(Stock.File, offset, count, flags) : Sqlite.Ok;
        }

        internal override void ShmBarrier()
        {
            if (vfs.Live)
            {
                Stock.Methods->ShmBarrier(Stock.File);
            }
            else
            {
                Thread.MemoryBarrier();
            }
        }

        // Never the deletion: the memory belongs to the database's own program.
        internal override int ShmUnmap(int delete) => vfs.Live ? Stock.Methods->ShmUnmap(Stock.File, 0) : Sqlite.Ok;
    }

    private int ShmMap(StockFile stock, int region, int size, void** to)
    {
        if (Live)
        {
            int code = stock.Methods->ShmMap(stock.File, region, size, 0, to);
            if (code is Sqlite.Ok or Sqlite.ReadOnly or Sqlite.Busy)
            {
                _mapped = true;
                _locked = true;
                return code;
            }

            if (code == Sqlite.ReadOnlyCannotInit)
            {
                // Nobody else has the memory open: its content is stale, and SQLite builds its own from the log, without locks.
                _locked = false;
                _stamp = Stamp.Of(Database.Name);
                return code;
            }

            if (_mapped)
            {
                return code;
            }

            // It cannot be read at all. What it would tell can be rebuilt from the log.
            Live = false;
            _locked = false;
        }

        while (_index.Count <= region)
        {
            _index.Add((nint)NativeMemory.AllocZeroed((nuint)size));
        }

        *to = (void*)_index[region];
        return Sqlite.Ok;
    }
}
