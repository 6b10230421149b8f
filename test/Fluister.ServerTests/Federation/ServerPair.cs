using System.Collections.Concurrent;
using System.Text.Json;
using Fluister.Cryptography;
using Fluister.Server.Federation;
using Fluister.Wire.Descriptors;

namespace Fluister.ServerTests.Federation;

/// <summary>Two home servers in one process that know each other, with one clock; what is between them may be cut.</summary>
internal sealed class ServerPair : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _relaying = Task.CompletedTask;

    private ServerPair()
    {
        Here = Make(() => There!);
        There = Make(() => Here);
    }

    /// <summary>One of them.</summary>
    public TestServer Here { get; }

    /// <summary>The other.</summary>
    public TestServer There { get; }

    /// <summary>Their clock.</summary>
    public TestClock Clock { get; } = new();

    /// <summary>Whether nothing goes from one to the other.</summary>
    public bool IsCut { get; set; }

    /// <summary>What was asked, by the last part of the path.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>What becomes of a question, given its name; the last asks it.</summary>
    public Func<string, HttpRequestMessage, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>>? Meddle { get; set; }

    /// <summary>Begins; with both relaying, unless a test does that itself.</summary>
    /// <param name="state">What each lets the other do.</param>
    /// <param name="relay">Whether both relay.</param>
    /// <param name="isOneNetwork">Whether the accounts of each believe the sender certificates of the other.</param>
    public static async Task<ServerPair> StartAsync(
        PeerState state = PeerState.Allow, bool relay = true, bool isOneNetwork = true)
    {
        var pair = new ServerPair();
        await pair.IntroduceAsync(pair.Here, pair.There, "there.example", state, isOneNetwork);
        await pair.IntroduceAsync(pair.There, pair.Here, "here.example", state, isOneNetwork);
        if (relay)
        {
            pair._relaying = Task.WhenAll(
                pair.Here.Home.Relay.RunAsync(pair._stopping.Token), pair.There.Home.Relay.RunAsync(pair._stopping.Token));
        }

        return pair;
    }

    /// <summary>Ends both.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
#pragma warning disable VSTHRD003 // It was started here.
        await _relaying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
#pragma warning restore VSTHRD003
        await Here.DisposeAsync();
        await There.DisposeAsync();
        _stopping.Dispose();
    }

    private TestServer Make(Func<TestServer> other) =>
        new(connect: _ => new InBetween(this, new PeerHandler(other, () => IsCut)), clock: Clock);

    private Task IntroduceAsync(TestServer to, TestServer server, string domain, PeerState state, bool isOneNetwork)
    {
        var signed = server.Describe(domain: domain);
        if (isOneNetwork)
        {
            var said = SignedDescriptor.Read(signed, server.Key)!;
            said = said with { TrustRoots = [.. said.TrustRoots, to.Identity.Root.Public.Serialized.ToArray()] };
            signed = SignedDescriptor.Sign(
                JsonSerializer.SerializeToUtf8Bytes(said, DescriptorJsonContext.Default.DescriptorJson),
                server.Identity.Genesis.Private,
                RandomSource.System);
        }

        return to.Home.Relay.Peers.AddAsync(server.Key, domain, signed, state, Clock.GetUtcNow());
    }
}
