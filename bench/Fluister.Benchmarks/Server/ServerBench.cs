using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Fluister.Server.Operations;
using Microsoft.Data.Sqlite;

namespace Fluister.Benchmarks.Server;

/// <summary>The home server, in a process of its own: memory for each idle connection, and messages from their sending to their
/// acknowledgement, beside what a bare socket and store take in the same run. Figures of other servers are not here yet.</summary>
internal static class ServerBench
{
    private const int Pairs = 50;
    private const int Offered = 1000;
    private const int ConnectedAtOnce = 50;
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "fluister-server");

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is ["server-floor", var path])
        {
            return await Floor.ServeAsync(path);
        }

        int Given(string name, int otherwise) =>
            Array.IndexOf(arguments, name) is > 0 and var at ? int.Parse(arguments[at + 1], CultureInfo.InvariantCulture) : otherwise;
        var (sockets, time) = (Given("--sockets", 2000), TimeSpan.FromSeconds(Given("--seconds", 5)));
        var (ours, floor, paced, cpu) = (new List<Load>(), new List<Load>(), new List<Load>(), new List<double>());
        var idle = await IdleAsync(sockets);
        for (var round = Given("--rounds", 3); round > 0; round--)
        {
            floor.Add(await FloorAsync(time));
            var (whole, seconds) = await PairsAsync(time, null);
            ours.Add(whole);
            cpu.Add(seconds * 1e6 / whole.Messages);
            paced.Add((await PairsAsync(time, TimeSpan.FromSeconds((double)Pairs / Offered))).Load);
        }

        var (us, least) = (Median(ours.Select(load => load.PerSecond)), Median(floor.Select(load => load.PerSecond)));
        var result = new JsonObject
        {
            ["cores"] = Environment.ProcessorCount,
            ["idleSockets"] = sockets,
            ["bytesPerIdleSocket"] = Math.Round(idle),
            ["messagesPerSecond"] = Math.Round(us),
            ["floorPerSecond"] = Math.Round(least),
            ["ratioToFloor"] = Math.Round(us / least, 3),
            ["serverCpuMicrosecondsPerMessage"] = Math.Round(Median(cpu)),
            ["offeredPerSecond"] = Offered,
            ["carriedPerSecond"] = Math.Round(Median(paced.Select(load => load.PerSecond))),
            ["p50Milliseconds"] = Math.Round(Median(paced.Select(load => load.Percentile(0.5))), 1),
            ["p99Milliseconds"] = Math.Round(Median(paced.Select(load => load.Percentile(0.99))), 1),
        };
        if (arguments.Contains("--json"))
        {
            Console.WriteLine(result.ToJsonString());
            return 0;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {result["cores"]} cores, which both sides share; {Pairs} pairs, messages of 1 KB, on the disk before they are answered
            idle TLS WebSocket of a device                {idle / 1024,10:F1} KiB of the server's resident memory, over {sockets}
            sent, delivered and acknowledged              {us,10:F0} messages a second
            the floor: a socket, one row, one answer      {least,10:F0} messages a second
            ratio                                         {us / least,10:F2}   (ours: a message and its receipt, written and deleted)
            at {Offered} a second offered, to arrival  p50 {result["p50Milliseconds"]} ms, p99 {result["p99Milliseconds"]} ms
            """));
        return 0;
    }

    // Bytes for each socket, once all are connected and quiet.
    private static async Task<double> IdleAsync(int count)
    {
        using var temporary = new TemporaryFolder();
        var folder = new DataFolder(Path.Combine(temporary.Path, "data"));
        var ids = await BenchAccounts.CreateAsync(folder, count + ConnectedAtOnce);
        await using var server = await BenchServer.StartAsync(Program, "serve", "--data", folder.Path, "--port", "0");
        using var over = BenchSocket.Invoker();
        var sockets = new List<BenchSocket>();
        long before = 0;
        foreach (var some in ids.Chunk(ConnectedAtOnce))
        {
            // The first have paid for what all need.
            before = sockets.Count == ConnectedAtOnce ? server.Resident : before;
            sockets.AddRange(await Task.WhenAll(some.Select(id =>
                BenchSocket.ConnectAsync(over, server.Port, BenchAccounts.Authorization(id)))));
        }

        await Task.Delay(TimeSpan.FromSeconds(3));
        var after = server.Resident;
        sockets.ForEach(socket => socket.Dispose());
        return (double)(after - before) / count;
    }

    private static async Task<Load> FloorAsync(TimeSpan time)
    {
        using var temporary = new TemporaryFolder();
        await using var server = await BenchServer.StartAsync(
            Environment.ProcessPath!, "server-floor", Path.Combine(temporary.Path, "floor.sqlite"));
        return await FloorLoad.RunAsync(server.Port, Pairs, time);
    }

    private static async Task<(Load Load, double Cpu)> PairsAsync(TimeSpan time, TimeSpan? interval)
    {
        using var temporary = new TemporaryFolder();
        var folder = new DataFolder(Path.Combine(temporary.Path, "data"));
        var ids = await BenchAccounts.CreateAsync(folder, Pairs * 2);
        await using var server = await BenchServer.StartAsync(Program, "serve", "--data", folder.Path, "--port", "0");
        using var over = BenchSocket.Invoker();
        var pairs = await Task.WhenAll(ids.Chunk(2).Select(pair => PairLoad.ConnectAsync(over, server.Port, pair[0], pair[1])));
        var (cpu, start) = (server.Cpu, Stopwatch.GetTimestamp());
        await Task.WhenAll(pairs.Select(pair => pair.RunAsync(time, interval)));
        while (Waiting(folder.Database) > 0)
        {
            await Task.Delay(5);
        }

        var load = new Load(
            pairs.Sum(pair => pair.Times.Count()), Stopwatch.GetElapsedTime(start).TotalSeconds, [.. pairs.SelectMany(pair => pair.Times)]);
        cpu = server.Cpu - cpu;
        foreach (var pair in pairs)
        {
            pair.Dispose();
        }

        return (load, cpu);
    }

    private static long Waiting(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM mailbox";
        return (long)command.ExecuteScalar()!;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
