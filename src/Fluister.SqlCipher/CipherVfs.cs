using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Fluister.SqlCipher;

/// <summary>A SQLite VFS for one connection: one SQLCipher database and its log, read-only, and no other file
/// (https://sqlite.org/vfs.html).</summary>
internal sealed unsafe class CipherVfs : IDisposable
{
    private static readonly Sqlite.Methods* MainMethods = MakeMethods(main: true);
    private static readonly Sqlite.Methods* WalMethods = MakeMethods(main: false);
    private static int _made;

    private readonly Sqlite.Vfs* _stock;
    private readonly Sqlite.Vfs* _vfs;
    private readonly byte* _vfsName;
    private readonly DatabaseName _name;
    private readonly PageCodec _codec;
    private readonly List<nint> _index = [];
    private readonly HashSet<uint> _damaged = [];
    private readonly StockFile? _salvageLog;
    private StockFile? _opened;
    private MainFile? _main;
    private WalFile? _wal;
    private GCHandle _self;
    private bool _mapped;
    private Stamp _stamp;

    /// <summary>Takes over <paramref name="opened"/>, the database file.</summary>
    internal CipherVfs(DatabaseName name, StockFile opened, PageCodec codec, bool salvage)
    {
        _stock = Sqlite.FindVfs(null);
        _name = name;
        _opened = opened;
        _codec = codec;
        _stamp = Stamp.Of(name);
        Live = _stamp.Wal && _stamp.Shm;
        Locked = Live;
        if (salvage)
        {
            _salvageLog = StockFile.Open(_stock, name.Wal, Sqlite.OpenWal, out _);
            Salvage = new Salvage(opened, _salvageLog, codec, _damaged);
        }

        _self = GCHandle.Alloc(this);
        byte[] label = Encoding.UTF8.GetBytes($"fluister-{Interlocked.Increment(ref _made)}\0");
        _vfsName = (byte*)NativeMemory.Alloc((nuint)label.Length);
        label.CopyTo(new Span<byte>(_vfsName, label.Length));
        _vfs = (Sqlite.Vfs*)NativeMemory.AllocZeroed((nuint)sizeof(Sqlite.Vfs));
        _vfs->Version = 2;
        _vfs->FileSize = sizeof(Sqlite.File);
        _vfs->MaxPathname = _stock->MaxPathname;
        _vfs->Name = _vfsName;
        _vfs->AppData = GCHandle.ToIntPtr(_self);
        _vfs->Open = &OnOpen;
        _vfs->Delete = &OnDelete;
        _vfs->Access = &OnAccess;
        _vfs->FullPathname = &OnFullPathname;
        _vfs->Randomness = _stock->Randomness;
        _vfs->Sleep = _stock->Sleep;
        _vfs->CurrentTime = _stock->CurrentTime;
        _vfs->GetLastError = _stock->GetLastError;
        _vfs->CurrentTimeInt64 = _stock->CurrentTimeInt64;
        if (Sqlite.RegisterVfs(_vfs, 0) != Sqlite.Ok)
        {
            throw new InvalidOperationException("SQLite takes no VFS.");
        }
    }

    internal byte* Name => _vfsName;

    /// <summary>True when the shared memory of the database's own program is in use: there may be a writer.</summary>
    internal bool Live { get; private set; }

    /// <summary>True while locks keep the files from changing within a transaction.</summary>
    internal bool Locked { get; private set; }

    /// <summary>What cuts damaged pages out, when that was asked for.</summary>
    internal Salvage? Salvage { get; }

    /// <summary>Pages that are not authentic.</summary>
    internal IReadOnlyCollection<uint> Damaged => _damaged;

    /// <summary>Why the last read failed, until it is taken.</summary>
    internal CipherException? Failure { get; private set; }

    internal CipherException? TakeFailure()
    {
        CipherException? failure = Failure;
        Failure = null;
        return failure;
    }

    /// <summary>True when files that are read without locks were written to since the reading began.</summary>
    internal bool Changed => !Locked && Stamp.Of(_name) != _stamp;

    internal bool IsTruncated => _main is not null && _main.IsTruncated();

    internal int Reject(uint number, CipherError error)
    {
        _damaged.Add(number);
        if (Salvage is not null)
        {
            return Sqlite.IoErrorData;
        }

        string cause = error == CipherError.Truncated
            ? $"the file ends before page {number}. Copy it again"
            : $"page {number} is not authentic. Take another copy";
        Failure ??= new CipherException(error, $"{_name.Given}: {cause}, or read the rest with salvage.");
        return Sqlite.IoErrorData;
    }

