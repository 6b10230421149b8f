using Fluister.Server.Operations;

namespace Fluister.Benchmarks.Server;

/// <summary>What a connection of a device takes of the home server's memory while nothing happens.</summary>
internal static class IdleMemory
{
    private const int ConnectedAtOnce = 50;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    /// <summary>Resident bytes for each of so many connections.</summary>
    public static async Task<double> MeasureAsync(int count)
    {
        using var temporary = new TemporaryFolder();
        var folder = new DataFolder(Path.Combine(temporary.Path, "data"));
        var ids = await BenchAccounts.CreateAsync(folder, count + ConnectedAtOnce);
        var (server, port) = await ServerProcess.StartAsync(HomeServerSubject.Program, "serve", "--data", folder.Path, "--port", "0");
        await using var child = server;
        var sockets = new List<WebSocketLoad>();
        long before = 0;
        foreach (var some in ids.Chunk(ConnectedAtOnce))
        {
            // The first have paid for what all need.
            before = sockets.Count == ConnectedAtOnce ? server.Resident : before;
            sockets.AddRange(await Task.WhenAll(some.Select(id =>
                WebSocketLoad.ConnectAsync(port, "/v1/websocket/", BenchAccounts.Authorization(id)))));
        }

        await Task.Delay(Quiet);
        var after = server.Resident;
        sockets.ForEach(socket => socket.Dispose());
        return (double)(after - before) / count;
    }
}
