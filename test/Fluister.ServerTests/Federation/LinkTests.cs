using Fluister.Server;
using Fluister.Server.Federation;

namespace Fluister.ServerTests.Federation;

/// <summary>When a peer is tried: at once when there is something, ever later while it is down, at once when it is heard of; and not while
/// the operator has it wait.</summary>
public sealed class LinkTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_peer_that_is_down_is_tried_after_a_second_and_ever_later_up_to_half_a_minute_and_after_a_day_an_hour()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        pair.IsCut = true;
        await pair.SendAsync(from, to, 1, 1);
        var waits = new List<double>();
        for (var day = 0; day < 2; day++)
        {
            for (var i = 0; i < 8; i++)
            {
                waits.Add(await NextTryAsync(pair, day == 0 ? TimeSpan.FromSeconds(0.25) : TimeSpan.FromMinutes(1)));
            }

            pair.Clock.Advance(ServerLimits.LongDown);
        }

        double[] expected = [1, 2, 4, 8, 16, 30, 30, 30];
        Assert.All(expected.Zip(waits), wait => Assert.InRange(wait.Second, wait.First * 0.75, (wait.First * 1.25) + 1.25));
        Assert.InRange(waits[^1], 0.75 * 3600, (1.25 * 3600) + 120);

        // Something more to send is no reason to try.
        var asked = pair.Asked.Count;
        await pair.SendAsync(from, to, 2, 1);
        pair.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(asked, pair.Asked.Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_peer_that_is_heard_of_is_tried_at_once()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to, back) = (
            await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync(), LetterChannel.Of(pair.Here, await pair.Here.AddAccountAsync()));
        pair.IsCut = true;
        await pair.SendAsync(from, to, 1, 1);
        for (var i = 0; i < 8; i++)
        {
            await NextTryAsync(pair, TimeSpan.FromSeconds(1));
        }

        await Crossing.UntilAsync(() => pair.Clock.Timers > 0);
        pair.Clock.Advance(ServerLimits.FirstRetry);
        pair.IsCut = false;
        Assert.Equal(0, back.Count);
        await pair.There.Home.Relay.Client.AskAsync<Fluister.Wire.Protos.Federation.PingResponse>(
            pair.There.Home.Relay.Peers.Find(pair.Here.Identity.Tag)!, "ping", new Fluister.Wire.Protos.Federation.PingRequest(),
            TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        await Crossing.UntilAsync(() => pair.Here.Count("outbox") == 0);
        Assert.Equal([1], pair.There.Numbers(to));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_for_a_peer_in_quarantine_waits_until_it_is_let_go()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        await ServerPair.SetAsync(pair.Here, PeerState.Quarantine);
        await pair.SendAsync(from, to, 0, 3);
        for (var i = 0; i < 20; i++)
        {
            pair.Clock.Advance(TimeSpan.FromMinutes(10));
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        Assert.DoesNotContain("transactions", pair.Asked);
        await ServerPair.SetAsync(pair.Here, PeerState.Allow);
        await Crossing.UntilAsync(() => pair.Here.Count("outbox") == 0);

        // The other way round: it is the receiver who waits.
        await ServerPair.SetAsync(pair.There, PeerState.Quarantine);
        await pair.SendAsync(from, to, 3, 3);
        await Crossing.UntilAsync(() => pair.Clock.Timers > 0);
        Assert.Equal(3, pair.Here.Count("outbox"));
        await ServerPair.SetAsync(pair.There, PeerState.Allow);
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        Assert.Equal(Enumerable.Range(0, 6), pair.There.Numbers(to));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_peer_that_is_removed_and_added_again_is_sent_to_again()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        await pair.SendAsync(from, to, 0, 1);
        await Crossing.UntilAsync(() => pair.Here.Count("outbox") == 0);
        await pair.Here.Database.WriteAsync(session => session.Run("DELETE FROM peer"));
        pair.Here.Home.Relay.Outbox.Book.ChangedElsewhere();
        ((Server.Stores.Sqlite.IDatabaseFollower)pair.Here.Home.Relay.Peers).ChangedElsewhere();
        await pair.SendAsync(from, to, 1, 1);
        Assert.Equal(0, pair.Here.Count("outbox"));
        await pair.Here.Home.Relay.Peers.AddAsync(
            pair.There.Key, "there.example", pair.There.Describe(domain: "there.example"), PeerState.Allow, pair.Clock.GetUtcNow());
        pair.Here.Home.Relay.Outbox.Book.ChangedElsewhere();
        await pair.SendAsync(from, to, 2, 1);
        await pair.UntilAsync(() => pair.There.Numbers(to).Count == 2);
        Assert.Equal([0, 2], pair.There.Numbers(to));
    }

    // How many seconds it takes until the peer is tried again.
    private static async Task<double> NextTryAsync(ServerPair pair, TimeSpan step)
    {
        var before = pair.Asked.Count(name => name == "transactions");
        var began = pair.Clock.GetUtcNow();
        while (pair.Asked.Count(name => name == "transactions") == before)
        {
            await Crossing.UntilAsync(() => pair.Clock.Timers > 0 || pair.Asked.Count(name => name == "transactions") > before);
            pair.Clock.Advance(step);
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        return (pair.Clock.GetUtcNow() - began).TotalSeconds;
    }
}
