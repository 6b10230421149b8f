using System.Text;
using Fluister.Cryptography;
using Fluister.SqlCipher;

namespace Fluister.InteropTests.SqlCipher;

/// <summary>Databases that we write, read by the official package; and the other way round.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class CipherStoreTests
{
    private const int Rows = 400;
    private const string Tables =
        """
        CREATE TABLE things(id INTEGER PRIMARY KEY, t TEXT, n INTEGER, r REAL, b BLOB, e);
        CREATE INDEX by_text ON things(t);
        CREATE TABLE words(w TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID;
        CREATE TABLE pairs(id INTEGER PRIMARY KEY, a INTEGER NOT NULL, pad TEXT);
        CREATE TABLE ticks(n INTEGER NOT NULL);
        INSERT INTO ticks VALUES (0);
        """;

    [Fact]
    public void The_official_package_reads_what_was_written_here()
    {
        using var place = new OfficialStore();
        using (CipherStore store = Create(place))
        {
            Fill(store, seed: 1, Rows);
        }

        string ours = CipherDatabaseTests.ReadRows(place);
        Assert.Contains("words", ours, StringComparison.Ordinal);
        Assert.Equal([place.Database], Directory.GetFiles(place.Folder));
        Assert.Equal("ok\n", place.Run("check"));
        Assert.Equal(place.Run("rows"), ours);
    }

    [Fact]
    public void The_official_package_recovers_the_log_of_a_store_that_ended_without_closing()
    {
        using var place = new OfficialStore();
        using CipherStore store = Create(place);
        Fill(store, seed: 2, Rows);
        Overwrite(store);

        // What a kill leaves: no log index, so that all is found by the checksums of the frames.
        using OfficialStore left = place.CopyLive("", "-wal");
        Assert.True(new FileInfo(left.Wal).Length > 1_000_000);
        string rows = left.Run("rows");
        Assert.Equal(CipherDatabaseTests.ReadRows(place), rows);
        Assert.Equal("ok\n", left.Run("check"));
    }

    [Fact]
    public void A_log_cut_anywhere_is_recovered_to_the_same_committed_state_by_both()
    {
        using var place = new OfficialStore();
        using CipherStore store = Create(place);
        store.Checkpoint();
        var ends = new List<long>();
        for (int i = 1; i <= 12; i++)
        {
            store.Transact(() =>
            {
                store.Execute($"UPDATE ticks SET n = {i}");
                Fill(store, seed: i, 3);
            });
            ends.Add(new FileInfo(place.Wal).Length);
        }

        var random = new Random(5);
        for (int round = 0; round < 12; round++)
        {
            using OfficialStore left = place.CopyLive("", "-wal");
            using OfficialStore other = place.CopyLive("", "-wal");
            long cut = random.NextInt64(ends[^1] + 1);
            Cut(left.Wal, cut);
            Cut(other.Wal, cut);
            long expected = ends.Count(end => end <= cut);
            using (CipherStore ours = CipherStore.Open(left.Database, OfficialStore.Key))
            {
                ours.Verify();
                Assert.Equal(expected, Number(ours, "SELECT n FROM ticks"));
                ours.Execute("INSERT INTO words VALUES ('after', 1)");
            }

            Assert.Contains($"\ninteger:{Hex(expected)}\n", other.Run("rows"), StringComparison.Ordinal);
            Assert.Contains(Hex("after"), left.Run("rows"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_store_whose_official_writer_was_killed_is_taken_up_and_given_back()
    {
        using OfficialStore place = OfficialStore.MakeCrashed(1200);
        using (CipherStore store = CipherStore.Open(place.Database, OfficialStore.Key))
        {
            Assert.Equal(1200 / 97, Number(store, "SELECT count(*) FROM things WHERE t LIKE 'edited in the log %'"));
            store.Execute("UPDATE things SET t = 'edited here ' || id WHERE id % 50 = 0; DELETE FROM words WHERE n % 3 = 0");
            Overwrite(store);
        }

        Assert.Equal("ok\n", place.Run("check"));
        Assert.Equal(place.Run("rows"), CipherDatabaseTests.ReadRows(place));
        using CipherStore again = CipherStore.Open(place.Database, OfficialStore.Key);
        Assert.Equal(1200 / 50, Number(again, "SELECT count(*) FROM things WHERE t LIKE 'edited here %'"));
    }

    [Fact]
    public void The_official_package_and_ours_write_to_one_live_store()
    {
        using OfficialStore place = OfficialStore.Make(200);
        File.WriteAllText(place.Database + ".go", "");
        using System.Diagnostics.Process node = place.Start("write", 200);
        node.StandardOutput.ReadLine();
        using (CipherStore store = CipherStore.Open(place.Database, OfficialStore.Key))
        {
            for (int i = 0; i < 60; i++)
            {
                store.Transact(() =>
                {
                    store.Execute($"UPDATE pairs SET a = a + {i}, pad = hex(randomblob({i * 20})) WHERE id = 1");
                    store.Execute($"UPDATE pairs SET a = a - {i} WHERE id = 2");
                });
                Assert.Equal(200 * 100, Number(store, "SELECT sum(a) FROM pairs"));
            }

            File.Delete(place.Database + ".go");
            node.WaitForExit();
            Assert.Equal(0, node.ExitCode);
            Assert.True(Number(store, "SELECT n FROM ticks") > 0);
            store.Verify();
        }

        Assert.Equal("ok\n", place.Run("check"));
    }

    [Fact]
    public void Two_connections_write_in_turns()
    {
        using var place = new OfficialStore();
        Create(place).Dispose();
        Parallel.For(0, 2, new ParallelOptions { MaxDegreeOfParallelism = 2 }, _ =>
        {
            using CipherStore store = CipherStore.Open(place.Database, OfficialStore.Key);
            for (int i = 0; i < 50; i++)
            {
                store.Transact(() =>
                {
                    long n = Number(store, "SELECT n FROM ticks");
                    store.Execute($"UPDATE ticks SET n = {n + 1}; INSERT INTO pairs(a, pad) VALUES (1, hex(randomblob(900)))");
                });
            }
        });

        using CipherStore both = CipherStore.Open(place.Database, OfficialStore.Key);
        Assert.Equal(100, Number(both, "SELECT n FROM ticks"));
        both.Verify();
    }

    [Fact]
    public void A_log_that_another_connection_began_anew_is_continued_rightly()
    {
        using var place = new OfficialStore();
        using CipherStore first = Create(place);
        using CipherStore second = CipherStore.Open(place.Database, OfficialStore.Key);
        first.Checkpoint();
        first.Execute("UPDATE ticks SET n = 1");
        second.Checkpoint();
        second.Execute("UPDATE ticks SET n = 2");

        // As long a log as the one that the first connection wrote last, with another content.
        first.Execute("UPDATE ticks SET n = 3");
        using OfficialStore left = place.CopyLive("", "-wal");
        Assert.Contains($"\ninteger:{Hex(3)}\n", left.Run("rows"), StringComparison.Ordinal);
    }

    [Fact]
    public void Work_that_fails_leaves_nothing_and_the_store_goes_on()
    {
        using var place = new OfficialStore();
        using CipherStore store = Create(place);
        Assert.Throws<InvalidOperationException>(() => store.Transact(() =>
        {
            Fill(store, seed: 3, Rows);
            throw new InvalidOperationException();
        }));
        CipherException twice = Assert.Throws<CipherException>(() => store.Execute("INSERT INTO words VALUES ('a', 1), ('a', 2)"));
        Assert.Equal(CipherError.Constraint, twice.Error);
        Assert.Equal(0, Number(store, "SELECT count(*) FROM things"));

        store.Execute("PRAGMA max_page_count = 300");
        CipherException full = Assert.Throws<CipherException>(() => store.Transact(() => Fill(store, seed: 4, 4000)));
        Assert.Equal(CipherError.Full, full.Error);
        store.Execute("PRAGMA max_page_count = 1073741823");
        Fill(store, seed: 5, 20);
        Assert.Equal(20, Number(store, "SELECT count(*) FROM things"));
        store.Verify();
    }

    [Fact]
    public void No_file_holds_plain_text_whatever_is_done()
    {
        const string Canary = "canary-in-plain-sight";
        using var place = new OfficialStore();
        using CipherStore store = Create(place);
        store.Execute("PRAGMA cache_size = 8");
        store.Transact(() =>
        {
            using CipherStatement add = store.Prepare("INSERT INTO things(t, b) VALUES (?1, ?2)");
            for (int i = 0; i < 3000; i++)
            {
                add.Bind(1, $"{Canary} {i} {new string('x', 200)}");
                add.BindBlob(2, Encoding.UTF8.GetBytes(Canary));
                add.Step();
                add.Reset();
            }

            // Sorting, a statement that is taken back, and pages that leave the cache in the middle of it.
            Assert.Equal(3000, Number(store, "SELECT count(*) FROM (SELECT t FROM things ORDER BY n, t DESC)"));
            Assert.Throws<CipherException>(() => store.Execute("UPDATE OR ABORT things SET id = CASE WHEN id < 2999 THEN -id ELSE 1 END"));
            AssertSealed();
        });
        AssertSealed();
        store.Execute("DELETE FROM things WHERE id % 2; VACUUM");
        store.Checkpoint();
        AssertSealed();

        void AssertSealed()
        {
            string[] files = Directory.GetFiles(place.Folder);
            Assert.Superset(files.ToHashSet(), new HashSet<string> { place.Database, place.Wal, place.Shm });
            Assert.All(files, file => Assert.Equal(-1, ReadShared(file).IndexOf(Encoding.UTF8.GetBytes(Canary))));
        }
    }

    [Fact]
    public void What_was_deleted_is_not_in_the_pages_either()
    {
        const string Canary = "a message that disappears";
        using var place = new OfficialStore();
        using (CipherStore store = Create(place))
        {
            Fill(store, seed: 6, 50);
            store.Execute($"INSERT INTO things(id, t) VALUES (7000, '{Canary}')");
            store.Checkpoint();
            Assert.True(Holds());
            store.Execute("DELETE FROM things WHERE id = 7000");
            store.Checkpoint();
            Assert.False(Holds());
        }

        bool Holds()
        {
            byte[] file = ReadShared(place.Database);
            using var codec = new PageCodec(OfficialStore.Key.Reveal(), file.AsSpan(0, PageCodec.SaltSize));
            byte[] plain = new byte[PageCodec.PageSize];
            return Enumerable.Range(0, file.Length / PageCodec.PageSize).Any(i =>
            {
                codec.Decrypt(file.AsSpan(i * PageCodec.PageSize, PageCodec.PageSize), (uint)i + 1, plain);
                return plain.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Canary)) >= 0;
            });
        }
    }

    [Fact]
    public void A_copy_under_another_key_is_one_state_of_a_store_that_is_written_to()
    {
        using var place = new OfficialStore();
        using var copy = new OfficialStore();
        using var key = new Secret(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());
        using CipherStore store = Create(place);
        store.Execute("INSERT INTO pairs(id, a, pad) WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 3000) "
            + "SELECT n, 100, hex(randomblob(400)) FROM i");
        using (CipherStore writer = CipherStore.Open(place.Database, OfficialStore.Key))
        {
            int moves = 0;
            store.BackUp(copy.Database, key, share =>
            {
                Assert.InRange(share, 0, 1);
                writer.Execute("UPDATE pairs SET a = a + 1 WHERE id = 1; UPDATE pairs SET a = a - 1 WHERE id = 3000");
                moves++;
            });
            Assert.True(moves > 1);
        }

        using CipherStore restored = CipherStore.Open(copy.Database, key);
        restored.Verify();
        Assert.Equal(300_000, Number(restored, "SELECT sum(a) FROM pairs"));
        Assert.Equal(100, Number(restored, "SELECT a FROM pairs WHERE id = 1"));
        Assert.Equal(
            CipherError.WrongKey,
            Assert.Throws<CipherException>(() => CipherStore.Open(copy.Database, OfficialStore.Key)).Error);
    }

    [Fact]
    public void An_altered_page_is_found()
    {
        using var place = new OfficialStore();
        using (CipherStore store = Create(place))
        {
            Fill(store, seed: 7, Rows);
        }

        long pages = new FileInfo(place.Database).Length / PageCodec.PageSize;
        using (var file = new FileStream(place.Database, FileMode.Open))
        {
            file.Seek((pages / 2 * PageCodec.PageSize) + 1000, SeekOrigin.Begin);
            int was = file.ReadByte();
            file.Seek(-1, SeekOrigin.Current);
            file.WriteByte((byte)(was ^ 1));
        }

        using CipherStore opened = CipherStore.Open(place.Database, OfficialStore.Key);
        Assert.Equal(CipherError.Tampered, Assert.Throws<CipherException>(opened.Verify).Error);
    }

    [Fact]
    public void A_store_that_is_closed_says_so()
    {
        using var place = new OfficialStore();
        CipherStore store = Create(place);
        Assert.Throws<ObjectDisposedException>(() => store.Transact(store.Dispose));
        Assert.Throws<ObjectDisposedException>(() => store.LastRowId);
        Assert.Throws<ObjectDisposedException>(() => store.Changes);
        Assert.Throws<ObjectDisposedException>(() => store.Execute("SELECT 1"));
    }

    [Fact]
    public void A_store_is_for_its_owner_and_takes_no_one_elses_place()
    {
        using var place = new OfficialStore();
        File.WriteAllText(place.Database + ".new", "what a crash left");
        Create(place).Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(place.Database));
        CipherException taken = Assert.Throws<CipherException>(() => Create(place));
        Assert.Equal(CipherError.Denied, taken.Error);
        Assert.Equal(1, Number(CipherStore.Open(place.Database, OfficialStore.Key), "SELECT count(*) FROM ticks"));
    }

    private static CipherStore Create(OfficialStore place) => CipherStore.Create(place.Database, OfficialStore.Key, Tables);

    private static void Fill(CipherStore store, int seed, int rows)
    {
        var random = new Random(seed);
        store.Transact(() =>
        {
            using CipherStatement thing = store.Prepare("INSERT INTO things(t, n, r, b, e) VALUES (?1, ?2, ?3, ?4, ?5)");
            using CipherStatement word = store.Prepare("INSERT OR IGNORE INTO words VALUES (?1, ?2)");
            for (int i = 0; i < rows; i++)
            {
                byte[] bytes = new byte[random.Next(0, 60)];
                random.NextBytes(bytes);
                thing.Bind(1, new string((char)('a' + random.Next(26)), random.Next(20) == 0 ? random.Next(40_000) : random.Next(400)));
                thing.Bind(2, random.NextInt64(int.MinValue, int.MaxValue));
                thing.Bind(3, random.Next(1_000_000) / 4096.0);
                thing.BindBlob(4, bytes);
                thing.BindNull(5);
                thing.Step();
                thing.Reset();
                word.Bind(1, $"{seed}-{random.Next()}");
                word.Bind(2, i);
                word.Step();
                word.Reset();
            }
        });
    }

    // With a small cache pages go to the log in the middle of a transaction, and again later: SQLite then writes over frames of the
    // transaction and mends the checksums at its end.
    private static void Overwrite(CipherStore store)
    {
        store.Execute("PRAGMA cache_size = 5");
        for (int round = 0; round < 3; round++)
        {
            store.Transact(() =>
            {
                for (int i = 0; i < 6; i++)
                {
                    store.Execute($"UPDATE things SET n = n + 1, e = '{round}-{i}'; UPDATE ticks SET n = n + 1");
                }
            });
        }
    }

    private static void Cut(string path, long length)
    {
        using var file = new FileStream(path, FileMode.Open);
        file.SetLength(length);
    }

    private static byte[] ReadShared(string path)
    {
        // Never a second descriptor of an open database in this process: closing it would drop SQLite's locks.
        using var cat = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("cat", [path]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        using var bytes = new MemoryStream();
        cat.StandardOutput.BaseStream.CopyTo(bytes);
        cat.WaitForExit();
        Assert.Equal(0, cat.ExitCode);
        return bytes.ToArray();
    }

    private static string Hex(object value) => Convert.ToHexString(Encoding.UTF8.GetBytes($"{value}"));

    private static long Number(CipherConnection database, string sql)
    {
        using CipherStatement statement = database.Prepare(sql);
        Assert.True(statement.Step());
        return statement.Int64(0);
    }
}
