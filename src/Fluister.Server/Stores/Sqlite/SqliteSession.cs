using Microsoft.Data.Sqlite;

namespace Fluister.Server.Stores.Sqlite;

/// <summary>A connection with its statements, prepared once. For one thread at a time.</summary>
/// <remarks>What reads a row may use the session again, with the same statement too.</remarks>
internal sealed class SqliteSession(SqliteConnection connection) : IDisposable
{
    /// <summary>Most statements that are kept prepared: more than the program has, unless it makes statements up as it goes.</summary>
    public const int KeptStatements = 256;

    private readonly Dictionary<string, SqliteCommand> _commands = [];

    /// <summary>How many statements are kept prepared.</summary>
    public int Kept => _commands.Count;

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

    /// <summary>Runs statements that will not come again.</summary>
    public void RunOnce(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
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
            RunOnce("ROLLBACK");
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

        connection.Dispose();
    }

    // Out of the table while it is at work, so that the same statement within it gets a command of its own.
    private SqliteCommand Take(string sql, ReadOnlySpan<object?> values)
    {
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
