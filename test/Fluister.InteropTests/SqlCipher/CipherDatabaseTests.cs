using System.Diagnostics;
using System.Text;
using Fluister.Cryptography;
using Fluister.SqlCipher;

namespace Fluister.InteropTests.SqlCipher;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class CipherDatabaseTests
{
    private const int Rows = 3000;

    [Fact]
    public void Rows_equal_those_of_the_official_package()
    {
        using OfficialStore store = OfficialStore.Make(Rows);
        using OfficialStore other = store.Copy("");
        string before = store.Fingerprint();
        string ours = ReadRows(store);
        Assert.Equal(before, store.Fingerprint());
        Assert.Equal(other.Run("rows"), ours);
        Assert.Contains("edited", Rewrite(other), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "-wal", "-shm")]
    [InlineData("", "-wal")]
    public void Rows_that_are_only_in_the_log_are_read(params string[] endings)
    {
        using OfficialStore crashed = OfficialStore.MakeCrashed(Rows);
        using OfficialStore copy = crashed.Copy(endings);
        string before = copy.Fingerprint();
        string ours = ReadRows(copy);
        Assert.Equal(before, copy.Fingerprint());
        Assert.Equal(crashed.Run("rows"), ours);
        using CipherDatabase database = CipherDatabase.Open(copy.Database, OfficialStore.Key);
        Assert.Equal(Rows / 97, Number(database, "SELECT count(*) FROM things WHERE t LIKE 'edited in the log %'"));
    }

    [Fact]
    public void A_log_left_by_a_killed_writer_is_read_in_place()
    {
        using OfficialStore store = OfficialStore.MakeCrashed(Rows);
        string before = store.Fingerprint();
        string ours = ReadRows(store);
        Assert.Equal(before, store.Fingerprint());
        Assert.Equal(store.Run("rows"), ours);
    }

    [Fact]
    public void Without_its_log_the_database_is_as_of_the_last_checkpoint()
    {
        using OfficialStore crashed = OfficialStore.MakeCrashed(Rows);
        using OfficialStore copy = crashed.Copy("", "-shm");
        using CipherDatabase database = CipherDatabase.Open(copy.Database, OfficialStore.Key);
        Assert.Equal(0, Number(database, "SELECT count(*) FROM things WHERE t LIKE 'edited in the log %'"));
        Assert.Equal(Rows, Number(database, "SELECT count(*) FROM things"));
    }

