using System.Diagnostics;

namespace Fluister.Benchmarks.Server;

/// <summary>The floor's client: sends, and reads eight bytes for each message.</summary>
internal static class FloorLoad
{
    private const int MessageBytes = 1024;
    private const int Window = 16;

    /// <summary>Sends over many sockets for a time, as fast as answers come.</summary>
    public static async Task<Load> RunAsync(int port, int sockets, TimeSpan time)
    {
        using var over = BenchSocket.Invoker();
        var clients = await Task.WhenAll(Enumerable.Range(0, sockets).Select(_ => BenchSocket.ConnectAsync(over, port, null)));
        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(clients.Select(client => RunAsync(client, start, time)));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        foreach (var client in clients)
        {
            client.Dispose();
        }

        return new Load(counts.Sum(times => times.Count), seconds, [.. counts.SelectMany(times => times)]);
    }

    private static async Task<List<double>> RunAsync(BenchSocket client, long start, TimeSpan time)
    {
        var times = new List<double>();
        var sent = 0;
        for (; sent < Window; sent++)
        {
            await client.SendAsync(Message());
        }

        while (times.Count < sent && await client.ReadAsync() is { } answer)
        {
            times.Add(Load.Since(BitConverter.ToInt64(answer.Span)));
            if (Stopwatch.GetElapsedTime(start) < time)
            {
                await client.SendAsync(Message());
                sent++;
            }
        }

        return times;
    }

    private static byte[] Message()
    {
        var message = new byte[MessageBytes];
        BitConverter.TryWriteBytes(message, Stopwatch.GetTimestamp());
        return message;
    }
}
