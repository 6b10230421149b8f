using Fluister.Server;
using Fluister.Server.Operations;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.Simulation.Worlds;

/// <summary>A server from one start to its end, as its process would be.</summary>
internal sealed class ServerLife : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _working;
    private volatile bool _isOver;

    /// <summary>Opens the files and begins.</summary>
    public ServerLife(WorldServer server, string folder, WorldNetwork network, ServerOptions options, Dice dice)
    {
        Server = server;
        Folder = folder;
        Database = new SqliteDatabase(Path.Combine(folder, "db.sqlite"));
        Home = new HomeServer(
            Database,
            server.Identity,
            server.Time,
            dice,
            options,
            connect: peer => new WorldHandler(network, this, network.Find(peer.Tag), dice.Fork(peer.Tag.ToString())));
        _working = Home.Relay.RunAsync(_stopping.Token);
    }

    /// <summary>How long what needs no time of the world's may take, by the clock on the wall: what takes longer hangs.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Whose.</summary>
    public WorldServer Server { get; }

    /// <summary>Where its files are.</summary>
    public string Folder { get; }

    /// <summary>Its database.</summary>
    public SqliteDatabase Database { get; }

    /// <summary>The server itself.</summary>
    public HomeServer Home { get; }

    /// <summary>Whether it has ended: what it still says, nobody hears.</summary>
    public bool IsOver => _isOver;

    /// <summary>Why its work has ended by itself; none while it has not.</summary>
    public Exception? Failure => _isOver ? null : _working.Exception;

    /// <summary>Ends it as a killed process ends: nobody hears of it any more, and it does nothing more that anybody sees.</summary>
    public void Kill()
    {
        _isOver = true;
        _stopping.Cancel();
    }

    /// <summary>Ends it in good order, or clears up what was killed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
#pragma warning disable VSTHRD003 // It was started here.
        await Task.WhenAny(_working).WaitAsync(Patience).ConfigureAwait(false);
#pragma warning restore VSTHRD003
        Home.Dispose();
        await Database.DisposeAsync().AsTask().WaitAsync(Patience).ConfigureAwait(false);
        _isOver = true;
        _stopping.Dispose();
    }
}