    [Fact]
    public void A_profile_on_read_only_media_is_read()
    {
        using OfficialStore crashed = OfficialStore.MakeCrashed(Rows);
        foreach (string file in Directory.GetFiles(crashed.Folder))
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead);
        }

        File.SetUnixFileMode(crashed.Folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using (CipherDatabase database = CipherDatabase.Open(crashed.Database, OfficialStore.Key))
        {
            Assert.Equal(Rows / 97, Number(database, "SELECT count(*) FROM things WHERE t LIKE 'edited in the log %'"));
        }

        File.SetUnixFileMode(crashed.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void Every_scan_under_a_live_writer_that_checkpoints_is_consistent()
    {
        const int Pairs = 2000, Scans = 100;
        using OfficialStore store = OfficialStore.Make(Pairs);
        string go = store.Database + ".go";
        File.WriteAllText(go, "");
        using Process writer = store.Start("write", Pairs);
        var ticks = new HashSet<long>();
        try
        {
            Assert.Equal("ready", writer.StandardOutput.ReadLine());
            CipherDatabase database = CipherDatabase.Open(store.Database, OfficialStore.Key);
            for (int scan = 0; scan < Scans; scan++)
            {
                // Half of the scans go over one connection, half over a new one each: both see checkpoints between and during them.
                if (scan >= Scans / 2)
                {
                    database.Dispose();
                    database = CipherDatabase.Open(store.Database, OfficialStore.Key);
                }

                using (CipherStatement statement = database.Prepare(
                    "SELECT (SELECT n FROM ticks), count(*), sum(a), sum(length(pad)) > 0, min(id), max(id) FROM pairs NOT INDEXED"))
                {
                    Assert.True(statement.Step());
                    ticks.Add(statement.Int64(0));
                    Assert.Equal((Pairs, 100L * Pairs, 1, 1, Pairs), (
                        statement.Int64(1), statement.Int64(2), statement.Int64(3), statement.Int64(4), statement.Int64(5)));
                    Assert.False(statement.Step());
                }

                using (database.Snapshot())
                {
                    // Two statements, one state: the index and the table agree.
                    Assert.Equal(
                        Number(database, "SELECT sum(a * id) FROM pairs NOT INDEXED"),
                        Number(database, "SELECT sum(a * id) FROM pairs INDEXED BY by_amount WHERE a > -1000000000"));
                }

                Assert.All(OpenFlags(store.Folder), flags => Assert.Equal(0, flags & 3));
                Assert.Empty(database.DamagedPages);
            }

            Assert.NotEmpty(OpenFlags(store.Folder));
            database.Dispose();
        }
        finally
        {
            File.Delete(go);
            writer.WaitForExit();
        }

        Assert.Equal(0, writer.ExitCode);
        Assert.True(ticks.Count > Scans / 4, $"The writer hardly wrote: {ticks.Count} states seen.");
    }

    [Fact]
    public void A_file_that_changes_under_a_reader_without_locks_is_reported()
    {
        using OfficialStore store = OfficialStore.Make(Rows);
        using CipherDatabase database = CipherDatabase.Open(store.Database, OfficialStore.Key);
        using CipherStatement statement = database.Prepare("SELECT t FROM things");
        Assert.True(statement.Step());
        File.SetLastWriteTimeUtc(store.Database, DateTime.UtcNow.AddSeconds(5));
        CipherException error = Assert.Throws<CipherException>(() =>
        {
            while (statement.Step())
            {
            }
        });
        Assert.Equal(CipherError.Changed, error.Error);
    }

    [Fact]
    public void A_wrong_key_is_told_from_a_right_one()
    {
        using OfficialStore store = OfficialStore.Make(10);
        using var wrong = new Secret(new byte[32]);
        Assert.False(CipherDatabase.Verify(store.Database, wrong));
        Assert.True(CipherDatabase.Verify(store.Database, OfficialStore.Key));
        Assert.Equal(CipherError.WrongKey, Assert.Throws<CipherException>(() => CipherDatabase.Open(store.Database, wrong)).Error);
    }

    [Fact]
    public void Files_that_are_no_database_are_refused()
    {
        using var store = new OfficialStore();
        Assert.Equal(CipherError.NotFound, ErrorOf(store.Database));
        Assert.Equal(CipherError.NotADatabase, ErrorOf(store.Folder));
        File.WriteAllBytes(store.Database, []);
        Assert.Equal(CipherError.Truncated, ErrorOf(store.Database));
        File.WriteAllBytes(store.Database, new byte[4095]);
        Assert.Equal(CipherError.Truncated, ErrorOf(store.Database));
        File.WriteAllBytes(store.Database, new byte[4096]);
        Assert.Equal(CipherError.WrongKey, ErrorOf(store.Database));
        File.WriteAllBytes(store.Database, [.. "SQLite format 3\0"u8, .. new byte[8192]]);
        Assert.Equal(CipherError.NotADatabase, ErrorOf(store.Database));
    }

    [Fact]
    public void Text_that_is_no_utf8_is_repaired_and_its_bytes_stay_readable()
    {
        using var store = new OfficialStore();
        store.Run("text");
        using CipherDatabase database = CipherDatabase.Open(store.Database, OfficialStore.Key);
        using CipherStatement statement = database.Prepare("SELECT t FROM texts ORDER BY id");
        var texts = new List<string?>();
        var bytes = new List<string>();
        while (statement.Step())
        {
            bytes.Add(Convert.ToHexString(statement.Utf8(0)));
            texts.Add(statement.Text(0));
        }

        Assert.Equal(["", "A\uFFFD\uFFFD\uFFFDB", "A\uFFFD", "\uFFFD\uFFFD\uFFFD", "🙂", "A\0B", "\uFFFD"], texts);
        Assert.Equal(["", "41EDA0BD42", "41FF", "EDB880", "F09F9982", "410042", "C3"], bytes);
    }

    [Fact]
    public void Columns_and_parameters_have_their_types()
    {
        using OfficialStore store = OfficialStore.Make(10);
        using CipherDatabase database = CipherDatabase.Open(store.Database, OfficialStore.Key);
        using CipherStatement statement = database.Prepare("SELECT 1 AS one, 2.5, 'drie', x'04', NULL, ?1, ?2, ?3");
        statement.Bind(1, long.MinValue);
        statement.Bind(2, "vijf\0zes é");
        statement.Bind(3, null);
        Assert.True(statement.Step());
        Assert.Equal(8, statement.ColumnCount);
        Assert.Equal("one", statement.ColumnName(0));
        Assert.Equal(
            "Integer Float Text Blob Null Integer Text Null",
            string.Join(' ', Enumerable.Range(0, 8).Select(statement.Type)));
        Assert.Equal(2.5, statement.Double(1));
        Assert.Equal(new byte[] { 4 }, statement.Utf8(3).ToArray());
        Assert.Null(statement.Text(4));
        Assert.True(statement.IsNull(4));
        Assert.Equal(long.MinValue, statement.Int64(5));
        Assert.Equal("vijf\0zes é", statement.Text(6));
        Assert.Null(statement.Text(7));
        Assert.False(statement.Step());
    }

    [Theory]
    [InlineData("DELETE FROM things")]
    [InlineData("CREATE TEMP TABLE t(x)")]
    [InlineData("ATTACH 'other.db' AS other")]
    [InlineData("SELECT * FROM nowhere")]
    [InlineData("VACUUM INTO 'plain.db'")]
    public void What_does_not_read_a_table_is_refused(string sql)
    {
        using OfficialStore store = OfficialStore.Make(10);
        string before = store.Fingerprint();
        using (CipherDatabase database = CipherDatabase.Open(store.Database, OfficialStore.Key))
        {
            Assert.Equal(CipherError.Sql, Assert.Throws<CipherException>(() =>
            {
                using CipherStatement statement = database.Prepare(sql);
                statement.Step();
            }).Error);
        }

        Assert.Equal(before, store.Fingerprint());
    }

    [Fact]
    public void A_large_sort_makes_no_file()
    {
        using OfficialStore store = OfficialStore.Make(Rows);
        using CipherDatabase database = CipherDatabase.Open(store.Database, OfficialStore.Key);
        using CipherStatement statement = database.Prepare("SELECT x.t FROM things x, (SELECT 1 FROM ticks) ORDER BY x.t || x.id DESC");
        Assert.True(statement.Step());
        Assert.Empty(OpenFlags("", "etilqs"));
        int rows = 1;
        while (statement.Step())
        {
            rows++;
        }

        Assert.Equal(Rows, rows);
    }

    [Fact]
    public void A_running_statement_can_be_interrupted()
    {
        using OfficialStore store = OfficialStore.Make(Rows);
        using CipherDatabase database = CipherDatabase.Open(store.Database, OfficialStore.Key);
        using CipherStatement endless = database.Prepare(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n");
        using var stop = new Timer(_ => database.Interrupt(), null, 50, 50);
        Assert.Equal(CipherError.Interrupted, Assert.Throws<CipherException>(() => endless.Step()).Error);
    }

    /// <summary>The rows as the script prints them.</summary>
    internal static string ReadRows(OfficialStore store)
    {
        using CipherDatabase database = CipherDatabase.Open(store.Database, OfficialStore.Key);
        var text = new StringBuilder();
        (string, string)[] tables = [("things", "id t n r b e"), ("words", "w n"), ("pairs", "id a pad"), ("ticks", "n")];
        foreach ((string table, string columns) in tables)
        {
            string select = string.Join(" || '|' || ", columns.Split(' ').Select(c =>
                $"typeof({c}) || ':' || CASE typeof({c}) WHEN 'real' THEN CAST(round({c} * 4096) AS INTEGER) ELSE hex({c}) END"));
            using CipherStatement statement = database.Prepare($"SELECT {select} FROM {table} ORDER BY 1");
            var lines = new StringBuilder();
            int count = 0;
            while (statement.Step())
            {
                lines.Append(statement.Text(0)).Append('\n');
                count++;
            }

            text.Append($"{table} {count}\n").Append(lines);
        }

        Assert.Empty(database.DamagedPages);
        return text.ToString();
    }

    /// <summary>Proves that the comparison of rows can fail: the official package edits one, and both sides see it.</summary>
    private static string Rewrite(OfficialStore store)
    {
        string before = ReadRows(store);
        using Process crash = store.Start("crash", 0);
        crash.WaitForExit();
        return before == ReadRows(store) ? "the same" : "edited";
    }

    private static CipherError ErrorOf(string path) =>
        Assert.Throws<CipherException>(() => CipherDatabase.Open(path, OfficialStore.Key)).Error;

    private static long Number(CipherDatabase database, string sql)
    {
        using CipherStatement statement = database.Prepare(sql);
        Assert.True(statement.Step());
        return statement.Int64(0);
    }

    /// <summary>The open flags of this process's descriptors of files in the folder whose names contain this.</summary>
    private static List<int> OpenFlags(string folder, string name = "")
    {
        var found = new List<int>();
        foreach (string link in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            // Descriptors of other threads come and go.
            string? target = new FileInfo(link).LinkTarget;
            if (target?.StartsWith(folder, StringComparison.Ordinal) == true && target.Contains(name, StringComparison.Ordinal))
            {
                string flags = File.ReadLines("/proc/self/fdinfo/" + Path.GetFileName(link))
                    .First(line => line.StartsWith("flags:", StringComparison.Ordinal));
                found.Add(Convert.ToInt32(flags[6..].Trim(), 8));
            }
        }

        return found;
    }
}
