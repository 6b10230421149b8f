using Fluister.Server.Stores.Sqlite;

namespace Fluister.ServerTests.Stores.Conformance;

/// <summary>A server over one of the databases that it can be built on. The tests beside this say what the stores promise, by their public
/// operations alone, and each runs over every backend: a further one is a further name here.</summary>
internal sealed class Backend(string name) : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The names of all.</summary>
    public static TheoryData<string> All => ["memory", "file"];

    /// <summary>The server; another after <see cref="ReopenAsync"/>.</summary>
    public TestServer Server { get; private set; } = null!;

    /// <summary>What the stores stand on.</summary>
    public SqliteDatabase Database => Server.Database;

    /// <summary>Opens it.</summary>
    public static Backend Open(string name)
    {
        var backend = new Backend(name);
        backend.Server = backend.New();
        return backend;
    }

    /// <summary>Closes it and opens it again, where that keeps anything.</summary>
    public async Task ReopenAsync()
    {
        if (name != "memory")
        {
            await Server.DisposeAsync();
            Server = New();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }

    private TestServer New() => new(database: name switch
    {
        "memory" => ":memory:",
        "file" => _folder["server.sqlite"],
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    });
}
