using Fluister.Server;
using Fluister.Server.Stores;
using Fluister.Server.Stores.Sqlite;
using Microsoft.Data.Sqlite;

namespace Fluister.ServerTests.Stores;

/// <summary>One writer, many callers, one file.</summary>
public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string File => _temporary["server.sqlite"];

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_written_is_read(bool inMemory)
    {
        await using var database = Open(inMemory);
        Assert.Equal("one", await database.WriteAsync(session =>
        {
            Add(session, 1);
            return "one";
        }));
        Assert.Equal([1], Numbers(database));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_work_that_fails_leaves_nothing_and_takes_no_other_with_it(bool inMemory)
    {
        await using var database = Open(inMemory);
        using var gate = new ManualResetEventSlim();
        var works = new List<Task<bool>> { database.WriteAsync(_ => gate.Wait(TimeSpan.FromMinutes(1))) };
        works.AddRange(Enumerable.Range(0, 100).Select(i => database.WriteAsync(session =>
        {
            Add(session, i);
            return i % 3 != 0 ? true : throw new InvalidOperationException("three");
        })));
        gate.Set();
        await Task.WhenAll(works).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.Equal(34, works.Count(work => work.IsFaulted));
        Assert.All(works.Where(work => work.IsFaulted), work => Assert.IsType<InvalidOperationException>(work.Exception!.InnerException));
        Assert.Equal(Enumerable.Range(0, 100).Where(i => i % 3 != 0), Numbers(database));
    }

    [Fact]
    public void While_another_program_has_it_it_is_tried_again_for_so_long()
    {
        var (clock, tries) = (new TestClock(), 0);
        int Attempt(int busy, int code) => ++tries > busy ? tries : throw new SqliteException("", code);
        void Pause(TimeSpan pause) => clock.Advance(pause);
        Assert.Equal(6, Patience.WhileBusy(() => Attempt(5, 5), TimeSpan.FromSeconds(1), clock, Pause));
        tries = 0;
        Assert.Equal(5, Assert.Throws<SqliteException>(
            () => Patience.WhileBusy(() => Attempt(100, 5), TimeSpan.FromSeconds(1), clock, Pause)).SqliteErrorCode);
        Assert.Equal(11, tries);
        tries = 0;
        Assert.Throws<SqliteException>(() => Patience.WhileBusy(() => Attempt(5, 11), TimeSpan.FromSeconds(1), clock, Pause));
        Assert.Equal(1, tries);
    }

    [Fact]
    public async Task A_work_that_fails_is_not_tried_again_and_those_before_it_are_done_once()
    {
        await using var database = Open();
        using var gate = new ManualResetEventSlim();
        var tries = 0;
        var blocked = database.WriteAsync(_ => gate.Wait(TimeSpan.FromMinutes(1)));
        var works = Enumerable.Range(0, 10).Select(i => WriteAsync(database, i)).ToList();
        var failing = database.WriteAsync<bool>(session =>
        {
            Add(session, 100);
            tries++;
            throw new InvalidOperationException();
        });
        works.AddRange(Enumerable.Range(10, 10).Select(i => WriteAsync(database, i)));
        gate.Set();
        await Task.WhenAll([blocked, .. works]);
        await failing.ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.IsType<InvalidOperationException>(failing.Exception!.InnerException);
        Assert.Equal(1, tries);
        Assert.Equal(Enumerable.Range(0, 20), Numbers(database));
    }

    [Fact]
    public async Task The_log_does_not_grow_with_what_is_written()
    {
        await using var database = Open();
        var large = new byte[1024 * 1024];
        var pages = 0;
        for (var i = 0; pages < 6 * ServerLimits.LogPages; pages += large.Length / 4096)
        {
            var number = i++;
            await database.WriteAsync(session => session.Run("INSERT OR REPLACE INTO thing VALUES (?1, ?2)", number % 20, large));
        }

        Assert.InRange(new FileInfo(File + "-wal").Length / 4096, ServerLimits.CheckpointPages, 3 * ServerLimits.LogPages);
    }

    [Fact]
    public async Task The_writer_has_the_settings_that_its_promise_rests_on()
    {
        await using var database = Open();
        Assert.Equal(["wal", "2", "1", "0", "5000"], await database.WriteAsync(session =>
            new[] { "journal_mode", "synchronous", "foreign_keys", "wal_autocheckpoint", "busy_timeout" }
                .Select(name => session.First($"PRAGMA {name}", row => row.GetString(0))).ToList()));
    }

    [Fact]
    public async Task A_log_that_cannot_be_taken_over_does_not_end_the_writer()
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=false;Default Timeout=1");
        connection.Open();
        using var session = new SqliteSession(connection);
        session.RunOnce("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE thing (number INTEGER, bytes BLOB)");
        await using var checkpointer = new WalCheckpointer(() => throw new SqliteException("No other", SqliteCodes.CannotOpen), () => { });
        var size = new FileInfo(File).Length;
        session.Run("INSERT INTO thing VALUES (1, zeroblob(?1))", 8192 * ServerLimits.LogPages);

        // Within a transaction no log is taken over.
        session.RunOnce("BEGIN; SELECT COUNT(*) FROM thing");
        checkpointer.Written(session);
        session.RunOnce("COMMIT");
        checkpointer.Written(session);
        Assert.Equal(size, new FileInfo(File).Length);
        session.Run("INSERT INTO thing VALUES (2, zeroblob(?1))", 4096 * ServerLimits.CheckpointPages);
        checkpointer.Written(session);
        Assert.True(new FileInfo(File).Length > 8192 * ServerLimits.LogPages);
    }

    [Fact]
    public async Task A_constraint_that_is_broken_is_its_own_works_failure()
    {
        await using var database = Open();
        await WriteAsync(database, 1);
        var failure = await Assert.ThrowsAsync<SqliteException>(() => WriteAsync(database, 1));
        Assert.Equal(SqliteCodes.Constraint, failure.SqliteErrorCode);
        await WriteAsync(database, 2);
        Assert.Equal([1, 2], Numbers(database));
    }

    [Fact]
    public async Task Many_callers_share_a_commit()
    {
        await using var database = Open();
        using var gate = new ManualResetEventSlim();
        var blocked = database.WriteAsync(_ => gate.Wait(TimeSpan.FromMinutes(1)));
        var works = Enumerable.Range(0, 500).Select(i => WriteAsync(database, i)).ToList();

        // Each commit writes its pages into the log once, and the last page of the table is in all of them.
        var before = new FileInfo(File + "-wal").Length;
        gate.Set();
        await Task.WhenAll([blocked, .. works]);
        var frames = (new FileInfo(File + "-wal").Length - before) / 4096;
        Assert.InRange(frames, 1, 50);
        Assert.Equal(500, Numbers(database).Count);
    }

    [Fact]
    public async Task Work_that_no_room_is_left_for_is_refused_and_the_rest_is_done()
    {
        await using var database = Open();
        using var gate = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var blocked = database.WriteAsync(_ =>
        {
            begun.Set();
            return gate.Wait(TimeSpan.FromMinutes(1));
        });
        begun.Wait(TestContext.Current.CancellationToken);
        var waiting = Enumerable.Range(0, ServerLimits.WaitingWrites).Select(i => WriteAsync(database, i)).ToList();
        await Assert.ThrowsAsync<StoreBusyException>(() => WriteAsync(database, -1));
        gate.Set();
        await Task.WhenAll([blocked, .. waiting]);
        await WriteAsync(database, -1);
        Assert.Equal(ServerLimits.WaitingWrites + 1, Numbers(database).Count);
    }

    [Fact]
    public async Task A_full_disk_refuses_and_there_is_nothing_to_repair_when_there_is_room_again()
    {
        await using var database = Open();
        await WriteAsync(database, 1);
        await database.WriteAsync(session =>
        {
            var pages = session.First("PRAGMA page_count", row => row.GetInt32(0));
            return session.First($"PRAGMA max_page_count = {pages + 8}", row => row.GetInt32(0));
        });
        var large = new byte[100_000];
        await Assert.ThrowsAsync<StoreFullException>(() => database.WriteAsync(session =>
            session.Run("INSERT INTO thing VALUES (?1, ?2)", 2, large)));
        Assert.Equal([1], Numbers(database));
        await WriteAsync(database, 3);
        await database.WriteAsync(session => session.First("PRAGMA max_page_count = 1000000", row => row.GetInt32(0)));
        await database.WriteAsync(session => session.Run("INSERT INTO thing VALUES (?1, ?2)", 2, large));
        Assert.Equal([1, 2, 3], Numbers(database));
        Assert.Equal("ok", database.Read(session => session.First("PRAGMA integrity_check", row => row.GetString(0))));
    }

    [Fact]
    public async Task What_was_answered_is_there_after_it_was_closed_and_opened()
    {
        await using (var database = Open())
        {
            await WriteAsync(database, 7);
        }

        await using var again = new SqliteDatabase(File);
        Assert.Equal([7], Numbers(again));
    }

    [Fact]
    public async Task Closing_finishes_what_waits_and_takes_nothing_more()
    {
        var database = Open();
        var works = Enumerable.Range(0, 200).Select(i => WriteAsync(database, i)).ToList();
        await database.DisposeAsync();
        await Task.WhenAll(works);
        await Assert.ThrowsAsync<StoreBusyException>(() => WriteAsync(database, 1000));
        await using var again = new SqliteDatabase(File);
        Assert.Equal(200, Numbers(again).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reader_cannot_write(bool inMemory)
    {
        await using var database = Open(inMemory);
        Assert.Throws<SqliteException>(() => database.Read(session => session.Run("INSERT INTO thing VALUES (1, NULL)")));
        await WriteAsync(database, 2);
        Assert.Equal([2], Numbers(database));
    }

    [Fact]
    public async Task Readers_see_one_state_while_the_writer_goes_on_and_empties_its_log()
    {
        await using var database = Open();
        await WriteAsync(database, 0);
        var seen = database.Read(session => session.Query("SELECT number FROM thing", row =>
        {
            var works = Enumerable.Range(1, 300).Select(i => WriteAsync(database, i)).ToArray();
            Task.WaitAll(works);
            using var connection = new SqliteConnection($"Data Source={File};Pooling=false");
            connection.Open();
            using var other = new SqliteSession(connection);
            other.RunOnce("PRAGMA wal_checkpoint(PASSIVE)");
            return row.GetInt32(0);
        }));
        Assert.Equal([0], seen);
        Assert.Equal(301, Numbers(database).Count);
    }

    [Fact]
    public async Task What_reads_twice_sees_one_state()
    {
        await using var database = Open();
        await WriteAsync(database, 0);
        Assert.Equal([0, 0], database.Read(session =>
        {
            var before = Numbers(session);
            WriteAsync(database, 1).Wait(TestContext.Current.CancellationToken);
            return before.Concat(Numbers(session)).ToList();
        }));
        Assert.Equal([0, 1], Numbers(database));
        Assert.Throws<InvalidOperationException>(() => database.Read<int>(_ => throw new InvalidOperationException()));
        Assert.Equal([0, 1], Numbers(database));
    }

    [Fact]
    public async Task A_failure_while_nothing_is_written_ends_nothing()
    {
        await using var database = Open();
        await WriteAsync(database, 0);
        var looked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        database.ChangedElsewhere = () =>
        {
            looked.TrySetResult();
            throw new SqliteException("The disk fails.", SqliteCodes.InputOutput);
        };
        await using (var command = new SqliteDatabase(File))
        {
            await WriteAsync(command, 1);
        }

        await looked.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        await WriteAsync(database, 2);
        Assert.Equal([0, 1, 2], Numbers(database));
    }

    [Fact]
    public async Task An_operators_command_writes_while_the_server_does()
    {
        await using var server = Open();
        await using var command = new SqliteDatabase(File);
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => WriteAsync(i % 2 == 0 ? server : command, i)));
        Assert.Equal(400, Numbers(server).Count);
        Assert.Equal(400, Numbers(command).Count);
    }

    [Fact]
    public async Task A_database_of_version_0_is_brought_up_to_date_once()
    {
        await using (var database = new SqliteDatabase(File))
        {
            Assert.Equal(Schema.Version, database.Read(session => session.First("PRAGMA user_version", row => row.GetInt32(0))));
        }

        await using var again = new SqliteDatabase(File);
        Assert.Equal("wal", again.Read(session => session.First("PRAGMA journal_mode", row => row.GetString(0))));
    }

    [Fact]
    public async Task Two_that_open_a_new_file_at_once_both_can()
    {
        var both = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => new SqliteDatabase(File))));
        foreach (var database in both)
        {
            await database.DisposeAsync();
        }

        Assert.Equal(4, both.Length);
    }

    [Fact]
    public async Task A_database_of_a_later_program_is_refused_and_left_as_it_is()
    {
        await using (var database = Open())
        {
            await database.WriteAsync(session => session.Run($"PRAGMA user_version = {Schema.Version + 1}"));
        }

        Assert.Contains("schema version", Assert.Throws<NotSupportedException>(() => new SqliteDatabase(File)).Message);
        using var connection = new SqliteConnection($"Data Source={File};Pooling=false");
        connection.Open();
        using var session = new SqliteSession(connection);
        Assert.Equal(Schema.Version + 1, session.First("PRAGMA user_version", row => row.GetInt32(0)));
    }

    [Fact]
    public async Task What_hangs_on_a_row_goes_with_it() =>
        Assert.Equal(1, await Open(inMemory: true).WriteAsync(session => session.First("PRAGMA foreign_keys", row => row.GetInt32(0))));

    private static void Add(SqliteSession session, int number) => session.Run("INSERT INTO thing VALUES (?1, NULL)", number);

    private static Task<bool> WriteAsync(SqliteDatabase database, int number) => database.WriteAsync(session =>
    {
        Add(session, number);
        return true;
    });

    private static List<int> Numbers(SqliteDatabase database) => database.Read(Numbers);

    private static List<int> Numbers(SqliteSession session) =>
        session.Query("SELECT number FROM thing ORDER BY number", row => row.GetInt32(0));

    private SqliteDatabase Open(bool inMemory = false)
    {
        var database = new SqliteDatabase(inMemory ? ":memory:" : File);
        database.WriteAsync(session =>
            session.Run("CREATE TABLE IF NOT EXISTS thing (number INTEGER PRIMARY KEY, content BLOB) STRICT")).Wait();
        return database;
    }
}
