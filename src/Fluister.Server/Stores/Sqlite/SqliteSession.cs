using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Fluister.Server.Stores.Sqlite;

/// <summary>A connection with its statements, prepared once. For one thread at a time.</summary>
/// <remarks>What reads a row may use the session again, with the same statement too.</remarks>
internal sealed class SqliteSession(SqliteConnection connection) : IDisposable
{
    /// <summary>Most statements that are kept prepared: more than the program has, unless it makes statements up as it goes.</summary>
    public const int KeptStatements = 256;

    private readonly Dictionary<string, SqliteCommand> _commands = [];

    // By the text itself, not what it says: a program's literals are one object each.
    private readonly Dictionary<object, SqliteStatement> _statements = new(ReferenceEqualityComparer.Instance);

    /// <summary>How many statements are kept prepared.</summary>
    public int Kept => _commands.Count;

    /// <summary>How many statements were run: what a piece of work has cost.</summary>
    public long Runs { get; private set; }

    /// <summary>Runs a statement; parameters are ?1, ?2 and so on.</summary>
    /// <returns>Rows changed.</returns>
    public int Run(string sql, params ReadOnlySpan<object?> values)
    {
        var command = Take(sql, values);
        try
        {
            return command.ExecuteNonQuery();
        }
        finally
        {
            GiveBack(sql, command);
        }
    }

    /// <summary>A statement that is run for every message; of those there are few, each a literal of the program.</summary>
    public SqliteStatement Statement(string literal)
    {
        Runs++;
        if (!_statements.TryGetValue(literal, out var statement))
        {
            _statements[literal] = statement = new SqliteStatement(connection.Handle!, literal);
        }

        return statement;
    }

    /// <summary>How many pages this connection has written since it was asked the last time.</summary>
    public int TakeWrittenPages()
    {
        raw.sqlite3_db_status(connection.Handle!, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, 1);
        return pages;
    }

    /// <summary>Runs statements that will not come again; of those that give rows, up to the first row.</summary>
    /// <exception cref="SqliteException">One of them failed, whichever; those after it were not run.</exception>
    public void RunOnce(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;

        // ExecuteNonQuery runs what comes after a row while it disposes of its reader, which passes over failures.
        using var reader = command.ExecuteReader();
        while (reader.NextResult())
        {
            // The next one.
        }
    }

    /// <summary>The rows of a query.</summary>
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> row, params ReadOnlySpan<object?> values) =>
        Query(sql, row, static () => false, values);

    /// <summary>The rows of a query until there are enough.</summary>
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> row, Func<bool> isEnough, params ReadOnlySpan<object?> values)
    {
        var rows = new List<T>();
        var command = Take(sql, values);
        try
        {
            using var reader = command.ExecuteReader();
            while (!isEnough() && reader.Read())
            {
                rows.Add(row(reader));
            }
        }
        finally
        {
            GiveBack(sql, command);
        }

        return rows;
    }

    /// <summary>The first row of a query, or none.</summary>
    public T? First<T>(string sql, Func<SqliteDataReader, T> row, params ReadOnlySpan<object?> values)
    {
        var command = Take(sql, values);
        try
        {
            using var reader = command.ExecuteReader();
            return reader.Read() ? row(reader) : default;
        }
        finally
        {
            GiveBack(sql, command);
        }
    }

    /// <summary>Takes back a transaction, if one is open.</summary>
    public void TryRollback()
    {
        try
        {
            Statement("ROLLBACK").Run();
        }
        catch (SqliteException)
        {
            // SQLite has taken it back itself, as it does on a full disk.
        }
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }

        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        connection.Dispose();
    }

    // Out of the table while it is at work, so that the same statement within it gets a command of its own.
    private SqliteCommand Take(string sql, ReadOnlySpan<object?> values)
    {
        Runs++;
        if (!_commands.Remove(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = $"?{i + 1}" });
            }
        }

        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return command;
    }

    private void GiveBack(string sql, SqliteCommand command)
    {
        if (_commands.Count == KeptStatements || !_commands.TryAdd(sql, command))
        {
            command.Dispose();
        }
    }
}
