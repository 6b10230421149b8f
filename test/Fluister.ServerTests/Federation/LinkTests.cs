using System.Buffers.Binary;
using Fluister.Cryptography;
using Fluister.Server;
using Fluister.Server.Federation;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Protos.Federation;

namespace Fluister.ServerTests.Federation;

/// <summary>When a peer is tried: at once when there is something, ever later while it is down, at once when it is heard of; and not while
/// the operator has it wait.</summary>
public sealed class LinkTests
{
    [Fact]
    public void A_peer_that_is_down_is_tried_ever_later_up_to_half_a_minute_and_after_a_day_up_to_an_hour()
    {
        var clock = new TestClock();
        var retries = new RetrySchedule(clock, new Even());
        Assert.False(retries.IsDown);
        Assert.Equal([1, 2, 4, 8, 16, 30, 30], Enumerable.Range(0, 7).Select(_ => retries.Next(null).TotalSeconds), Near);
        Assert.True(retries.IsDown);
        clock.Advance(ServerLimits.LongDown);
        Assert.Equal([128, 256, 512, 1024, 2048, 3600, 3600], Enumerable.Range(0, 7).Select(_ => retries.Next(null).TotalSeconds), Near);
        retries.Reset();
        Assert.False(retries.IsDown);

        // As long as it asks for, up to an hour, and not less than otherwise.
        Assert.Equal(
            [1, 60, 4, 3600],
            new int?[] { null, 60, 1, 86_400 }.Select(asked =>
                retries.Next(asked is { } seconds ? TimeSpan.FromSeconds(seconds) : null).TotalSeconds),
            Near);
    }

    [Fact]
    public void Servers_do_not_try_in_step()
    {
        var retries = new RetrySchedule(new TestClock(), RandomSource.System);
        for (var i = 0; i < 6; i++)
        {
            retries.Next(null);
        }

        var waits = Enumerable.Range(0, 50).Select(_ => retries.Next(null).TotalSeconds).ToList();
        Assert.All(waits, wait => Assert.InRange(wait, 22.5, 37.5));
        Assert.True(waits.Distinct().Count() > 40);
    }

    [Fact(Timeout = 60_000)]
    public async Task Something_more_to_send_is_no_reason_to_try_a_peer_that_is_down()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        pair.IsCut = true;
        await pair.SendAsync(from, to, 0, 1);
        await Crossing.UntilAsync(() => Tries(pair) == 1 && !pair.IsBusy);
        for (var i = 1; i < 20; i++)
        {
            await pair.SendAsync(from, to, i, 1);
        }

        Assert.Equal(1, Tries(pair));
        pair.IsCut = false;
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        Assert.Equal(Enumerable.Range(0, 20), pair.There.Numbers(to));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_peer_that_is_heard_of_is_tried_after_a_second_at_most()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        pair.IsCut = true;
        await pair.SendAsync(from, to, 1, 1);
        await pair.UntilAsync(() => Tries(pair) >= 8);
        await Crossing.UntilAsync(() => !pair.IsBusy);
        pair.IsCut = false;
        var healed = pair.Clock.GetUtcNow();
        var there = pair.There.Home.Relay;
        await there.Client.AskAsync<PingResponse>(
            there.Peers.Find(pair.Here.Identity.Tag)!, "ping", new PingRequest(), TimeSpan.FromSeconds(5),
            TestContext.Current.CancellationToken);

        // The first second of its wait may not have passed, or not have begun.
        while (pair.Here.Count("outbox") > 0)
        {
            pair.Clock.Advance(ServerLimits.FirstRetry);
            for (var i = 0; i < 200 && pair.Here.Count("outbox") > 0; i++)
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }
        }

        Assert.InRange(pair.Clock.GetUtcNow() - healed, TimeSpan.Zero, ServerLimits.Retry / 2);
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
        await Crossing.UntilAsync(() => pair.Here.Home.Relay.IsDown(pair.There.Identity.Tag));
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
        ((IDatabaseFollower)pair.Here.Home.Relay.Peers).ChangedElsewhere();
        await pair.SendAsync(from, to, 1, 1);
        Assert.Equal(0, pair.Here.Count("outbox"));
        await pair.Here.Home.Relay.Peers.AddAsync(
            pair.There.Key, "there.example", pair.There.Describe(domain: "there.example"), PeerState.Allow, pair.Clock.GetUtcNow());
        pair.Here.Home.Relay.Outbox.Book.ChangedElsewhere();
        await pair.SendAsync(from, to, 2, 1);
        await pair.UntilAsync(() => pair.There.Numbers(to).Count == 2);
        Assert.Equal([0, 2], pair.There.Numbers(to));
    }

    private static int Tries(ServerPair pair) => pair.Asked.Count(name => name == "transactions");

    private static bool Near(double expected, double actual) => Math.Abs(expected - actual) < 0.001;

    // A jitter of nothing.
    private sealed class Even : RandomSource
    {
        public override void Fill(Span<byte> bytes) => BinaryPrimitives.WriteUInt32LittleEndian(bytes, uint.MaxValue / 2);
    }
}
