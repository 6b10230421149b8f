using Fluister.Server;
using Fluister.Server.Accounts;
using Fluister.Server.Federation;
using Fluister.Server.Mailboxes;
using Fluister.Server.Requests;
using Fluister.Server.Stores;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Protos;
using Kind = Fluister.Wire.Protos.Federation.Outcome.Types.Kind;

namespace Fluister.ServerTests.Federation;

/// <summary>What becomes of an item at its destination, and what its home does then.</summary>
public sealed class InboxTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_late_mismatch_delivers_to_those_devices_that_fit_and_corrects_the_list()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync(devices: 3));
        var relay = pair.Here.Home.Relay;
        await relay.Accounts.FindAsync(
            relay.Peers.Find(pair.There.Identity.Tag)!, to.Account.Aci, TestContext.Current.CancellationToken);
        pair.IsCut = true;
        await pair.SendAsync(from, to, 1, 1);

        // The second is gone, the third is another, and nobody hears of it: the list that follows is lost.
        await pair.There.Home.Accounts.UpdateAsync(to.Account.Aci, account => account with
        {
            Devices = [account.Devices[0], account.Devices[2] with { RegistrationId = 77 }],
        });
        await Crossing.UntilAsync(() => pair.There.Count("outbox") == 1);
        await pair.There.Database.WriteAsync(session => session.Run("DELETE FROM outbox") + session.Run("DELETE FROM account_follower"));
        pair.IsCut = false;
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        Assert.Equal([1], pair.There.Numbers(to));
        Assert.Empty(pair.There.Numbers(to, device: 3));
        Assert.Equal([(1, 1001), (3, 77)], relay.Accounts.Known(to.Account.Aci)!.Devices);
        Assert.Equal((0, 1), (pair.Here.Peer("refused"), pair.There.Count("account_follower")));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_device_that_registers_anew_in_the_very_commit_gets_nothing_that_was_for_the_one_before()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync(devices: 2));
        await pair.SendAsync(from, to, 1, 1);
        var transaction = pair.Waiting();

        // A database in memory is not read while it is written to.
        Assert.NotNull(pair.There.Home.Accounts.Find(to.Account.Aci));
        Assert.Single(pair.There.Home.Relay.Peers.All);
        using var gate = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var blocked = pair.There.Database.WriteAsync(_ =>
        {
            begun.Set();
            return gate.Wait(TimeSpan.FromMinutes(1));
        });
        begun.Wait(TestContext.Current.CancellationToken);
        var anew = pair.There.Home.Accounts.UpdateAsync(
            to.Account.Aci, account => account.With(2, device => device with { RegistrationId = 9 }));
        var taking = pair.TakeAsync(transaction);
        gate.Set();
        await Task.WhenAll(blocked, anew);
        var outcome = Assert.Single((await taking).Outcomes);
        Assert.Equal((Kind.Mismatched, 9u), (outcome.Kind, outcome.Devices.Devices[1].RegistrationId));
        Assert.Equal([1], pair.There.Numbers(to));
        Assert.Empty(pair.There.Numbers(to, device: 2));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_item_that_fails_here_is_refused_by_itself_and_the_rest_goes_on()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var from = await pair.Here.AddAccountAsync();
        TestAccount[] to = [await pair.There.AddAccountAsync(), await pair.There.AddAccountAsync()];
        await pair.SendAsync(from, to[0], 0, 2);
        await pair.SendAsync(from, to[1], 2, 1, bytes: 7000);
        await pair.SendAsync(from, to[1], 3, 1);
        await pair.There.Database.WriteAsync(session => session.Run(
            "CREATE TRIGGER broken BEFORE INSERT ON letter WHEN length(new.envelope) > 7000 BEGIN SELECT RAISE(ABORT, 'broken'); END"));
        var transaction = pair.Waiting();
        var answer = await pair.TakeAsync(transaction);
        Assert.Equal(
            [(transaction.Items[2].Number, Kind.Refused)], answer.Outcomes.Select(outcome => (outcome.Number, outcome.Kind)));
        Assert.Equal(transaction.Items[3].Number, answer.Highest);
        Assert.Equal([0, 1], pair.There.Numbers(to[0]));
        Assert.Equal([3], pair.There.Numbers(to[1]));
        Assert.Empty((await pair.TakeAsync(transaction)).Outcomes);
        Assert.Equal([0, 1], pair.There.Numbers(to[0]));
        Assert.Equal([3], pair.There.Numbers(to[1]));
        Assert.Equal((0L, 2), (pair.There.Peer("lost"), pair.There.Count("inbox_mark")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_number_far_ahead_is_not_taken_and_moves_nothing(bool isSettled)
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        await pair.SendAsync(from, to, 0, 2);
        var honest = pair.Waiting();
        var forged = honest.Clone();
        var far = (ulong)Numbers.At(pair.Clock.GetUtcNow().AddDays(400));
        if (isSettled)
        {
            forged.Settled = far;
        }
        else
        {
            forged.Items[1].Number = far;
        }

        Assert.Equal(400, (await Assert.ThrowsAsync<RefusedException>(() => pair.TakeAsync(forged))).Response.Status);
        Assert.Equal(0, pair.There.Count("letter"));
        Assert.Empty((await pair.TakeAsync(honest)).Outcomes);
        Assert.Equal([0, 1], pair.There.Numbers(to));
    }

    [Fact]
    public async Task A_peer_that_is_removed_and_added_again_is_taken_from_where_it_was()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        await pair.SendAsync(from, to, 0, 2);
        var transaction = pair.Waiting();
        await pair.TakeAsync(transaction);
        var peers = pair.There.Home.Relay.Peers;
        var peer = Assert.Single(peers.All);
        await pair.There.Database.WriteAsync(session =>
        {
            PeerBook.Delete(session, peer.Tag);
            return true;
        });
        ((IDatabaseFollower)peers).ChangedElsewhere();
        Assert.Empty(peers.All);
        await peers.AddAsync(peer.Genesis, peer.Said.Domain, peer.Signed, PeerState.Allow, pair.Clock.GetUtcNow());
        await pair.SendAsync(from, to, 2, 1);
        var again = pair.Waiting();
        again.Settled = transaction.Items[1].Number;
        Assert.Empty((await pair.TakeAsync(again)).Outcomes);
        Assert.Equal([0, 1, 2], pair.There.Numbers(to));
        Assert.Equal(0, pair.There.Peer("lost"));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_access_key_that_does_not_open_any_more_makes_the_senders_home_ask_again()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        var relay = pair.Here.Home.Relay;
        await relay.Accounts.FindAsync(
            relay.Peers.Find(pair.There.Identity.Tag)!, to.Account.Aci, TestContext.Current.CancellationToken);
        await pair.There.Database.WriteAsync(session => session.Run("DELETE FROM account_follower"));
        await pair.There.Home.Accounts.UpdateAsync(to.Account.Aci, account => account with { AccessKey = new byte[16] });
        await relay.Outbox.AppendAsync([Parcel.Of(to, Parcel.Message(from, to, 1, isSealed: true))]);
        await Crossing.UntilAsync(() => pair.Here.Count("outbox") == 0);
        Assert.Equal((1L, 0), (pair.Here.Peer("refused"), pair.There.Count("letter")));
        Assert.Null(relay.Accounts.Known(to.Account.Aci));
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_is_not_there_gets_nothing_and_the_sender_home_forgets_them()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        var relay = pair.Here.Home.Relay;
        await relay.Accounts.FindAsync(
            relay.Peers.Find(pair.There.Identity.Tag)!, to.Account.Aci, TestContext.Current.CancellationToken);
        await pair.There.Home.Accounts.UpdateAsync(to.Account.Aci, account => account with { IsDisabled = true });
        await pair.SendAsync(from, to, 1, 1);
        await Crossing.UntilAsync(() => pair.Here.Count("outbox") == 0);
        Assert.Equal((1, 0), (pair.Here.Peer("refused"), pair.There.Count("letter")));
        Assert.Null(relay.Accounts.Known(to.Account.Aci));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_receipt_goes_back_to_every_device_of_the_sender_once_a_device_has_the_message()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(devices: 2), await pair.There.AddAccountAsync());
        LetterChannel[] senders = [LetterChannel.Of(pair.Here, from, 1), LetterChannel.Of(pair.Here, from, 2)];
        var recipient = LetterChannel.Of(pair.There, to);
        await pair.SendAsync(from, to, 41, 1);
        await pair.Here.Home.Relay.Outbox.AppendAsync([Parcel.Of(to, Parcel.Message(from, to, 42, isSealed: true))]);
        for (var i = 0; i < 2; i++)
        {
            var letter = await recipient.ReadAsync();
            pair.There.Home.Mailboxes.Acknowledge(new MailboxKey(to.Account.Aci, 1), letter.Sequence, letter.Receipt, recipient);
        }

        foreach (var sender in senders)
        {
            var receipt = await sender.EnvelopeAsync();
            Assert.Equal(Envelope.Types.Type.ServerDeliveryReceipt, receipt.Type);
            Assert.Equal((42ul, 1u), (receipt.ClientTimestamp, receipt.SourceDevice));
            Assert.Equal(to.Account.Aci, new Guid(receipt.SourceServiceId.Span, bigEndian: true));
        }

        // Of the sealed one nobody is told.
        await Crossing.UntilAsync(() => pair.There.Count("letter") + pair.There.Count("outbox") == 0);
        Assert.Equal((0, 0), (senders[0].Count, senders[1].Count));
        Assert.Equal(2, pair.Here.Count("letter"));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_offered_goes_to_those_who_are_connected_while_the_peer_is_up_and_is_kept_nowhere()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        var device = LetterChannel.Of(pair.There, to);
        var outbox = pair.Here.Home.Relay.Outbox;

        // Until its link has begun there is nobody to offer it.
        while (device.Count == 0)
        {
            outbox.Offer(Parcel.Of(to, Parcel.Message(from, to, 1)));
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        outbox.Offer(Parcel.Of(to, Parcel.Message(from, to, 2, bytes: 48, isSealed: true)), new byte[100]);
        Letter letter;
        do
        {
            letter = await device.ReadAsync();
            Assert.Equal(0, letter.Sequence);
        }
        while (Envelope.Parser.ParseFrom(letter.Whole).Type != Envelope.Types.Type.Sealed);
        Assert.Equal(149, Envelope.Parser.ParseFrom(letter.Whole).Content.Length);
        pair.IsCut = true;
        await pair.SendAsync(from, to, 3, 1);
        await Crossing.UntilAsync(() => pair.Here.Home.Relay.IsDown(pair.There.Identity.Tag));
        outbox.Offer(Parcel.Of(to, Parcel.Message(from, to, 4)));
        pair.IsCut = false;
        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        Assert.Equal(3, Parcel.Number(await device.EnvelopeAsync()));
        Assert.Equal((0, 1), (device.Count, pair.There.Count("letter")));
    }

    [Fact(Timeout = 60_000)]
    public async Task On_a_full_disk_nothing_is_taken_and_all_of_it_comes_when_there_is_room()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        await pair.There.Database.WriteAsync(session => session.First(
            "PRAGMA max_page_count = 1", row => row.GetInt64(0)));
        await pair.SendAsync(from, to, 0, 20, bytes: 4000);
        await Crossing.UntilAsync(() => pair.Asked.Contains("transactions") && !pair.IsBusy);
        Assert.Equal((20, 0), (pair.Here.Count("outbox"), pair.There.Count("letter")));

        // What fails takes others of the same commit with it.
        Task Grow() => pair.There.Database.WriteAsync(session => session.First("PRAGMA max_page_count = 1000000", row => row.GetInt64(0)));
        while (await Record.ExceptionAsync(Grow) is StoreFullException)
        {
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        await pair.UntilAsync(() => pair.Here.Count("outbox") == 0);
        Assert.Equal(Enumerable.Range(0, 20), pair.There.Numbers(to));
    }

    [Fact]
    public async Task Marks_are_forgotten_when_nothing_that_is_so_old_is_taken_any_more()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        await pair.SendAsync(from, to, 0, 1);
        var transaction = pair.Waiting();
        await pair.TakeAsync(transaction);
        pair.Clock.Advance(ServerLimits.MarkAge);
        await pair.There.Home.Relay.PurgeAsync();
        Assert.Equal(1, pair.There.Count("inbox_mark"));
        pair.Clock.Advance(TimeSpan.FromSeconds(1));
        await pair.There.Home.Relay.PurgeAsync();
        Assert.Equal(0, pair.There.Count("inbox_mark"));
        Assert.Equal(Kind.Refused, Assert.Single((await pair.TakeAsync(transaction)).Outcomes).Kind);
    }

    [Fact]
    public async Task An_account_takes_its_marks_with_it()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        await pair.SendAsync(from, to, 0, 1);
        var transaction = pair.Waiting();
        await pair.TakeAsync(transaction);
        Assert.Equal(1, pair.There.Count("inbox_mark"));
        await pair.There.Database.WriteAsync(session =>
        {
            AccountStore.Delete(session, to.Account.Aci);
            return true;
        });
        Assert.Equal(0, pair.There.Count("inbox_mark"));
        Assert.Equal(Kind.Nobody, Assert.Single((await pair.TakeAsync(transaction)).Outcomes).Kind);
        Assert.Equal(0, pair.There.Count("inbox_mark"));
    }
}
