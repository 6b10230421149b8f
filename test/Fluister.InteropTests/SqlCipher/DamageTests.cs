using System.Buffers.Binary;
using System.Globalization;
using Fluister.SqlCipher;

namespace Fluister.InteropTests.SqlCipher;

public sealed class DamageTests
{
    private const int Rows = 2000;
    private const int PageSize = 4096;
    private static readonly CipherOptions Salvage = new() { Salvage = true };

    [Fact]
    public void A_changed_page_is_named_and_salvage_reads_all_rows_that_do_not_touch_it()
    {
        using OfficialStore store = OfficialStore.Make(Rows);
        Dictionary<long, string> whole = Read(store, null, out _);
        Assert.Equal(Rows, whole.Count);
        byte[] file = File.ReadAllBytes(store.Database);
        int pages = file.Length / PageSize;
        var random = new Random(11);
        for (int round = 0; round < 12; round++)
        {
            byte[] changed = [.. file];
            var hit = new HashSet<uint>();
            for (int i = 0; i <= round * 3; i++)
            {
                int page = random.Next(1, pages);
                hit.Add((uint)page + 1);
                changed[(page * PageSize) + random.Next(PageSize)] ^= 0x10;
            }

            // Two changes of one byte may undo each other.
            hit.RemoveWhere(p => Page(changed, p).SequenceEqual(Page(file, p)));
            File.WriteAllBytes(store.Database, changed);
            Dictionary<long, string> rest = Read(store, Salvage, out IReadOnlyCollection<uint> damaged);
            Assert.Equal(hit.Order(), damaged.Order());
            Assert.All(rest, row => Assert.Equal(whole[row.Key], row.Value));

            Assert.True(rest.Count > 0, "Nothing was read.");
            if (rest.Count < Rows)
            {
                CipherException error = Assert.Throws<CipherException>(() => Read(store, null, out _));
                Assert.Equal(CipherError.Tampered, error.Error);
                Assert.Contains(hit, page => error.Message.Contains($"page {page} ", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Salvage_loses_only_the_rows_of_the_damaged_leaf()
    {
        using OfficialStore store = OfficialStore.Make(Rows);
        var plain = new PlainStore(store.Database);
        byte[] file = File.ReadAllBytes(store.Database);
        Dictionary<long, string> whole = Read(store, null, out _);
        int tried = 0;
        for (int page = 1; page < plain.Pages.Length; page++)
        {
            // Leaves of tables whose first column is their rowid and whose rows are those of "pairs": three columns.
            HashSet<long> rowids = PairsOf(plain.Pages[page], whole.Count);
            if (rowids.Count == 0 || tried++ % 16 != 0)
            {
                continue;
            }

            byte[] changed = [.. file];
            changed[(page * PageSize) + 1000] ^= 1;
            File.WriteAllBytes(store.Database, changed);
            using CipherDatabase database = CipherDatabase.Open(store.Database, OfficialStore.Key, Salvage);
            var left = new HashSet<long>();
            using CipherStatement statement = database.Prepare("SELECT id FROM pairs ORDER BY id");
            while (statement.Step())
            {
                left.Add(statement.Int64(0));
            }

            Assert.Equal(Enumerable.Range(1, Rows).Select(i => (long)i).Except(rowids).Order(), left.Order());
            Assert.Equal([(uint)page + 1], database.DamagedPages);
        }

        Assert.True(tried > 32, $"Only {tried} leaves.");
    }

    [Fact]
    public void A_truncated_file_is_reported_and_salvage_reads_what_is_left()
    {
        using OfficialStore store = OfficialStore.Make(Rows);
        Dictionary<long, string> whole = Read(store, null, out _);
        long size = new FileInfo(store.Database).Length;
        foreach (long cut in new[] { PageSize, PageSize + 1, PageSize + 100, size / 100, size / 2 })
        {
            using (FileStream file = File.OpenWrite(store.Database))
            {
                file.SetLength(size - cut);
            }

            CipherException error = Assert.Throws<CipherException>(() => Read(store, null, out _));
            Assert.Equal(CipherError.Truncated, error.Error);
            Dictionary<long, string> rest = Read(store, Salvage, out _);

            // A tree's interior pages lie late in the file: the first half alone may hold none.
            Assert.True(rest.Count > 0 || cut > size / 4, $"Nothing was read after a cut of {cut} bytes.");
            Assert.All(rest, row => Assert.Equal(whole[row.Key], row.Value));
        }
    }

    [Fact]
    public void A_changed_first_page_is_told_from_a_wrong_key()
    {
        using OfficialStore store = OfficialStore.Make(100);
        byte[] file = File.ReadAllBytes(store.Database);
        file[2000] ^= 1;
        File.WriteAllBytes(store.Database, file);
        Assert.Equal(CipherError.Tampered, Assert.Throws<CipherException>(() => Read(store, null, out _)).Error);
    }

    [Fact]
    public void A_changed_page_in_the_log_is_not_content()
    {
        using OfficialStore store = OfficialStore.Make(Rows);
        var plain = new PlainStore(store.Database);
        plain.WriteLog(store.Wal, plain.Pages.Select((page, i) => ((uint)i + 1, page)));
        Dictionary<long, string> whole = Read(store, null, out _);
        Assert.Equal(Rows, whole.Count);

        // A log as an attacker without the key makes it: its checksums fit, the page was changed.
        byte[] log = File.ReadAllBytes(store.Wal);
        byte[] changed = [.. log];
        int leaf = Array.FindIndex(plain.Pages, 30, page => page[0] == 13);
        changed[32 + (leaf * 4120) + 24 + 500] ^= 1;
        File.WriteAllBytes(store.Wal, changed);
        Dictionary<long, string> older = Read(store, null, out _);
        Assert.Equal(whole, older);
        Resum(changed);
        File.WriteAllBytes(store.Wal, changed);
        Assert.Equal(CipherError.Tampered, Assert.Throws<CipherException>(() => Read(store, null, out _)).Error);
        Dictionary<long, string> rest = Read(store, Salvage, out IReadOnlyCollection<uint> damaged);
        Assert.Equal([(uint)leaf + 1], damaged);
        Assert.All(rest, row => Assert.Equal(whole[row.Key], row.Value));
        Assert.InRange(rest.Count, Rows - 400, Rows);
    }

    [Fact]
    public void A_file_over_four_gigabytes_is_read()
    {
        // Pages of zeros are legal and unused: the file is sparse, its first and last pages are real.
        using OfficialStore store = OfficialStore.Make(100);
        var plain = new PlainStore(store.Database);
        byte[] last = plain.Pages[^1];
        uint from = (uint)plain.Pages.Length, to = (5u << 18) + 12345;
        foreach (byte[] page in plain.Pages)
        {
            Redirect(page, from, to);
        }

        BinaryPrimitives.WriteUInt32BigEndian(plain.Pages[0].AsSpan(28), to);
        plain.Write(store.Database);
        using (FileStream file = File.Open(store.Database, FileMode.Open))
        {
            file.SetLength((long)to * PageSize);
            file.Seek(-PageSize, SeekOrigin.End);
            file.Write(plain.Seal(last, to));
        }

        Assert.True(new FileInfo(store.Database).Length > 5L << 30);
        Assert.Equal(100, Read(store, null, out _).Count);
        using CipherDatabase database = CipherDatabase.Open(store.Database, OfficialStore.Key);
        using CipherStatement size = database.Prepare("PRAGMA page_count");
        Assert.True(size.Step());
        Assert.Equal(to, size.Int64(0));
    }

    /// <summary>Hostile files with the right key: whatever SQLite is given, it gives rows or an error that this module names, in bounded
    /// time.</summary>
    [Fact]
    public void Mutated_pages_give_rows_or_a_named_error()
    {
        int rounds = int.Parse(Environment.GetEnvironmentVariable("FLUISTER_FUZZ_ROUNDS") ?? "600", CultureInfo.InvariantCulture);
        int seed = int.Parse(Environment.GetEnvironmentVariable("FLUISTER_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);
        using OfficialStore store = OfficialStore.Make(60);
        byte[] file = File.ReadAllBytes(store.Database);
        var errors = new Dictionary<CipherError, int>();
        int clean = 0;
        for (int round = 0; round < rounds; round++)
        {
            var random = new Random(seed + round);
            using OfficialStore copy = store.Copy("");
            Mutate(copy, file, random);
            try
            {
                ReadAll(copy, random.Next(3) == 0 ? Salvage : null);
                clean++;
            }
            catch (CipherException e)
            {
                errors[e.Error] = errors.GetValueOrDefault(e.Error) + 1;
            }
        }

        // The mutations reach both sides of every check: otherwise this test would show nothing.
        Assert.True(clean > 0 && errors.Count >= 2, $"{clean} clean, {string.Join(' ', errors)}");
        Assert.DoesNotContain(CipherError.WrongKey, errors.Keys);
    }

    private static Span<byte> Page(byte[] file, uint number) => file.AsSpan((int)(number - 1) * PageSize, PageSize);

    private static void Mutate(OfficialStore copy, byte[] file, Random random)
    {
        if (random.Next(4) == 0)
        {
            // Without the key: bytes of the file, past page 1.
            byte[] changed = [.. file];
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                changed[random.Next(PageSize, changed.Length)] ^= (byte)random.Next(1, 256);
            }

            File.WriteAllBytes(copy.Database, random.Next(3) == 0 ? changed[..random.Next(PageSize, changed.Length)] : changed);
            return;
        }

        // With the key: bytes of pages, mostly of the fields that make the trees.
        var plain = new PlainStore(copy.Database);
        var touched = new HashSet<int>();
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            int page = random.Next(3) == 0 ? random.Next(Math.Min(8, plain.Pages.Length)) : random.Next(plain.Pages.Length);
            int start = page == 0 ? 100 : 0;
            int at = random.Next(3) switch
            {
                0 => start + random.Next(12),
                1 => start + 8 + random.Next(100),
                _ => start + random.Next(4016 - start),
            };
            plain.Pages[page][at] = random.Next(4) switch
            {
                0 => 0,
                1 => 0xFF,
                2 => (byte)(plain.Pages[page][at] + 1),
                _ => (byte)random.Next(256),
            };
            touched.Add(page);
        }

        if (random.Next(3) == 0)
        {
            plain.WriteLog(copy.Wal, touched.Select(page => ((uint)page + 1, plain.Pages[page])));
        }
        else
        {
            plain.Write(copy.Database);
        }
    }

    private static void ReadAll(OfficialStore store, CipherOptions? options)
    {
        using CipherDatabase database = CipherDatabase.Open(store.Database, OfficialStore.Key, options);
        using var limit = new Timer(_ => database.Interrupt(), null, 20_000, 1_000);
        CipherException? first = null;
        foreach (string sql in new[]
        {
            "SELECT type, name, sql FROM sqlite_schema", "SELECT * FROM things ORDER BY id", "SELECT t FROM things ORDER BY t",
            "SELECT * FROM words", "SELECT * FROM pairs ORDER BY a", "SELECT * FROM ticks", "PRAGMA table_xinfo(things)",
        })
        {
            try
            {
                using CipherStatement statement = database.Prepare(sql);
                long rows = 0;
                while (statement.Step() && rows++ < 100_000)
                {
                    for (int i = 0; i < statement.ColumnCount; i++)
                    {
                        _ = statement.Type(i);
                        _ = statement.Text(i);
                        _ = statement.Int64(i);
                    }
                }
            }
            catch (CipherException e)
            {
                first ??= e;
            }
        }

        if (first is not null)
        {
            throw first;
        }
    }

    /// <summary>The rows of all three columns that matter, by id; the scan goes in order of the rowid.</summary>
    private static Dictionary<long, string> Read(OfficialStore store, CipherOptions? options, out IReadOnlyCollection<uint> damaged)
    {
        using CipherDatabase database = CipherDatabase.Open(store.Database, OfficialStore.Key, options);
        var rows = new Dictionary<long, string>();
        using CipherStatement statement = database.Prepare("SELECT id, t, n, r, b, e FROM things NOT INDEXED ORDER BY id");
        while (statement.Step())
        {
            string blob = Convert.ToHexString(statement.Utf8(4));
            rows.Add(statement.Int64(0), $"{statement.Text(1)}|{statement.Text(2)}|{statement.Double(3)}|{blob}");
        }

        using CipherStatement pairs = database.Prepare("SELECT sum(a), sum(length(pad)) FROM pairs NOT INDEXED");
        Assert.True(pairs.Step());
        damaged = [.. database.DamagedPages];
        return rows;
    }

    /// <summary>The rowids of a leaf of "pairs", recognised by its two kinds of serial type; empty for any other page.</summary>
    private static HashSet<long> PairsOf(byte[] page, int rows)
    {
        var rowids = new HashSet<long>();
        int cells = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(3));
        if (page[0] != 13 || cells == 0 || cells > 100)
        {
            return rowids;
        }

        for (int i = 0; i < cells; i++)
        {
            int at = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(8 + (2 * i)));
            _ = Varint(page, ref at);
            long rowid = Varint(page, ref at);

            // Header: its size, NULL for the rowid, one byte for 100, text.
            if (rowid > rows || page[at + 1] != 0 || page[at + 2] != 1 || page[at] > 5)
            {
                return [];
            }

            rowids.Add(rowid);
        }

        return rowids;
    }

    private static long Varint(byte[] page, ref int at)
    {
        long value = 0;
        byte next;
        do
        {
            next = page[at++];
            value = (value << 7) | (next & 0x7Fu);
        }
        while (next >= 0x80);
        return value;
    }

    /// <summary>Changes whatever in an interior page, a root in the schema or an overflow pointer names one page to another.</summary>
    private static void Redirect(byte[] page, uint from, uint to)
    {
        if (page[0] is 2 or 5)
        {
            int cells = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(3));
            IEnumerable<int> places = Enumerable.Range(0, cells)
                .Select(i => (int)BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(12 + (2 * i)))).Append(8);
            foreach (int at in places.Where(at => BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(at)) == from))
            {
                BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(at), to);
            }
        }
    }

    /// <summary>Makes a log's checksums fit its frames again.</summary>
    private static void Resum(byte[] log)
    {
        (uint A, uint B) sum = PlainStore.Sum((0, 0), log.AsSpan(0, 24));
        for (int at = 32; at < log.Length; at += 4120)
        {
            sum = PlainStore.Sum(PlainStore.Sum(sum, log.AsSpan(at, 8)), log.AsSpan(at + 24, PageSize));
            BinaryPrimitives.WriteUInt32BigEndian(log.AsSpan(at + 16), sum.A);
            BinaryPrimitives.WriteUInt32BigEndian(log.AsSpan(at + 20), sum.B);
        }
    }
}
