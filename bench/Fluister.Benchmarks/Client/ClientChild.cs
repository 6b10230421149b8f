using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Fluister.Archive.Accounts;
using Fluister.Client;
using Fluister.Client.Contents;
using Fluister.Protocol.Addresses;

namespace Fluister.Benchmarks.Client;

/// <summary>A process of its own with one account, so that its CPU time and memory are the client's alone.</summary>
internal static class ClientChild
{
    /// <summary>Messages that are sent before those that are measured; the receiver gets them all.</summary>
    public const int WarmUp = 400;

    private const string Text = "A message as people write them: two lines at most, and nothing that is long.";

    /// <summary>client-child FOLDER send|receive ID COUNT</summary>
    public static async Task<int> RunAsync(string path, string what, string person, int count)
    {
        var clock = Stopwatch.StartNew();
        using var key = StoreKey.Open(AccountFolder.At(path));
        await using var client = AccountClient.Open(path, key);
        var last = client.LastMessages(ServiceId.TryParse(person, out var other) ? other : throw new ArgumentException(person), 50);
        var opened = clock.Elapsed.TotalMilliseconds;
        var reading = Task.Run(async () =>
        {
            await foreach (var _ in client.Events.ReadAllAsync())
            {
            }
        });
        var result = what == "send" ? await SendAsync(client, other, count) : await ReceiveAsync(client, count);
        result["openMilliseconds"] = opened;
        result["shown"] = last.Count;
        result["peakMegabytes"] = Peak();
        Console.WriteLine(result.ToJsonString());
        await client.DisposeAsync();
        await reading;
        return 0;
    }

    private static async Task<JsonObject> SendAsync(AccountClient client, ServiceId other, int count)
    {
        client.Connect(receive: false);
        var draft = new Draft { Text = Text };
        for (var i = 0; i < WarmUp; i++)
        {
            await client.SendAsync(other, draft, CancellationToken.None);
        }

        await client.SentAsync(CancellationToken.None);
        var (cpu, wall) = (Cpu(), Stopwatch.StartNew());
        for (var i = 0; i < count; i++)
        {
            await client.SendAsync(other, draft, CancellationToken.None);
        }

        await client.SentAsync(CancellationToken.None);
        return Result(Cpu() - cpu, wall.Elapsed.TotalSeconds, count);
    }

    private static async Task<JsonObject> ReceiveAsync(AccountClient client, int count)
    {
        var (cpu, wall) = (Cpu(), Stopwatch.StartNew());
        client.Connect(receive: true);
        await client.QueueEmptyAsync(CancellationToken.None);
        return Result(Cpu() - cpu, wall.Elapsed.TotalSeconds, count);
    }

    private static JsonObject Result(double cpu, double wall, int count) => new()
    {
        ["cpuMicroseconds"] = cpu * 1e6 / count,
        ["perSecond"] = count / wall,
    };

    private static double Cpu() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    private static double Peak() => double.Parse(File.ReadLines("/proc/self/status")
        .First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
        CultureInfo.InvariantCulture) / 1024;
}
