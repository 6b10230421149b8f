using Fluister.Server.Federation;
using Fluister.Server.Operations;
using Fluister.Wire.Protos.Federation;
using Kind = Fluister.Wire.Protos.Federation.Outcome.Types.Kind;

namespace Fluister.ServerTests.Federation;

/// <summary>What is limited is held back with all that comes after it for the same account, and nothing else is.</summary>
public sealed class LaneTests
{
    private static readonly ServerOptions Strict = new() { MessagesPerPair = 1 };

    [Fact(Timeout = 60_000)]
    public async Task One_account_that_gets_too_much_keeps_nobody_waiting_and_loses_nothing()
    {
        await using var pair = await ServerPair.StartAsync(options: Strict);
        var from = await pair.Here.AddAccountAsync();
        TestAccount[] to = [await pair.There.AddAccountAsync(), await pair.There.AddAccountAsync()];
        for (var i = 0; i < 70; i++)
        {
            await pair.SendAsync(from, to[0], i, 1);
            if (i < 50)
            {
                await pair.SendAsync(from, to[1], i, 1);
            }
        }

        // An hour's worth at once, while the clock stands still.
        await Crossing.UntilAsync(() => pair.Here.Count("outbox") == 10);
        Assert.Equal(Enumerable.Range(0, 50), pair.There.Numbers(to[1]));
        Assert.Equal(Enumerable.Range(0, 60), pair.There.Numbers(to[0]));
        Assert.Equal(0, pair.Here.Peer("refused"));
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        Assert.Equal(Enumerable.Range(0, 70), pair.There.Numbers(to[0]));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_held_back_in_the_middle_of_a_transaction_stays_when_the_rest_of_it_goes()
    {
        await using var pair = await ServerPair.StartAsync(options: Strict);
        var from = await pair.Here.AddAccountAsync();
        TestAccount[] to = [await pair.There.AddAccountAsync(), await pair.There.AddAccountAsync()];
        pair.IsCut = true;
        await pair.SendAsync(from, to[0], 0, 62);
        await pair.SendAsync(from, to[1], 0, 5);
        await pair.SendAsync(from, to[0], 62, 1);
        await pair.SendAsync(from, to[1], 5, 5);
        pair.IsCut = false;
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        Assert.Equal(Enumerable.Range(0, 63), pair.There.Numbers(to[0]));
        Assert.Equal(Enumerable.Range(0, 10), pair.There.Numbers(to[1]));
    }

    [Fact]
    public async Task Later_items_of_the_same_transaction_are_held_back_with_the_first_and_no_mark_passes_it()
    {
        await using var pair = await ServerPair.StartAsync(options: Strict, relay: false);
        var from = await pair.Here.AddAccountAsync();
        TestAccount[] to = [await pair.There.AddAccountAsync(), await pair.There.AddAccountAsync()];
        await pair.SendAsync(from, to[0], 0, 62);
        await pair.Here.Home.Relay.Outbox.AppendAsync([new OutboxItem(pair.There.Identity.Tag, to[0].Account.Aci, new Item
        {
            Receipt = new DeliveryReceipt { Recipient = Parcel.Bytes(from.Account.Aci), Device = 1, Timestamp = 5 },
        })]);
        await pair.SendAsync(from, to[1], 62, 1);
        var transaction = pair.Waiting();
        var answer = await pair.TakeAsync(transaction);
        Assert.Equal(
            transaction.Items.Skip(60).Take(3).Select(item => (item.Number, Kind.Limited)),
            answer.Outcomes.Select(outcome => (outcome.Number, outcome.Kind)));
        Assert.All(answer.Outcomes, outcome => Assert.InRange(outcome.RetryAfterSeconds, 1u, 60u));
        Assert.Equal([62], pair.There.Numbers(to[1]));
        pair.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Empty((await pair.TakeAsync(transaction)).Outcomes);
        Assert.Equal([.. Enumerable.Range(0, 62), -1], pair.There.Numbers(to[0]));
    }

    [Fact]
    public async Task A_peer_in_the_state_limit_gets_a_tenth()
    {
        await using var pair = await ServerPair.StartAsync(PeerState.Limit, options: Strict, relay: false);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        await pair.SendAsync(from, to, 0, 8);
        Assert.Equal(2, (await pair.TakeAsync(pair.Waiting())).Outcomes.Count);
        Assert.Equal(Enumerable.Range(0, 6), pair.There.Numbers(to));
    }

    [Fact]
    public void What_is_held_anew_or_twice_is_released_from_its_own_first_item()
    {
        var (held, now, a) = (new HeldLanes(), DateTimeOffset.UnixEpoch, Guid.NewGuid());
        held.Add(a, 3, now.AddSeconds(1));
        held.Add(a, 5, now.AddSeconds(2));
        Assert.Null(held.Release(now.AddSeconds(1)));
        Assert.Equal(3, held.Release(now.AddSeconds(2)));
        held.Add(a, 9, now.AddSeconds(3));
        Assert.Equal(9, held.Release(now.AddSeconds(3)));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_item_that_the_peer_takes_no_transaction_with_holds_up_its_account_alone()
    {
        await using var pair = await ServerPair.StartAsync();
        var from = await pair.Here.AddAccountAsync();
        TestAccount[] to = [await pair.There.AddAccountAsync(), await pair.There.AddAccountAsync()];
        pair.Meddle = async (name, request, ask) =>
        {
            var body = name == "transactions" ? await request.Content!.ReadAsByteArrayAsync() : [];
            return Transaction.Parser.ParseFrom(body).Items.Any(item => item.Message?.Timestamp == 8)
                ? new HttpResponseMessage(System.Net.HttpStatusCode.BadRequest)
                : await ask();
        };
        pair.IsCut = true;
        await pair.SendAsync(from, to[0], 0, 5);
        await pair.SendAsync(from, to[1], 5, 5);
        await pair.SendAsync(from, to[0], 10, 5);
        pair.IsCut = false;
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 3);
        Assert.Equal([0, 1, 2, 3, 4, 10, 11, 12, 13, 14], pair.There.Numbers(to[0]));
        Assert.Equal([5, 6], pair.There.Numbers(to[1]));
        pair.Meddle = null;
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        Assert.Equal(Enumerable.Range(5, 5), pair.There.Numbers(to[1]));
    }

    [Fact]
    public void Lanes_are_released_when_their_time_has_come_from_the_first_that_was_held()
    {
        var (held, now) = (new HeldLanes(), DateTimeOffset.UnixEpoch);
        var (a, b) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.Null(held.Release(now));
        held.Add(a, 7, now.AddSeconds(5));
        held.Add(b, 4, now.AddSeconds(10));
        Assert.Null(held.Release(now.AddSeconds(4)));
        Assert.Equal(now.AddSeconds(5), held.Next);
        Assert.Equal(7, held.Release(now.AddSeconds(5)));
        Assert.Equal((false, true), (held.Contains(a), held.Contains(b)));
        Assert.Equal(now.AddSeconds(10), held.Next);
        Assert.Equal(4, held.Release(now.AddSeconds(10)));
        Assert.False(held.Contains(b));
        Assert.Equal(DateTimeOffset.MaxValue, held.Next);
        Assert.Null(held.Release(DateTimeOffset.MaxValue.AddSeconds(-1)));
    }
}
