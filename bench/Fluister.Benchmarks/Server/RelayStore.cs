using Microsoft.Data.Sqlite;

namespace Fluister.Benchmarks.Server;

/// <summary>The floor's disk: one row for each message, and one fsync for all that wait. Messages are passed on when they
/// are on the disk.</summary>
/// <remarks>Bare SQLite, as whoever writes such a relay would have it: the log is taken over within the commits. The server does that on a
/// thread of its own.</remarks>
internal sealed class RelayStore : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly object _gate = new();
    private List<(byte[] Bytes, RelaySocket From, RelaySocket? To)> _waiting = [];

    /// <summary>Makes the file.</summary>
    public RelayStore(string path)
    {
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        using var command = Command("""
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;
            PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384;
            CREATE TABLE relay (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)
            """);
        command.ExecuteNonQuery();
        new Thread(WriteAll) { IsBackground = true }.Start();
    }

    /// <summary>Passes a message on once it is on the disk.</summary>
    public void Add(byte[] bytes, RelaySocket from, RelaySocket? to)
    {
        lock (_gate)
        {
            _waiting.Add((bytes, from, to));
            if (_waiting.Count == 1)
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private SqliteCommand Command(string text)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        return command;
    }

    private void WriteAll()
    {
        using var begin = Command("BEGIN IMMEDIATE");
        using var commit = Command("COMMIT");
        using var insert = Command("INSERT INTO relay (bytes) VALUES ($1)");
        var value = insert.Parameters.Add("$1", SqliteType.Blob);
        var batch = new List<(byte[] Bytes, RelaySocket From, RelaySocket? To)>();
        while (true)
        {
            batch.Clear();
            lock (_gate)
            {
                while (_waiting.Count == 0)
                {
                    Monitor.Wait(_gate);
                }

                (batch, _waiting) = (_waiting, batch);
            }

            begin.ExecuteNonQuery();
            foreach (var (bytes, _, _) in batch)
            {
                value.Value = bytes;
                insert.ExecuteNonQuery();
            }

            commit.ExecuteNonQuery();
            foreach (var (bytes, from, to) in batch)
            {
                RelaySocket.Pass(bytes, from, to);
            }
        }
    }
}
