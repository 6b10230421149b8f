using Fluister.Server.Federation;
using Fluister.Wire.Protos.Federation;

namespace Fluister.ServerTests.Federation;

public sealed class PingTests
{
    [Fact]
    public async Task A_peer_that_both_operators_allow_answers()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var answer = await AskAsync(pair);
        Assert.Equal((ulong)pair.Clock.GetUtcNow().ToUnixTimeMilliseconds(), answer.Time);
    }

    [Fact]
    public async Task A_peer_that_is_blocked_is_refused()
    {
        await using var pair = await ServerPair.StartAsync(PeerState.Block, relay: false);
        var refused = await Assert.ThrowsAsync<PeerException>(() => AskAsync(pair));
        Assert.Equal(PeerError.Refused, refused.Error);
    }

    private static Task<PingResponse> AskAsync(ServerPair pair) => pair.Here.Home.Relay.Client.AskAsync<PingResponse>(
        pair.Here.Home.Relay.Peers.Find(pair.There.Identity.Tag)!,
        "ping",
        new PingRequest(),
        TimeSpan.FromSeconds(5),
        TestContext.Current.CancellationToken);
}
