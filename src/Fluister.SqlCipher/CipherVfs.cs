using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Fluister.SqlCipher;

/// <summary>A SQLite VFS for one connection over the platform's own: one SQLCipher database and its log, and no other file
/// (https://sqlite.org/vfs.html).</summary>
internal abstract unsafe class CipherVfs : IDisposable
{
    private static readonly Sqlite.Methods* Methods = MakeMethods();
    private static int _made;

    private readonly Sqlite.Vfs* _vfs;
    private readonly byte* _vfsName;
    private readonly HashSet<uint> _damaged = [];
    private GCHandle _self;

    protected CipherVfs(EncryptedFile database)
    {
        Stock = Sqlite.FindVfs(null);
        Database = database;
        _self = GCHandle.Alloc(this);
        byte[] label = Encoding.UTF8.GetBytes($"fluister-{Interlocked.Increment(ref _made)}\0");
        _vfsName = (byte*)NativeMemory.Alloc((nuint)label.Length);
        label.CopyTo(new Span<byte>(_vfsName, label.Length));
        _vfs = (Sqlite.Vfs*)NativeMemory.AllocZeroed((nuint)sizeof(Sqlite.Vfs));
        _vfs->Version = 2;
        _vfs->FileSize = sizeof(Sqlite.File);
        _vfs->MaxPathname = Stock->MaxPathname;
        _vfs->Name = _vfsName;
        _vfs->AppData = GCHandle.ToIntPtr(_self);
        _vfs->Open = &OnOpen;
        _vfs->Delete = &OnDelete;
        _vfs->Access = &OnAccess;
        _vfs->FullPathname = &OnFullPathname;
        _vfs->Randomness = Stock->Randomness;
        _vfs->Sleep = Stock->Sleep;
        _vfs->CurrentTime = Stock->CurrentTime;
        _vfs->GetLastError = Stock->GetLastError;
        _vfs->CurrentTimeInt64 = Stock->CurrentTimeInt64;
        if (Sqlite.RegisterVfs(_vfs, 0) != Sqlite.Ok)
        {
            throw new InvalidOperationException("SQLite takes no VFS.");
        }
    }

    internal byte* Name => _vfsName;

    /// <summary>True when other connections may write to the files meanwhile.</summary>
    internal bool Live { get; private protected set; }

    /// <summary>What cuts damaged pages out, when that was asked for.</summary>
    internal Salvage? Salvage { get; private protected init; }

    /// <summary>Pages that are not authentic.</summary>
    internal HashSet<uint> Damaged => _damaged;

    /// <summary>Why the last call failed, until it is taken.</summary>
    internal CipherException? Failure { get; private set; }

    /// <summary>True when files that are read without locks were written to since the reading began.</summary>
    internal virtual bool Changed => false;

    internal bool IsTruncated => Main is not null && Main.IsTruncated();

    protected Sqlite.Vfs* Stock { get; }

    protected EncryptedFile Database { get; }

    protected MainFile? Main { get; private set; }

