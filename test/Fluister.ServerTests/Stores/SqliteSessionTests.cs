using Fluister.Server.Stores.Sqlite;
using Microsoft.Data.Sqlite;

namespace Fluister.ServerTests.Stores;

/// <summary>A connection with its prepared statements.</summary>
public sealed class SqliteSessionTests : IDisposable
{
    private readonly SqliteConnection _connection = new("Data Source=:memory:;Pooling=false");
    private readonly SqliteSession _session;

    public SqliteSessionTests()
    {
        _connection.Open();
        _session = new SqliteSession(_connection);
        _session.RunOnce("CREATE TABLE thing (number INTEGER, text TEXT); INSERT INTO thing VALUES (1, 'a'), (2, NULL)");
    }

    public void Dispose()
    {
        _session.Dispose();
        _connection.Dispose();
    }

    [Fact]
    public void A_statement_within_the_same_statement_has_rows_of_its_own() =>
        Assert.Equal(
            ["1:1", "1:2", "2:1", "2:2"],
            Rows(outer => Rows(inner => [$"{outer}:{inner}"])));

    [Fact]
    public void Statements_are_kept_but_not_without_bound()
    {
        _session.Run("DELETE FROM thing WHERE number = ?1", 1);
        _session.Run("DELETE FROM thing WHERE number = ?1", 2);
        Assert.Equal(1, _session.Kept);
        for (var i = 0; i < 2 * SqliteSession.KeptStatements; i++)
        {
            Assert.Equal(i, _session.First($"SELECT {i}", row => row.GetInt32(0)));
        }

        Assert.Equal(SqliteSession.KeptStatements, _session.Kept);
    }

    [Fact]
    public void A_statement_that_failed_can_be_run_again()
    {
        _session.RunOnce("CREATE UNIQUE INDEX one ON thing (number)");
        Assert.Throws<SqliteException>(() => _session.Run("INSERT INTO thing VALUES (?1, ?2)", 1, "b"));
        Assert.Equal(1, _session.Run("INSERT INTO thing VALUES (?1, ?2)", 3, "b"));
        Assert.Throws<InvalidOperationException>(() =>
            _session.Query<int>("SELECT number FROM thing", _ => throw new InvalidOperationException()));
        Assert.Equal(3, _session.Query("SELECT number FROM thing", row => row.GetInt32(0)).Count);
    }

    [Fact]
    public void None_is_NULL_both_ways()
    {
        Assert.Equal(1, _session.First("SELECT COUNT(*) FROM thing WHERE text IS ?1", row => row.GetInt32(0), [null]));
        Assert.Null(_session.First("SELECT text FROM thing WHERE number = 7", row => row.GetString(0)));
    }

    private List<string> Rows(Func<int, IEnumerable<string>> each) =>
        [.. _session.Query("SELECT number FROM thing WHERE number > ?1 ORDER BY number", row => each(row.GetInt32(0)).ToList(), 0)
            .SelectMany(rows => rows)];

    [Fact]
    public void A_failure_of_a_statement_after_one_that_gave_a_row_is_told()
    {
        Assert.Throws<SqliteException>(() => _session.RunOnce("PRAGMA busy_timeout = 1; INSERT INTO nothing VALUES (1)"));
        _session.RunOnce("SELECT 1; INSERT INTO thing VALUES (3, 'c'); SELECT 2; INSERT INTO thing VALUES (4, 'd')");
        Assert.Equal(4, _session.First("SELECT COUNT(*) FROM thing", row => row.GetInt32(0)));
    }
}