    /// <summary>A log whose header counts with other pages asks for reads of another shape.</summary>
    internal int RejectLog()
    {
        Failure ??= new CipherException(
            CipherError.Corrupt, $"{_name.Given}: the log beside it is not that of a SQLCipher 4 database. Take another copy.");
        return Sqlite.IoErrorData;
    }

    public void Dispose()
    {
        _ = Sqlite.UnregisterVfs(_vfs);
        _wal?.Dispose();
        _main?.Dispose();
        _opened?.Dispose();
        _salvageLog?.Dispose();
        foreach (nint region in _index)
        {
            NativeMemory.Free((void*)region);
        }

        _index.Clear();
        NativeMemory.Free(_vfs);
        NativeMemory.Free(_vfsName);
        _self.Free();
    }

    private static CipherVfs Of(Sqlite.File* file) => (CipherVfs)GCHandle.FromIntPtr(file->Handle).Target!;

    /// <summary>No exception crosses into SQLite; it is kept, and thrown by the call that SQLite was serving.</summary>
    private int Fail(Exception exception)
    {
        Failure ??= new CipherException(CipherError.Io, $"{_name.Given}: reading failed.", exception);
        return Sqlite.IoError;
    }

    private int Open(byte* name, Sqlite.File* file, int kind, int* outFlags)
    {
        // Nothing but the database and its log exists for SQLite here: no journal, and no temporary file that could hold plain text.
        file->Methods = null;
        if ((kind & Sqlite.OpenMainDatabase) != 0 && _opened is not null)
        {
            _main = new MainFile(this, _opened, _codec);
            _opened = null;
            file->Methods = MainMethods;
        }
        else if ((kind & Sqlite.OpenWal) != 0)
        {
            StockFile? log = StockFile.Open(_stock, _name.Wal, Sqlite.OpenWal, out int code);
            if (log is null && (Live || File.Exists(_name.WalPath)))
            {
                return code;
            }

            _wal?.Dispose();
            _wal = new WalFile(this, log, _codec);
            file->Methods = WalMethods;
        }
        else
        {
            return Sqlite.CannotOpen;
        }

        file->Handle = GCHandle.ToIntPtr(_self);
        if (outFlags != null)
        {
            *outFlags = (kind & ~Sqlite.OpenReadWriteCreateExclusive) | Sqlite.OpenReadOnly;
        }

        return Sqlite.Ok;
    }

    private int ShmMap(int region, int size, int extend, void** to)
    {
        _main!.Drop();
        if (Live)
        {
            Sqlite.File* stock = _main.Stock.File;
            int code = stock->Methods->ShmMap(stock, region, size, 0, to);
            if (code is Sqlite.Ok or Sqlite.ReadOnly or Sqlite.Busy)
            {
                _mapped = true;
                Locked = true;
                return code;
            }

            if (code == Sqlite.ReadOnlyCannotInit)
            {
                // Nobody else has the memory open: its content is stale, and SQLite builds its own from the log, without locks.
                Locked = false;
                _stamp = Stamp.Of(_name);
                return code;
            }

            if (_mapped)
            {
                return code;
            }

            // It cannot be read at all. What it would tell can be rebuilt from the log.
            Live = false;
            Locked = false;
        }

        while (_index.Count <= region)
        {
            _index.Add((nint)NativeMemory.AllocZeroed((nuint)size));
        }

        *to = (void*)_index[region];
        return Sqlite.Ok;
    }

    private int ShmLock(int offset, int count, int flags)
    {
        _main!.Drop();
        Sqlite.File* stock = _main.Stock.File;
        return Live ? stock->Methods->ShmLock(stock, offset, count, flags) : Sqlite.Ok;
    }

    private int Lock(int level)
    {
        _main!.Drop();
        if (level > Sqlite.LockShared)
        {
            return Sqlite.Busy;
        }

        Sqlite.File* stock = _main.Stock.File;
        int code = stock->Methods->Lock(stock, level);

        // A copy may lie on a file system without locks.
        return Live || (code & 0xFF) != Sqlite.IoError ? code : Sqlite.Ok;
    }

    private int Unlock(int level)
    {
        _main!.Drop();
        Sqlite.File* stock = _main.Stock.File;
        int code = stock->Methods->Unlock(stock, level);
        return Live ? code : Sqlite.Ok;
    }

