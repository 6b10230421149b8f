using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Fluister.Server.Stores.Sqlite;

/// <summary>A prepared statement without the ceremony of a command: for those that every message runs. For one thread at a time.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    /// <summary>Prepares it, for as long as the connection is open.</summary>
    public SqliteStatement(sqlite3 database, string sql)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    /// <summary>Gives a parameter its value; the first is 1. Values stay until they are given anew.</summary>
    public SqliteStatement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, parameter, value));
        return this;
    }

    /// <summary>Gives a parameter its value, or NULL.</summary>
    public SqliteStatement Bind(int parameter, long? value)
    {
        Check(value is { } given
            ? raw.sqlite3_bind_int64(_statement, parameter, given)
            : raw.sqlite3_bind_null(_statement, parameter));
        return this;
    }

    /// <summary>Gives a parameter its value, which is copied.</summary>
    public SqliteStatement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_blob(_statement, parameter, value));
        return this;
    }

    /// <summary>Runs it to its end; the first column of its first row, or none where it gave no row.</summary>
    public long? Run()
    {
        long? first = null;
        try
        {
            int code;
            while ((code = raw.sqlite3_step(_statement)) == raw.SQLITE_ROW)
            {
                first ??= raw.sqlite3_column_int64(_statement, 0);
            }

            Check(code == raw.SQLITE_DONE ? raw.SQLITE_OK : code);
            return first;
        }
        finally
        {
            // It repeats the failure that the step has told.
            _ = raw.sqlite3_reset(_statement);
        }
    }

    /// <summary>Runs it to its first row; that row's first two columns, or none where it gave no row.</summary>
    public (long First, long Second)? RunForTwo()
    {
        try
        {
            var code = raw.sqlite3_step(_statement);
            if (code == raw.SQLITE_ROW)
            {
                return (raw.sqlite3_column_int64(_statement, 0), raw.sqlite3_column_int64(_statement, 1));
            }

            Check(code == raw.SQLITE_DONE ? raw.SQLITE_OK : code);
            return null;
        }
        finally
        {
            _ = raw.sqlite3_reset(_statement);
        }
    }

    /// <summary>Runs it to its end; how many rows it has changed.</summary>
    public int RunForChanges()
    {
        Run();
        return raw.sqlite3_changes(_database);
    }

    /// <summary>Lets go of it.</summary>
    public void Dispose() => _statement.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            SqliteException.ThrowExceptionForRC(code, _database);
        }
    }
}
