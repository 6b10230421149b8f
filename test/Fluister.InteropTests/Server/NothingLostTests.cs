using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Fluister.InteropTests.Server;

/// <summary>The server is killed in the middle of its work, again and again; nothing that it has answered for is lost.</summary>
public sealed class NothingLostTests(ServerProcess server, OfficialNet net) : IClassFixture<ServerProcess>, IClassFixture<OfficialNet>
{
    private const int Pairs = 4;

    private static int Rounds => Environment.GetEnvironmentVariable("FLUISTER_LONG_TESTS") == "1" ? 50 : 5;

    [Fact]
    public async Task What_was_answered_is_delivered_in_order_and_never_again_once_its_acknowledgement_is_on_the_disk()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var client = net.Open(server, 2);
        var pairs = Enumerable.Range(0, Pairs).Select(_ => new Correspondent(client.Register(), client.Register())).ToList();
        using var over = Trusting(server.Authority);
        var random = new Random(5);
        for (var round = 0; round < Rounds; round++)
        {
            // So many answers, and then the end: at any place of the work of a busy server.
            var enough = random.Next(30, 600);
            var answers = 0;
            using var reached = new SemaphoreSlim(0);
            var living = pairs.Select(pair => pair.LiveAsync(
                over,
                server.Port,
                round,
                () =>
                {
                    if (Interlocked.Increment(ref answers) == enough)
                    {
                        reached.Release();
                    }
                },
                cancellation)).ToList();
            await reached.WaitAsync(cancellation);
            server.Kill();
            await Task.WhenAll(living);
            server.Start();
        }

        // What is lost does not come, however long one waits.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        foreach (var pair in pairs)
        {
            try
            {
                await pair.FinishAsync(over, server.Port, Rounds, patience.Token);
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                // The checks say which.
            }
        }

        Assert.All(pairs, Check);
        var again = pairs.Sum(pair => pair.Delivered.Count - pair.Delivered.DistinctBy(delivery => delivery.Number).Count());
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Rounds} ends, {pairs.Sum(pair => pair.Answered.Count)} answered, "
            + $"{pairs.Sum(pair => pair.Delivered.Count)} delivered, {again} again"));
    }

    private static void Check(Correspondent pair)
    {
        Assert.NotEmpty(pair.Answered);

        // Nothing is lost.
        Assert.Empty(pair.Answered.Except(pair.Delivered.Select(delivery => delivery.Number)));

        // In order on each connection, and none twice there; and those that come for the first time are in order over all.
        foreach (var round in pair.Delivered.GroupBy(delivery => delivery.Round))
        {
            var numbers = round.Select(delivery => delivery.Number).ToList();
            Assert.Equal(numbers.Order().Distinct(), numbers);
        }

        var firsts = pair.Delivered.Select(delivery => delivery.Number).Distinct().ToList();
        Assert.Equal(firsts.Order(), firsts);

        // A receipt says that the acknowledgement is on the disk: after it the message does not come again.
        Assert.DoesNotContain(
            pair.Delivered, delivery => pair.Receipted.TryGetValue(delivery.Number, out var round) && delivery.Round > round);
        Assert.Empty(pair.Answered.Except(pair.Receipted.Keys));
    }

    private static HttpMessageInvoker Trusting(byte[] authority) => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { X509CertificateLoader.LoadCertificate(authority) },
            },
        },
    });
}