    private static Sqlite.Methods* MakeMethods(bool main)
    {
        var methods = (Sqlite.Methods*)NativeMemory.AllocZeroed((nuint)sizeof(Sqlite.Methods));

        // Version 2: shared memory, and no memory map of the file, which would hand on ciphertext.
        methods->Version = 2;
        methods->Close = main ? &OnCloseMain : &OnCloseWal;
        methods->Read = main ? &OnReadMain : &OnReadWal;
        methods->Write = &OnWrite;
        methods->Truncate = &OnTruncate;
        methods->Sync = &OnSync;
        methods->FileSize = main ? &OnSizeMain : &OnSizeWal;
        methods->Lock = &OnLock;
        methods->Unlock = &OnUnlock;
        methods->CheckReservedLock = &OnCheckReservedLock;
        methods->FileControl = &OnFileControl;
        methods->SectorSize = &OnSectorSize;
        methods->DeviceCharacteristics = &OnDeviceCharacteristics;
        methods->ShmMap = &OnShmMap;
        methods->ShmLock = &OnShmLock;
        methods->ShmBarrier = &OnShmBarrier;
        methods->ShmUnmap = &OnShmUnmap;
        return methods;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnOpen(Sqlite.Vfs* vfs, byte* name, Sqlite.File* file, int flags, int* outFlags)
    {
        var self = (CipherVfs)GCHandle.FromIntPtr(vfs->AppData).Target!;
        try
        {
            return self.Open(name, file, flags, outFlags);
        }
        catch (Exception e)
        {
            return self.Fail(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnDelete(Sqlite.Vfs* vfs, byte* name, int sync) => Sqlite.ReadOnly;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnAccess(Sqlite.Vfs* vfs, byte* name, int flags, int* result)
    {
        var self = (CipherVfs)GCHandle.FromIntPtr(vfs->AppData).Target!;
        return self._stock->Access(self._stock, name, flags, result);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnFullPathname(Sqlite.Vfs* vfs, byte* name, int size, byte* to)
    {
        var text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
        if (text.Length >= size)
        {
            return Sqlite.CannotOpen;
        }

        text.CopyTo(new Span<byte>(to, size));
        to[text.Length] = 0;
        return Sqlite.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnCloseMain(Sqlite.File* file)
    {
        CipherVfs self = Of(file);
        self._main?.Dispose();
        self._main = null;
        return Sqlite.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnCloseWal(Sqlite.File* file)
    {
        CipherVfs self = Of(file);
        self._wal?.Dispose();
        self._wal = null;
        return Sqlite.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnReadMain(Sqlite.File* file, byte* to, int count, long offset)
    {
        CipherVfs self = Of(file);
        try
        {
            return self._main!.Read(to, count, offset);
        }
        catch (Exception e)
        {
            return self.Fail(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnReadWal(Sqlite.File* file, byte* to, int count, long offset)
    {
        CipherVfs self = Of(file);
        try
        {
            if (offset == 0)
            {
                // SQLite looks at the log's header when a transaction begins.
                self._main?.Drop();
            }

            return self._wal!.Read(to, count, offset);
        }
        catch (Exception e)
        {
            return self.Fail(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnWrite(Sqlite.File* file, byte* from, int count, long offset) => Sqlite.ReadOnly;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnTruncate(Sqlite.File* file, long size) => Sqlite.ReadOnly;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSync(Sqlite.File* file, int flags) => Sqlite.Ok;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSizeMain(Sqlite.File* file, long* size) => Of(file)._main!.Size(out *size);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSizeWal(Sqlite.File* file, long* size)
    {
        CipherVfs self = Of(file);
        self._main?.Drop();
        return self._wal!.Size(out *size);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnLock(Sqlite.File* file, int level) => Of(file).Lock(level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnUnlock(Sqlite.File* file, int level) => Of(file).Unlock(level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnCheckReservedLock(Sqlite.File* file, int* result)
    {
        Sqlite.File* stock = Of(file)._main!.Stock.File;
        return stock->Methods->CheckReservedLock(stock, result);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnFileControl(Sqlite.File* file, int operation, void* argument) => Sqlite.NotFound;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSectorSize(Sqlite.File* file) => PageCodec.PageSize;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnDeviceCharacteristics(Sqlite.File* file) => 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnShmMap(Sqlite.File* file, int region, int size, int extend, void** to)
    {
        CipherVfs self = Of(file);
        try
        {
            return self.ShmMap(region, size, extend, to);
        }
        catch (Exception e)
        {
            return self.Fail(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnShmLock(Sqlite.File* file, int offset, int count, int flags) => Of(file).ShmLock(offset, count, flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnShmBarrier(Sqlite.File* file)
    {
        CipherVfs self = Of(file);
        if (self.Live)
        {
            Sqlite.File* stock = self._main!.Stock.File;
            stock->Methods->ShmBarrier(stock);
        }
        else
        {
            Thread.MemoryBarrier();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnShmUnmap(Sqlite.File* file, int delete)
    {
        // Never the deletion: the memory belongs to the database's own program.
        CipherVfs self = Of(file);
        Sqlite.File* stock = self._main!.Stock.File;
        return self.Live ? stock->Methods->ShmUnmap(stock, 0) : Sqlite.Ok;
    }
}
