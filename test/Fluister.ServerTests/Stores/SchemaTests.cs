using Fluister.Server.Stores.Sqlite;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Fluister.ServerTests.Stores;

/// <summary>What the tables do by themselves.</summary>
public sealed class SchemaTests
{
    [Fact]
    public void The_end_of_a_mailbox_takes_as_many_steps_more_as_it_has_more_letters()
    {
        var (few, many) = (Steps(500), Steps(2000));
        Assert.InRange(many, 2 * few, 6 * few);
    }

    [Fact]
    public void What_went_to_many_stays_for_the_others()
    {
        using var connection = Open();
        using var session = new SqliteSession(connection);
        Fill(session, 1);
        session.RunOnce(
            """
            INSERT INTO device SELECT aci, 2, salt, hash, 2, NULL, NULL, '', 0, 0 FROM device;
            INSERT INTO mailbox VALUES (2, zeroblob(16), 2);
            INSERT INTO letter VALUES (10, 2, 1, 1, 1, x'01'), (11, 1, 1, 1, 1, x'01'), (12, 1, 1, 1, NULL, x'01');
            UPDATE payload SET letters = 3;
            DELETE FROM device WHERE id = 1
            """);
        Assert.Equal([(10, 1L)], session.Query("SELECT seq, payload FROM letter", row => (row.GetInt32(0), row.GetInt64(1))));
        Assert.Equal([1], session.Query("SELECT letters FROM payload", row => row.GetInt32(0)));
        session.RunOnce("DELETE FROM device");
        Assert.Empty(session.Query("SELECT letters FROM payload", row => row.GetInt32(0)));
    }

    // In hundreds of instructions of SQLite's machine.
    private static int Steps(int letters)
    {
        using var connection = Open();
        using var session = new SqliteSession(connection);
        Fill(session, letters);
        var steps = 0;
        raw.sqlite3_progress_handler(
            connection.Handle,
            100,
            _ =>
            {
                steps++;
                return 0;
            },
            null);
        session.RunOnce("DELETE FROM device");
        raw.sqlite3_progress_handler(connection.Handle, 0, null, null);
        Assert.Equal(0, session.First("SELECT (SELECT COUNT(*) FROM payload) + (SELECT COUNT(*) FROM letter)", row => row.GetInt32(0)));
        return steps;
    }

    private static void Fill(SqliteSession session, int letters)
    {
        Schema.Migrate(session);
        session.RunOnce(
            $"""
            INSERT INTO account (aci, aci_identity) VALUES (zeroblob(16), x'01');
            INSERT INTO device VALUES (zeroblob(16), 1, x'01', x'01', 1, NULL, NULL, '', 0, 0);
            INSERT INTO mailbox VALUES (1, zeroblob(16), 1);
            WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {letters})
                INSERT INTO payload SELECT n, x'01', 1 FROM number;
            INSERT INTO letter SELECT id, 1, 1, 1, id, x'01' FROM payload
            """);
    }

    private static SqliteConnection Open()
    {
        var connection = new SqliteConnection("Data Source=:memory:;Pooling=false;Foreign Keys=true");
        connection.Open();
        return connection;
    }
}
