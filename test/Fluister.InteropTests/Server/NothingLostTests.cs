using System.Diagnostics;
using System.Globalization;
using Fluister.InteropTests.Server.Faults;
using Fluister.ServerTests;

namespace Fluister.InteropTests.Server;

/// <summary>The server is killed in the middle of its work, or held, again and again, while its clients misbehave; nothing that it has
/// answered for is lost.</summary>
public sealed class NothingLostTests(ServerProcess server, OfficialNet net) : IClassFixture<ServerProcess>, IClassFixture<OfficialNet>
{
    private const int Receivers = 4;
    private const int Senders = 6;

    private static bool IsLong => Environment.GetEnvironmentVariable("FLUISTER_LONG_TESTS") == "1";

    // So many ends of the server at most, or as many as this time holds.
    private static int Rounds => IsLong ? 50 : 8;

    private static TimeSpan Patience => IsLong ? TimeSpan.FromMinutes(30) : TimeSpan.FromSeconds(20);

    private static int Seed => int.Parse(
        Environment.GetEnvironmentVariable("FLUISTER_FUZZ_SEED") ?? "5", NumberStyles.None, CultureInfo.InvariantCulture);

    [Fact]
    public async Task What_was_answered_is_delivered_in_order_and_never_again_once_its_acknowledgement_is_on_the_disk()
    {
        var cancellation = TestContext.Current.CancellationToken;
        server.AllowFloods();
        var client = net.Open(server, 2);
        var history = new History();
        var receivers = Enumerable.Range(0, Receivers)
            .Select(i => new Receiver($"r{i}", client.Register(), history, Seed + i)).ToList();
        var senders = Enumerable.Range(0, Senders)
            .Select(i => new Sender($"s{i}-", i % 2 == 0 ? client.Register() : null, receivers, history, Seed + 100 + i)).ToList();
        using var over = new HttpMessageInvoker(server.Trusting());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var answered = new SemaphoreSlim(0);
        Task<SocketClient> Connect(string? header, CancellationToken until) =>
            SocketClient.ConnectAsync(over, server.Port, header, until, server.Port % 2 == 0 ? new Version(2, 0) : null);
        var living = receivers.Select(receiver => receiver.RunAsync(Connect, stop.Token))
            .Concat(senders.Select(sender => sender.RunAsync(Connect, () => answered.Release(), stop.Token))).ToList();
        var rounds = await HarmAsync(answered, living, cancellation);
        await stop.CancelAsync();
        await Task.WhenAll(living);

        // Now everybody behaves; and once the server has ended in good order, all that was acknowledged before has been taken.
        await FinishAsync(receivers, senders, Connect, cancellation);
        Assert.Equal(0, server.Stop());
        foreach (var (device, id) in history.Receptions.Select(came => (came.Device, came.Id)).Distinct())
        {
            history.Confirm(device, id);
        }

        server.Start();
        await FinishAsync(receivers, senders, Connect, cancellation);
        var verdict = Checker.Judge(history);
        TestContext.Current.TestOutputHelper?.WriteLine($"Seed {Seed}, {rounds} ends: {verdict}");
        Assert.True(verdict.IsClean, $"Seed {Seed}, {rounds} ends: {verdict}");
        Assert.InRange(verdict.Accepted, rounds * 10, int.MaxValue);
    }

    // Ends the server at any place of its work, and holds it now and then.
    private async Task<int> HarmAsync(SemaphoreSlim answered, List<Task> living, CancellationToken cancellation)
    {
        var random = new Random(Seed);
        var clock = Stopwatch.StartNew();
        var round = 0;
        for (; round < Rounds && clock.Elapsed < Patience; round++)
        {
            for (var enough = random.Next(10, 400); enough > 0; enough--)
            {
                while (!await answered.WaitAsync(TimeSpan.FromSeconds(1), cancellation))
                {
                    // Somebody who failed tells why.
                    await (living.Find(one => one.IsFaulted) ?? Task.CompletedTask);
                }
            }

            if (random.Next(3) == 0)
            {
                server.Pause();
                await Task.Delay(random.Next(5, 300), cancellation);
                server.Resume();
                await Task.Delay(random.Next(0, 30), cancellation);
            }

            server.Kill();
            server.Start();
        }

        return round;
    }

    private static async Task FinishAsync(
        List<Receiver> receivers,
        List<Sender> senders,
        Func<string?, CancellationToken, Task<SocketClient>> connect,
        CancellationToken cancellation)
    {
        foreach (var receiver in receivers)
        {
            await receiver.FinishAsync(connect, cancellation);
        }

        foreach (var sender in senders)
        {
            await sender.FinishAsync(connect, cancellation);
        }
    }
}
