using Fluister.Server;
using Fluister.Server.Federation;
using Fluister.Server.Requests;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;

namespace Fluister.ServerTests.Federation;

/// <summary>What waits for peers: its bounds, its end, and what is stored once for several.</summary>
public sealed class OutboxTests
{
    [Fact(Timeout = 120_000)]
    public async Task After_an_hour_apart_ten_thousand_messages_come_in_order_in_few_transactions_of_bounded_size()
    {
        await using var pair = await ServerPair.StartAsync();
        var from = await pair.Here.AddAccountAsync();
        var to = new TestAccount[10];
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = await pair.There.AddAccountAsync();
        }

        pair.IsCut = true;
        for (var i = 0; i < 1000; i++)
        {
            await Task.WhenAll(to.Select(account => pair.SendAsync(from, account, i, 1, bytes: 1024)));
        }

        for (var minute = 0; minute < 60; minute++)
        {
            pair.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        var (largest, transactions) = (0L, 0);
        pair.Meddle = (_, request, ask) =>
        {
            largest = Math.Max(largest, request.Content!.Headers.ContentLength!.Value);
            transactions++;
            return ask();
        };
        var healed = pair.Clock.GetUtcNow();
        pair.IsCut = false;
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        Assert.InRange(pair.Clock.GetUtcNow() - healed, TimeSpan.Zero, TimeSpan.FromSeconds(60));
        Assert.Equal((10_000 + ServerLimits.TransactionItems - 1) / ServerLimits.TransactionItems, transactions);
        Assert.InRange(largest, 1, ServerLimits.TransactionItems * 1200);
        Assert.All(to, account => Assert.Equal(Enumerable.Range(0, 1000), pair.There.Numbers(account)));
    }

    [Fact]
    public async Task Several_items_are_appended_all_or_none_where_the_first_fills_the_outbox()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        await pair.Here.Database.WriteAsync(session => session.Run(
            "INSERT INTO outbox VALUES (1, ?1, zeroblob(16), ?2, ?3, NULL, x'')",
            (long)pair.There.Identity.Tag.Value,
            ServerLimits.OutboxBytes - 1,
            long.MaxValue));
        OutboxItem[] two = [Parcel.Of(to, Parcel.Message(from, to, 1)), Parcel.Of(to, Parcel.Message(from, to, 2))];
        await pair.Here.Home.Relay.Outbox.AppendAsync(two, new byte[100]);
        Assert.Equal(3, pair.Here.Count("outbox"));
        var refused = await Assert.ThrowsAsync<RefusedException>(() => pair.Here.Home.Relay.Outbox.AppendAsync(two, new byte[100]));
        Assert.Equal(503, refused.Response.Status);
        Assert.Equal((3, 1), (pair.Here.Count("outbox"), pair.Here.Count("payload")));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_peer_that_goes_and_comes_again_and_again_is_sent_to_each_time()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        var peers = pair.Here.Home.Relay.Peers;
        var peer = Assert.Single(peers.All);
        for (var i = 0; i < 20; i++)
        {
            await pair.SendAsync(from, to, i, 1);
            await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
            await pair.Here.Database.WriteAsync(session =>
            {
                PeerBook.Delete(session, peer.Tag);
                return true;
            });
            ((Fluister.Server.Stores.Sqlite.IDatabaseFollower)peers).ChangedElsewhere();
            await peers.AddAsync(peer.Genesis, peer.Said.Domain, peer.Signed, PeerState.Allow, pair.Clock.GetUtcNow());
        }