    internal CipherException? TakeFailure()
    {
        CipherException? failure = Failure;
        Failure = null;
        return failure;
    }

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
        Failure ??= new CipherException(error, $"{Database.Name.Given}: {cause}, or read the rest with salvage.");
        return Sqlite.IoErrorData;
    }

    /// <summary>A log whose header counts with other pages asks for reads of another shape.</summary>
    internal int RejectLog()
    {
        Failure ??= new CipherException(
            CipherError.Corrupt, $"{Database.Name.Given}: the log beside it is not that of a SQLCipher 4 database. Take another copy.");
        return Sqlite.IoErrorData;
    }

    /// <summary>No exception crosses into SQLite; it is kept, and thrown by the call that SQLite was serving.</summary>
    internal int Fail(Exception exception)
    {
        Failure ??= new CipherException(CipherError.Io, $"{Database.Name.Given}: reading or writing failed.", exception);
        return Sqlite.IoError;
    }

    /// <summary>Forgets what was read ahead: from here on the file may have changed.</summary>
    internal void DropAhead() => Main?.Drop();

    public virtual void Dispose()
    {
        _ = Sqlite.UnregisterVfs(_vfs);
        NativeMemory.Free(_vfs);
        NativeMemory.Free(_vfsName);
        _self.Free();
    }

    /// <summary>The file that SQLite asks for; null with a code where it gets none.</summary>
    protected abstract CipherFile? Open(int kind, out int code);

    /// <summary>The flags that SQLite is told the file was opened with.</summary>
    protected abstract int Granted(int kind);

    protected virtual int Delete(byte* name, int sync) => Sqlite.ReadOnly;

    private static CipherFile Of(Sqlite.File* file) => (CipherFile)GCHandle.FromIntPtr(file->Handle).Target!;

    private int Open(Sqlite.File* file, int kind, int* outFlags)
    {
        // Nothing but the database and its log exists for SQLite here: no journal, and no temporary file that could hold plain text.
        file->Methods = null;
        if (Open(kind, out int code) is not { } opened)
        {
            return code;
        }

        Main = opened as MainFile ?? Main;
        file->Handle = GCHandle.ToIntPtr(GCHandle.Alloc(opened));
        file->Methods = Methods;
        if (outFlags != null)
        {
            *outFlags = Granted(kind);
        }

        return Sqlite.Ok;
    }

    private static Sqlite.Methods* MakeMethods()
    {
        var methods = (Sqlite.Methods*)NativeMemory.AllocZeroed((nuint)sizeof(Sqlite.Methods));

        // Version 2: shared memory, and no memory map of the file, which would hand on ciphertext.
        methods->Version = 2;
        methods->Close = &OnClose;
        methods->Read = &OnRead;
        methods->Write = &OnWrite;
        methods->Truncate = &OnTruncate;
        methods->Sync = &OnSync;
        methods->FileSize = &OnSize;
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
            return self.Open(file, flags, outFlags);
        }
        catch (Exception e)
        {
            return self.Fail(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnDelete(Sqlite.Vfs* vfs, byte* name, int sync)
    {
        var self = (CipherVfs)GCHandle.FromIntPtr(vfs->AppData).Target!;
        try
        {
            return self.Delete(name, sync);
        }
        catch (Exception e)
        {
            return self.Fail(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnAccess(Sqlite.Vfs* vfs, byte* name, int flags, int* result)
    {
        var self = (CipherVfs)GCHandle.FromIntPtr(vfs->AppData).Target!;
        return self.Stock->Access(self.Stock, name, flags, result);
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
    private static int OnClose(Sqlite.File* file)
    {
        CipherFile self = Of(file);
        GCHandle.FromIntPtr(file->Handle).Free();
        file->Methods = null;
        self.Vfs.Main = self is MainFile ? null : self.Vfs.Main;
        try
        {
            self.Dispose();
            return Sqlite.Ok;
        }
        catch (Exception e)
        {
            return self.Fail(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnRead(Sqlite.File* file, byte* to, int count, long offset)
    {
        CipherFile self = Of(file);
        try
        {
            return self.Read(to, count, offset);
        }
        catch (Exception e)
        {
            return self.Fail(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnWrite(Sqlite.File* file, byte* from, int count, long offset)
    {
        CipherFile self = Of(file);
        try
        {
            return self.Write(from, count, offset);
        }
        catch (Exception e)
        {
            return self.Fail(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnTruncate(Sqlite.File* file, long size)
    {
        CipherFile self = Of(file);
        try
        {
            return self.Truncate(size);
        }
        catch (Exception e)
        {
            return self.Fail(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSync(Sqlite.File* file, int flags)
    {
        CipherFile self = Of(file);
        try
        {
            return self.Sync(flags);
        }
        catch (Exception e)
        {
            return self.Fail(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSize(Sqlite.File* file, long* size)
    {
        CipherFile self = Of(file);
        try
        {
            return self.Size(out *size);
        }
        catch (Exception e)
        {
            return self.Fail(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnLock(Sqlite.File* file, int level)
    {
        CipherFile self = Of(file);
        try
        {
            return self.Lock(level);
        }
        catch (Exception e)
        {
            return self.Fail(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnUnlock(Sqlite.File* file, int level)
    {
        CipherFile self = Of(file);
        try
        {
            return self.Unlock(level);
        }
        catch (Exception e)
        {
            return self.Fail(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnCheckReservedLock(Sqlite.File* file, int* result) => Of(file).CheckReservedLock(result);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnFileControl(Sqlite.File* file, int operation, void* argument) => Sqlite.NotFound;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSectorSize(Sqlite.File* file) => PageCodec.PageSize;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnDeviceCharacteristics(Sqlite.File* file) => Of(file).Characteristics;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnShmMap(Sqlite.File* file, int region, int size, int extend, void** to)
    {
        CipherFile self = Of(file);
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
    private static void OnShmBarrier(Sqlite.File* file) => Of(file).ShmBarrier();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnShmUnmap(Sqlite.File* file, int delete) => Of(file).ShmUnmap(delete);
}
