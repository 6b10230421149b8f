using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Fluister.Server.Operations;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Benchmarks.Server;

/// <summary>Thousands of idle WebSockets over TLS, each a device's: the server's resident memory for each, and how long a message to one of
/// them takes.</summary>
internal static class IdleBench
{
    private const int AtOnce = 50;
    private const int First = 500;
    private const int Messages = 200;

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var sockets = Array.IndexOf(arguments, "--sockets") is > 0 and var at
            ? int.Parse(arguments[at + 1], CultureInfo.InvariantCulture)
            : 10_000;
        foreach (var isHttp2 in arguments.Contains("--http1") ? [false] : arguments.Contains("--http2") ? [true] : new[] { false, true })
        {
            var (bytes, connected, times) = await RunAsync(sockets, isHttp2, arguments.Contains("--wait"));
            var result = new JsonObject
            {
                ["http"] = isHttp2 ? 2 : 1,
                ["idleSockets"] = sockets,
                ["bytesPerIdleSocket"] = Math.Round(bytes),
                ["connectionsPerSecond"] = Math.Round(connected),
                ["p50Milliseconds"] = Math.Round(times[times.Count / 2], 2),
                ["p99Milliseconds"] = Math.Round(times[times.Count * 99 / 100], 2),
            };
            Console.WriteLine(result.ToJsonString());
        }

        return 0;
    }

    private static async Task<(double Bytes, double Connected, List<double> Times)> RunAsync(int count, bool isHttp2, bool waits)
    {
        using var temporary = new TemporaryFolder();
        var folder = new DataFolder(Path.Combine(temporary.Path, "data"));
        var ids = await BenchAccounts.CreateAsync(folder, count + First + 1);
        var (server, port) = await ServerProcess.StartAsync(HomeServerSubject.Program, "serve", "--data", folder.Path, "--port", "0");
        await using var child = server;
        var clients = new List<IdleClient>();
        var (before, start) = (0L, 0L);
        foreach (var some in ids.Skip(1).Chunk(AtOnce))
        {
            if (clients.Count == First)
            {
                // The first have paid for what all need.
                (before, start) = (server.Resident, Stopwatch.GetTimestamp());
            }

            clients.AddRange(await Task.WhenAll(some.Select((id, i) =>
                IdleClient.ConnectAsync(clients.Count + i, port, BenchAccounts.Authorization(id), isHttp2))));
        }

        var connected = count / Stopwatch.GetElapsedTime(start).TotalSeconds;

        // Longer than the interval of keep-alive, so that each has been asked whether it is there.
        await Task.Delay(TimeSpan.FromSeconds(40));
        var bytes = (double)(server.Resident - before) / count;
        if (waits)
        {
            Console.WriteLine("The server waits to be looked at; Enter goes on.");
            Console.ReadLine();
        }

        var times = await SendAsync(port, ids, clients);
        clients.ForEach(client => client.Dispose());
        return (bytes, connected, times);
    }

    // One after the other, to those that have been idle, from the request to the arrival.
    private static async Task<List<double>> SendAsync(int port, Guid[] ids, List<IdleClient> clients)
    {
        using var sender = await IdleClient.ConnectAsync(0, port, BenchAccounts.Authorization(ids[0]), isHttp2: false);
        var times = new List<double>();
        for (var i = 0; i < Messages; i++)
        {
            var to = (int)((long)i * 7919 % clients.Count);
            var body = $$"""
                {"timestamp":{{i + 1}},"messages":[{"type":1,"destinationDeviceId":1,
                "destinationRegistrationId":{{BenchAccounts.RegistrationId}},"content":"AAAA"}]}
                """;
            var arrived = clients[to].NextMessageAsync();
            var start = Stopwatch.GetTimestamp();
            await sender.SendAsync(new SocketMessage
            {
                Type = SocketMessage.Types.Type.Request,
                Request = new SocketRequest
                {
                    Verb = "PUT",
                    Path = $"/v1/messages/{ids[to + 1]}",
                    Id = (ulong)i + 1,
                    Body = ByteString.CopyFromUtf8(body),
                },
            }.ToByteArray());
            times.Add(Stopwatch.GetElapsedTime(start, await arrived).TotalMilliseconds);
        }

        times.Sort();
        return times;
    }
}
