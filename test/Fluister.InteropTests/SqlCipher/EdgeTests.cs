using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Fluister.SqlCipher;

namespace Fluister.InteropTests.SqlCipher;

/// <summary>What lies beside a database, how it is named, and how long things live.</summary>
public sealed unsafe class EdgeTests
{
    private const int Rows = 1000;
    private const int PageSize = 4096;

    [Fact]
    public void What_fails_within_a_snapshot_is_told_and_the_database_takes_another_one()
    {
        using OfficialStore store = OfficialStore.Make(Rows);
        Corrupt(store);
        using CipherDatabase database = CipherDatabase.Open(store.Database, OfficialStore.Key);
        CipherException error = Assert.Throws<CipherException>(() =>
        {
            using (database.Snapshot())
            {
                Scan(database);
            }
        });
        Assert.Equal(CipherError.Tampered, error.Error);
        using (database.Snapshot())
        using (CipherStatement statement = database.Prepare("SELECT count(*) FROM sqlite_schema"))
        {
            Assert.True(statement.Step());
        }
    }

    [Fact]
    public void A_journal_of_an_interrupted_write_is_refused_and_an_empty_one_is_none()
    {
        using OfficialStore store = OfficialStore.Make(Rows);
        byte[] journal = new byte[1024];
        Convert.FromHexString("d9d505f920a163d7").CopyTo(journal, 0);
        File.WriteAllBytes(store.Database + "-journal", journal);
        CipherException error = Assert.Throws<CipherException>(() => Count(store));
        Assert.Equal(CipherError.NeedsRecovery, error.Error);
        File.WriteAllBytes(store.Database + "-journal", []);
        Assert.Equal(Rows, Count(store));
    }

    [Fact]
    public void A_database_without_a_log_is_read()
    {
        using OfficialStore store = OfficialStore.Make(Rows);
        var plain = new PlainStore(store.Database);
        plain.Pages[0][18] = plain.Pages[0][19] = 1;
        plain.Write(store.Database);
        Assert.Equal(Rows, Count(store));
        File.WriteAllBytes(store.Database + "-journal", [0xd9, 0xd5, 5, 0xf9, 0x20, 0xa1, 0x63, 0xd7, .. new byte[1000]]);
        CipherException error = Assert.Throws<CipherException>(() => Count(store));
        Assert.Equal(CipherError.NeedsRecovery, error.Error);
    }

    [Theory]
    [InlineData("a?b=c&mode=rwc")]
    [InlineData("100%25 %41#frag")]
    [InlineData("file:x?vfs=unix")]
    [InlineData("Ünïcødé 漢字 🙂")]
    [InlineData("new\nline'\"\\")]
    public void Any_name_of_a_file_and_a_link_to_it_opens_that_file(string name)
    {
        using OfficialStore store = OfficialStore.MakeCrashed(Rows);
        string folder = Path.Combine(store.Folder, name);
        Directory.CreateDirectory(folder);
        foreach (string ending in new[] { "", "-wal", "-shm" })
        {
            File.Move(store.Database + ending, Path.Combine(folder, name + ending));
        }

        Assert.Equal(Rows / 97, Edited(Path.Combine(folder, name)));
        string link = Path.Combine(store.Folder, "link");
        File.CreateSymbolicLink(link, Path.Combine(folder, name));
        Assert.Equal(Rows / 97, Edited(link));
        Assert.Equal(Rows / 97, Edited(Path.GetRelativePath(Environment.CurrentDirectory, link)));
    }

