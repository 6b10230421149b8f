using System.Globalization;
using Fluister.InteropTests.Server;
using Fluister.InteropTests.Server.Faults;
using Fluister.ServerTests;

namespace Fluister.InteropTests.Federation;

/// <summary>Either server is killed in the middle of its work, or held, again and again, while devices of the one write to devices of the
/// other: nothing that the sender's server has answered for is lost, nothing comes twice, and the order is kept.</summary>
public sealed class KilledTests(TwoServers servers, OfficialNet net) : IClassFixture<TwoServers>, IClassFixture<OfficialNet>
{
    private const int Receivers = 3;
    private const int Senders = 4;
    private const int Rounds = 6;

    private static int Seed => int.Parse(
        Environment.GetEnvironmentVariable("FLUISTER_FUZZ_SEED") ?? "7", NumberStyles.None, CultureInfo.InvariantCulture);

    [Fact]
    public async Task What_was_answered_is_delivered_in_order_and_once()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (here, there) = (net.Open(servers.Here, 2), net.Open(servers.There, 2));
        var history = new History();
        var receivers = Enumerable.Range(0, Receivers)
            .Select(i => new Receiver($"r{i}", there.Register(), history, Seed + i)).ToList();
        var senders = Enumerable.Range(0, Senders)
            .Select(i => new Sender($"s{i}-", i % 2 == 0 ? here.Register() : null, receivers, history, Seed + 100 + i)).ToList();
        Meet(here, receivers);
        using var overHere = new HttpMessageInvoker(servers.Here.Trusting());
        using var overThere = new HttpMessageInvoker(servers.There.Trusting());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var answered = new SemaphoreSlim(0);
        Task<SocketClient> Here(string? header, CancellationToken until) =>
            SocketClient.ConnectAsync(overHere, servers.Here.Port, header, until);
        Task<SocketClient> There(string? header, CancellationToken until) =>
            SocketClient.ConnectAsync(overThere, servers.There.Port, header, until);
        var living = receivers.Select(receiver => receiver.RunAsync(There, stop.Token))
            .Concat(senders.Select(sender => sender.RunAsync(Here, () => answered.Release(), stop.Token))).ToList();
        await HarmAsync(answered, living, cancellation);
        await stop.CancelAsync();
        await Task.WhenAll(living);

        // Now everybody behaves, until what waited has crossed and was read, and the receipts have come back.
        Soon.Is(() => TwoServers.Waiting(servers.Here) == 0, "The outbox here");
        await FinishAsync(receivers.Select(receiver => receiver.FinishAsync(There, cancellation)));
        Soon.Is(() => TwoServers.Waiting(servers.There) == 0, "The outbox there");
        await FinishAsync(senders.Select(sender => sender.FinishAsync(Here, cancellation)));
        Assert.Equal(0, servers.There.Stop());
        foreach (var (device, id) in history.Receptions.Select(came => (came.Device, came.Id)).Distinct())
        {
            history.Confirm(device, id);
        }

        servers.There.Start();
        await FinishAsync(receivers.Select(receiver => receiver.FinishAsync(There, cancellation)));
        var verdict = Checker.Judge(history);
        TestContext.Current.TestOutputHelper?.WriteLine($"Seed {Seed}: {verdict}");
        Assert.True(verdict.IsClean, $"Seed {Seed}: {verdict}");
        Assert.InRange(verdict.Accepted, Rounds * 20, int.MaxValue);
    }

    // In turn, each at any place of its work.
    private async Task HarmAsync(SemaphoreSlim answered, List<Task> living, CancellationToken cancellation)
    {
        var random = new Random(Seed);
        for (var round = 0; round < Rounds; round++)
        {
            for (var enough = random.Next(20, 70); enough > 0; enough--)
            {
                while (!await answered.WaitAsync(TimeSpan.FromSeconds(1), cancellation))
                {
                    // Somebody who failed tells why.
                    await (living.Find(one => one.IsFaulted) ?? Task.CompletedTask);
                }
            }

            var server = round % 2 == 0 ? servers.There : servers.Here;
            if (random.Next(3) == 0)
            {
                server.Pause();
                await Task.Delay(random.Next(5, 300), cancellation);
                server.Resume();
            }

            server.Kill();
            server.Start();
        }
    }

    // Whoever was written to once is known.
    private static void Meet(OfficialClient here, List<Receiver> receivers)
    {
        var chat = here.Connect(here.Register());
        chat.Next("empty");
        foreach (var receiver in receivers)
        {
            Assert.Equal(200, chat.Fetch("GET", $"/v2/keys/{receiver.Account.Aci}/*").Status);
        }

        chat.Disconnect();
    }

    private static async Task FinishAsync(IEnumerable<Task> work)
    {
        foreach (var one in work)
        {
            await one;
        }
    }
}
