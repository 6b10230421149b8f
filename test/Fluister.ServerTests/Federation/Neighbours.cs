using System.Net;
using Fluister.Server.Federation;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Google.Protobuf;

namespace Fluister.ServerTests.Federation;

/// <summary>A home server and others that it knows, of which a test may cut some off, or let some answer what they should not.</summary>
internal sealed class Neighbours : IAsyncDisposable
{
    private readonly Dictionary<ServerTag, TestServer> _others = [];
    private readonly Dictionary<ServerTag, Func<string, byte[], IMessage>> _lies = [];

    private Neighbours() => Here = new TestServer(connect: Reach, clock: Clock);

    /// <summary>The server that is asked.</summary>
    public TestServer Here { get; }

    /// <summary>The others, by the order of their domains: 0.example, 1.example and so on.</summary>
    public IReadOnlyList<TestServer> Others => [.. _others.Values];

    /// <summary>The clock of all.</summary>
    public TestClock Clock { get; } = new();

    /// <summary>Those that are not reached.</summary>
    public HashSet<TestServer> Cut { get; } = [];

    /// <summary>What was asked of others, by the last part of the path.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Begins, with so many others.</summary>
    public static async Task<Neighbours> StartAsync(int others = 1, PeerState state = PeerState.Allow)
    {
        var scene = new Neighbours();
        for (var i = 0; i < others; i++)
        {
            var other = new TestServer(connect: _ => new PeerHandler(() => scene.Here, () => false), clock: scene.Clock);
            scene._others.Add(other.Identity.Tag, other);
            await IntroduceAsync(scene.Here, other, $"{i}.example", state);
            await IntroduceAsync(other, scene.Here, "here.example", state);
        }

        return scene;
    }

    /// <summary>From now on one of the others answers this, by the name and the body of the question.</summary>
    public void Lie(TestServer other, Func<string, byte[], IMessage> answer) => _lies[other.Identity.Tag] = answer;

    /// <summary>Changes what the operator lets one of the others do.</summary>
    public async Task SetAsync(TestServer other, PeerState state)
    {
        await Here.Database.WriteAsync(session =>
            session.Run("UPDATE peer SET state = ?1 WHERE tag = ?2", (int)state, (long)other.Identity.Tag.Value));
        ((IDatabaseFollower)Here.Home.Relay.Peers).ChangedElsewhere();
    }

    /// <summary>Ends all.</summary>
    public async ValueTask DisposeAsync()
    {
        await Here.DisposeAsync();
        foreach (var other in _others.Values)
        {
            await other.DisposeAsync();
        }
    }

    private static Task IntroduceAsync(TestServer to, TestServer server, string domain, PeerState state) =>
        to.Home.Relay.Peers.AddAsync(server.Key, domain, server.Describe(domain: domain), state, to.Clock.GetUtcNow());

    private Heard Reach(Peer peer) =>
        new(this, peer, new PeerHandler(() => _others[peer.Tag], () => Cut.Contains(_others[peer.Tag])));

    private sealed class Heard(Neighbours scene, Peer peer, HttpMessageHandler real) : DelegatingHandler(real)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var name = request.RequestUri!.AbsolutePath.Split('/')[^1];
            lock (scene.Asked)
            {
                scene.Asked.Add(name);
            }

            return scene._lies.TryGetValue(peer.Tag, out var lie)
                ? new HttpResponseMessage(HttpStatusCode.OK)
                {
                    Content = new ByteArrayContent(lie(name, await request.Content!.ReadAsByteArrayAsync(cancellationToken)).ToByteArray())
                    {
                        Headers = { ContentType = new("application/x-protobuf") },
                    },
                }
                : await base.SendAsync(request, cancellationToken);
        }
    }
}
