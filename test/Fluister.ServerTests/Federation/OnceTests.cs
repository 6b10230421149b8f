using Fluister.Server.Federation;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.ServerTests.Federation;

/// <summary>Whatever is lost, sent again or restarted, each item has its effect once, and in its order.</summary>
public sealed class OnceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 60_000)]
    public async Task An_answer_that_is_lost_is_no_second_message()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to, other) = (
            await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync(devices: 2), await pair.There.AddAccountAsync());
        var asked = 0;
        pair.Meddle = async (_, _, ask) =>
        {
            // Of three one does not get there, and of one the answer is lost.
            var turn = Interlocked.Increment(ref asked) % 3;
            if (turn == 0)
            {
                throw new HttpRequestException("Lost on the way.");
            }

            var answer = await ask();
            return turn == 1 ? throw new HttpRequestException("The answer is lost.") : answer;
        };
        for (var i = 0; i < 100; i += 10)
        {
            await pair.SendAsync(from, to, i, 10);
            await pair.SendAsync(from, other, i, 10);
            await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        }

        Assert.Equal(Enumerable.Range(0, 100), pair.There.Numbers(to));
        Assert.Equal(Enumerable.Range(0, 100), pair.There.Numbers(to, device: 2));
        Assert.Equal(Enumerable.Range(0, 100), pair.There.Numbers(other));
        Assert.True(asked > 25, $"{asked}");
        Assert.Equal((0, 0), (pair.Here.Peer("lost"), pair.There.Peer("lost")));
    }

    [Fact]
    public async Task A_transaction_that_comes_again_at_any_time_does_nothing()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        await pair.SendAsync(from, to, 0, 5);
        var first = pair.Waiting();
        await pair.SendAsync(from, to, 5, 5);
        var second = pair.Waiting((long)first.Items[^1].Number);
        foreach (var transaction in new[] { first, first, second, first, second })
        {
            var answer = await pair.TakeAsync(transaction);
            Assert.Empty(answer.Outcomes);
            Assert.InRange(answer.Highest, transaction.Items[^1].Number, second.Items[^1].Number);
        }

        // Two at once, too.
        await pair.SendAsync(from, to, 10, 5);
        var third = pair.Waiting((long)second.Items[^1].Number);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => pair.TakeAsync(third)));
        Assert.Equal(Enumerable.Range(0, 15), pair.There.Numbers(to));
    }

    [Fact(Timeout = 60_000)]
    public async Task Either_server_may_end_between_doing_and_answering()
    {
        await using var pair = await ServerPair.StartAsync(folder: _folder);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        await pair.SendAsync(from, to, 0, 3);
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        foreach (var (server, i) in new[] { (0, 3), (1, 6) })
        {
            pair.Meddle = async (_, _, ask) =>
            {
                await ask();
                throw new HttpRequestException("It ends.");
            };
            await pair.SendAsync(from, to, i, 3);
            await pair.UntilAsync(() => pair.There.Numbers(to).Count == i + 3);
            Assert.Equal(3, pair.Here.Count("outbox"));
            await pair.RestartAsync(server == 0 ? pair.There : pair.Here);
            pair.Meddle = null;
            await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        }

        Assert.Equal(Enumerable.Range(0, 9), pair.There.Numbers(to));
        Assert.Equal((0, 0), (pair.Here.Peer("lost"), pair.There.Peer("lost")));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_receiver_from_an_old_copy_gets_what_still_waits_and_both_see_the_gap()
    {
        await using var pair = await ServerPair.StartAsync(folder: _folder);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        await pair.SendAsync(from, to, 0, 3);
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        pair.BackUp(pair.There, _folder["copy"]);
        await pair.SendAsync(from, to, 3, 3);
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        pair.IsCut = true;
        await pair.SendAsync(from, to, 6, 3);
        await pair.RestartAsync(pair.There, file => ServerPair.Restore(_folder["copy"], file));
        pair.IsCut = false;
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        Assert.Equal([0, 1, 2, 6, 7, 8], pair.There.Numbers(to));
        Assert.Equal((1, 1), (pair.Here.Peer("lost"), pair.There.Peer("lost")));

        // It is told once.
        await pair.SendAsync(from, to, 9, 1);
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        Assert.Equal((1, 1), (pair.Here.Peer("lost"), pair.There.Peer("lost")));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_sender_from_an_old_copy_sends_nothing_twice_and_its_numbers_go_on()
    {
        await using var pair = await ServerPair.StartAsync(folder: _folder);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        pair.IsCut = true;
        await pair.SendAsync(from, to, 0, 3);
        pair.BackUp(pair.Here, _folder["copy"]);
        pair.IsCut = false;
        await pair.SendAsync(from, to, 3, 3);
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);

        // Three that it has sent wait again, and of the other three it knows nothing.
        pair.IsCut = true;
        await pair.RestartAsync(pair.Here, file => ServerPair.Restore(_folder["copy"], file));
        Assert.Equal(3, pair.Here.Count("outbox"));
        await pair.SendAsync(from, to, 6, 3);
        pair.IsCut = false;
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        Assert.Equal(Enumerable.Range(0, 9), pair.There.Numbers(to));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_sender_that_knows_less_than_its_peer_sees_that_it_has_lost_something()
    {
        await using var pair = await ServerPair.StartAsync(folder: _folder);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        pair.IsCut = true;
        await pair.SendAsync(from, to, 0, 3);
        pair.BackUp(pair.Here, _folder["copy"]);
        pair.IsCut = false;
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        await pair.SendAsync(from, to, 3, 3);
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        await pair.RestartAsync(pair.Here, file => ServerPair.Restore(_folder["copy"], file));
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        Assert.Equal((1, 0), (pair.Here.Peer("lost"), pair.There.Peer("lost")));
        Assert.Equal(Enumerable.Range(0, 6), pair.There.Numbers(to));
    }

    [Fact]
    public async Task Numbers_grow_while_the_clock_stands_still_or_is_set_back_and_after_a_restart_too()
    {
        var clock = new TestClock();
        long last;
        await using (var database = new SqliteDatabase(_folder["numbers"]))
        {
            var numbers = new Numbers(database, clock);
            Task<long> NextAsync() => database.WriteAsync(numbers.Next);
            last = await NextAsync();
            Assert.Equal(clock.GetUtcNow(), Numbers.Time(last));
            Assert.Equal(last + 1, await NextAsync());
            clock.Advance(TimeSpan.FromHours(-1));
            Assert.Equal(last + 2, await NextAsync());

            // What set some aside may be taken back; those that were given out are not given again.
            clock.Advance(TimeSpan.FromHours(2));
            var lost = 0L;
            await Assert.ThrowsAsync<InvalidOperationException>(() => database.WriteAsync<long>(session =>
            {
                lost = numbers.Next(session);
                throw new InvalidOperationException();
            }));
            last = await NextAsync();
            Assert.InRange(last, lost + 1, lost + 10);
        }

        clock.Advance(TimeSpan.FromHours(-5));
        await using (var database = new SqliteDatabase(_folder["numbers"]))
        {
            Assert.InRange(await database.WriteAsync(new Numbers(database, clock).Next), last + 1, long.MaxValue);
        }
    }
}