    [Fact]
    public void A_path_longer_than_SQLite_takes_is_refused()
    {
        using OfficialStore store = OfficialStore.MakeCrashed(Rows);
        string folder = store.Folder;
        for (int i = 0; i < 4; i++)
        {
            folder = Path.Combine(folder, new string((char)('a' + i), 180));
        }

        Directory.CreateDirectory(folder);
        foreach (string ending in new[] { "", "-wal", "-shm" })
        {
            File.Move(store.Database + ending, Path.Combine(folder, "db" + ending));
        }

        // Salvage opens the log by itself; SQLite's own check of the length does not cover that.
        CipherException error = Assert.Throws<CipherException>(() =>
            CipherDatabase.Open(Path.Combine(folder, "db"), OfficialStore.Key, new CipherOptions { Salvage = true }));
        Assert.Contains("path", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_that_holds_a_character_0_is_refused()
    {
        using OfficialStore store = OfficialStore.Make(Rows);
        Assert.ThrowsAny<ArgumentException>(() => CipherDatabase.Open(store.Database + "\0x", OfficialStore.Key));
    }

    [Fact]
    public void Salvage_takes_a_log_as_far_as_SQLite_does()
    {
        using OfficialStore crashed = OfficialStore.MakeCrashed(Rows);
        using OfficialStore copy = crashed.Copy("", "-wal");
        byte[] log = File.ReadAllBytes(copy.Wal);
        int frames = (log.Length - 32) / 4120;
        log[32 + (frames / 2 * 4120) + 24 + 500] ^= 1;
        File.WriteAllBytes(copy.Wal, log);
        using CipherDatabase plain = CipherDatabase.Open(copy.Database, OfficialStore.Key);
        long expected = Scan(plain);
        using CipherDatabase database = CipherDatabase.Open(copy.Database, OfficialStore.Key, new CipherOptions { Salvage = true });
        Assert.Equal(expected, Scan(database));
        Assert.Empty(database.DamagedPages);
    }

    [Fact]
    public void Salvage_of_a_log_of_holes_is_bounded()
    {
        using OfficialStore store = OfficialStore.Make(Rows);
        var plain = new PlainStore(store.Database);
        plain.WriteLog(store.Wal, []);
        byte[] header = File.ReadAllBytes(store.Wal)[..32];
        header.AsSpan(16, 8).Clear();
        using (FileStream log = File.Create(store.Wal))
        {
            log.Write(header);
            log.SetLength(8L << 30);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        using CipherDatabase database = CipherDatabase.Open(store.Database, OfficialStore.Key, new CipherOptions { Salvage = true });
        Scan(database);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    [Theory]
    [InlineData(512u)]
    [InlineData(65536u)]
    public void A_log_of_another_page_size_is_refused(uint size)
    {
        using OfficialStore store = OfficialStore.MakeCrashed(Rows);
        byte[] log = File.ReadAllBytes(store.Wal);
        bool big = (log[3] & 1) != 0;
        BinaryPrimitives.WriteUInt32BigEndian(log.AsSpan(8), size);
        (uint A, uint B) sum = big ? PlainStore.Sum((0, 0), log.AsSpan(0, 24)) : LittleSum(log.AsSpan(0, 24));
        BinaryPrimitives.WriteUInt32BigEndian(log.AsSpan(24), sum.A);
        BinaryPrimitives.WriteUInt32BigEndian(log.AsSpan(28), sum.B);
        File.WriteAllBytes(store.Wal, log);
        CipherException error = Assert.Throws<CipherException>(() => Count(store));
        Assert.Equal(CipherError.Corrupt, error.Error);
        Assert.Contains("the log", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Neither_verifying_nor_a_second_reader_drops_the_locks_of_the_first()
    {
        using OfficialStore store = OfficialStore.MakeCrashed(Rows);
        using CipherDatabase database = CipherDatabase.Open(store.Database, OfficialStore.Key);
        using CipherDatabase other = CipherDatabase.Open(store.Database, OfficialStore.Key);
        using (database.Snapshot())
        {
            string before = Locks();
            Assert.NotEqual("", before);
            Assert.True(CipherDatabase.Verify(store.Database, OfficialStore.Key));
            using (other.Snapshot())
            {
            }

            other.Dispose();
            Assert.Equal(before, Locks());
        }
    }

    [Fact]
    public void What_is_used_after_its_disposal_says_so()
    {
        using OfficialStore store = OfficialStore.Make(10);
        CipherDatabase database = CipherDatabase.Open(store.Database, OfficialStore.Key);
        CipherStatement statement = database.Prepare("SELECT id FROM things");
        IDisposable held = database.Snapshot();
        statement.Step();
        database.Dispose();
        database.Dispose();
        held.Dispose();
        statement.Dispose();
        Assert.Throws<ObjectDisposedException>(() => statement.Step());
        Assert.Throws<ObjectDisposedException>(() => statement.ColumnName(0));
        Assert.Throws<ObjectDisposedException>(() => database.Prepare("SELECT 1"));
        database.Interrupt();
    }

    [Fact]
    public void What_follows_the_last_frame_of_a_log_is_no_content()
    {
        using OfficialStore store = OfficialStore.MakeCrashed(Rows);
        File.AppendAllBytes(store.Wal, Enumerable.Range(0, 30000).Select(i => (byte)(i * 7)).ToArray());
        Assert.Equal(Rows / 97, Edited(store.Database));
        using CipherDatabase database = CipherDatabase.Open(store.Database, OfficialStore.Key, new CipherOptions { Salvage = true });
        Assert.Empty(database.DamagedPages);
    }

    [Fact]
    public void A_page_that_the_disk_does_not_give_takes_no_other_along_in_salvage()
    {
        const uint Bad = 20;
        using OfficialStore store = OfficialStore.Make(Rows);
        using CipherDatabase warm = CipherDatabase.Open(store.Database, OfficialStore.Key);
        Sqlite.Vfs* stock = Sqlite.FindVfs(null);
        fixed (byte* name = "pread\0"u8)
        {
            var get = (delegate* unmanaged[Cdecl]<Sqlite.Vfs*, byte*, nint>)stock->GetSystemCall;
            _read = (delegate* unmanaged[Cdecl]<int, byte*, nuint, long, nint>)get(stock, name);
            Assert.True(_read != null);
            Assert.Equal(0, stock->SetSystemCall(stock, name, (nint)(delegate* unmanaged[Cdecl]<int, byte*, nuint, long, nint>)&Read));
            try
            {
                _bad = (Bad - 1) * PageSize;
                using CipherDatabase database = CipherDatabase.Open(
                    store.Database, OfficialStore.Key, new CipherOptions { Salvage = true });
                Assert.Equal([Bad], database.DamagedPages);
            }
            finally
            {
                _bad = 0;
                stock->SetSystemCall(stock, name, (nint)_read);
            }
        }
    }

    [ThreadStatic]
    private static long _bad;
    private static delegate* unmanaged[Cdecl]<int, byte*, nuint, long, nint> _read;

    /// <summary>The system's pread, but for one bad place on this thread.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Read(int file, byte* to, nuint count, long offset)
    {
        const int InputOutput = 5;
        if (_bad == 0 || _bad < offset || _bad >= offset + (long)count)
        {
            return _read(file, to, count, offset);
        }

        Marshal.SetLastSystemError(InputOutput);
        return -1;
    }

    private static string Locks() => string.Join('\n', File.ReadAllLines("/proc/locks")
        .Where(line => line.Contains($" {Environment.ProcessId} ", StringComparison.Ordinal))
        .Where(line => line.Contains("POSIX", StringComparison.Ordinal))
        .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]).Order());

    private static (uint A, uint B) LittleSum(ReadOnlySpan<byte> bytes)
    {
        (uint A, uint B) sum = (0, 0);
        for (int i = 0; i < bytes.Length; i += 8)
        {
            sum.A += BinaryPrimitives.ReadUInt32LittleEndian(bytes[i..]) + sum.B;
            sum.B += BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i + 4)..]) + sum.A;
        }

        return sum;
    }

    private static void Corrupt(OfficialStore store)
    {
        byte[] file = File.ReadAllBytes(store.Database);
        for (int page = file.Length / PageSize / 2; page < file.Length / PageSize; page++)
        {
            file[(page * PageSize) + 1000] ^= 1;
        }

        File.WriteAllBytes(store.Database, file);
    }

    private static long Count(OfficialStore store)
    {
        using CipherDatabase database = CipherDatabase.Open(store.Database, OfficialStore.Key);
        using CipherStatement statement = database.Prepare("SELECT count(*) FROM things");
        Assert.True(statement.Step());
        return statement.Int64(0);
    }

    private static long Edited(string path)
    {
        using CipherDatabase database = CipherDatabase.Open(path, OfficialStore.Key);
        using CipherStatement statement = database.Prepare("SELECT count(*) FROM things WHERE t LIKE 'edited in the log %'");
        Assert.True(statement.Step());
        return statement.Int64(0);
    }

    private static long Scan(CipherDatabase database)
    {
        long sum = 0;
        using CipherStatement statement = database.Prepare("SELECT id, length(t), length(b) FROM things NOT INDEXED ORDER BY id");
        while (statement.Step())
        {
            sum += statement.Int64(0) + (7 * statement.Int64(1)) + (31 * statement.Int64(2));
        }

        return sum;
    }
}