        Assert.Equal(Enumerable.Range(0, 20), pair.There.Numbers(to));
    }

    [Fact]
    public async Task A_transaction_takes_so_many_bytes_and_no_more()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        await pair.SendAsync(from, to, 0, 60, bytes: 90_000);
        var transaction = pair.Waiting();
        Assert.InRange(transaction.CalculateSize(), ServerLimits.TransactionBytes, ServerLimits.TransactionBytes + 100_000);
        Assert.InRange(transaction.Items.Count, 40, 50);
        Assert.Equal(60 - transaction.Items.Count, pair.Waiting((long)transaction.Items[^1].Number).Items.Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_goes_to_several_crosses_once_and_is_stored_once_on_both_sides()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var from = await pair.Here.AddAccountAsync();
        TestAccount[] to = [await pair.There.AddAccountAsync(devices: 2), await pair.There.AddAccountAsync()];
        var shared = new byte[5000];
        shared.AsSpan().Fill(7);
        await pair.Here.Home.Relay.Outbox.AppendAsync(
            [.. to.Select((account, i) => Parcel.Of(account, Parcel.Message(from, account, i, bytes: 48, isSealed: true)))], shared);
        Assert.Equal((2, 1), (pair.Here.Count("outbox"), pair.Here.Count("payload")));
        Assert.InRange(pair.Waiting().CalculateSize(), 5000, 5600);
        await pair.TakeAsync(pair.Waiting());
        Assert.Equal((3, 1), (pair.There.Count("letter"), pair.There.Count("payload")));
        var letter = Assert.Single(pair.There.Home.Mailboxes.Read(new(to[1].Account.Aci, 1), 0));
        Assert.Equal([0x22, 1, 0, 0, 0, .. new byte[44], .. shared],
            Wire.Protos.Envelope.Parser.ParseFrom(letter.Whole).Content.ToByteArray());

        // It goes with the peer, as with the last of its items.
        await pair.Here.Database.WriteAsync(session => session.Run("DELETE FROM peer"));
        Assert.Equal((0, 0), (pair.Here.Count("outbox"), pair.Here.Count("payload")));
        Assert.False(await pair.Here.Database.WriteAsync(session => pair.Here.Home.Relay.Outbox.Append(
            session, Parcel.Of(to[1], Parcel.Message(from, to[1], 1)))));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_was_settled_takes_what_it_shared_with_it()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        await pair.Here.Home.Relay.Outbox.AppendAsync(
            [Parcel.Of(to, Parcel.Message(from, to, 1, bytes: 48, isSealed: true))], new byte[100]);
        await Crossing.UntilAsync(() => pair.Here.Count("outbox") == 0);
        Assert.Equal(0, pair.Here.Count("payload"));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_waited_too_long_is_not_sent_and_is_counted()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        pair.IsCut = true;
        await pair.SendAsync(from, to, 0, 5);
        await pair.Here.Home.Relay.Outbox.AppendAsync(
            [Parcel.Of(to, Parcel.Message(from, to, 5, bytes: 48, isSealed: true))], new byte[100]);
        pair.Clock.Advance(ServerLimits.OutboxAge - TimeSpan.FromHours(1));
        await pair.SendAsync(from, to, 6, 1);
        await pair.Here.Home.Relay.PurgeAsync();
        Assert.Equal(7, pair.Here.Count("outbox"));
        pair.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Single(pair.Waiting().Items);
        await pair.Here.Home.Relay.PurgeAsync();
        Assert.Equal((1, 0, 6), (pair.Here.Count("outbox"), pair.Here.Count("payload"), (int)pair.Here.Peer("expired")));
        pair.IsCut = false;
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        Assert.Equal([6], pair.There.Numbers(to));
        Assert.Equal((0, 0), (pair.Here.Peer("lost"), pair.There.Peer("lost")));
    }

    [Fact]
    public async Task Where_too_much_waits_messages_are_refused_receipts_dropped_and_the_rest_is_taken()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        await pair.SendAsync(from, to, 0, 1);
        await pair.Here.Database.WriteAsync(session => session.Run("UPDATE outbox SET size = ?1", ServerLimits.OutboxBytes));
        pair.Here.Home.Relay.Outbox.Book.ChangedElsewhere();
        var refused = await Assert.ThrowsAsync<RefusedException>(() => pair.SendAsync(from, to, 1, 1));
        Assert.Equal(503, refused.Response.Status);
        Assert.Contains(refused.Response.Headers, header => header.Key == "Retry-After");
        var tag = ServerTag.Of(to.Account.Aci);
        Item[] items = [new() { Receipt = new DeliveryReceipt() }, new() { Deleted = new AccountDeleted() }];
        var taken = await pair.Here.Database.WriteAsync(session => items
            .Select(item => pair.Here.Home.Relay.Outbox.Append(session, new OutboxItem(tag, from.Account.Aci, item))).ToList());
        Assert.Equal([false, true], taken);
        Assert.Equal(2, pair.Here.Count("outbox"));
    }

    [Fact]
    public async Task What_is_taken_back_was_never_counted()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        var outbox = pair.Here.Home.Relay.Outbox;
        await pair.SendAsync(from, to, 0, 2);
        var state = await StateAsync(pair);
        using var gate = new ManualResetEventSlim();
        var blocked = pair.Here.Database.WriteAsync(_ => gate.Wait(TimeSpan.FromMinutes(1)));
        var failing = pair.Here.Database.WriteAsync<bool>(session =>
        {
            outbox.Append(session, Parcel.Of(to, Parcel.Message(from, to, 9)));
            throw new InvalidOperationException();
        });
        var kept = pair.SendAsync(from, to, 2, 1);
        gate.Set();
        await Task.WhenAll(blocked, kept);
        await Task.WhenAny(failing);
        Assert.IsType<InvalidOperationException>(failing.Exception!.InnerException);
        var after = await StateAsync(pair);
        Assert.Equal((2, 3, 3), (state.Items, after.Items, pair.Here.Count("outbox")));
        Assert.Equal(
            pair.Here.Database.Read(session => session.First("SELECT SUM(size) FROM outbox", row => row.GetInt64(0))), after.Bytes);
    }

    private static Task<OutboxState> StateAsync(ServerPair pair) =>
        pair.Here.Database.WriteAsync(session => pair.Here.Home.Relay.Outbox.Book.Open(session, pair.There.Identity.Tag)!.Value);
}
