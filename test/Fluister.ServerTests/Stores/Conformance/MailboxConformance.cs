using System.Collections.Concurrent;
using System.Threading.Channels;
using Fluister.Protocol.Addresses;
using Fluister.Server;
using Fluister.Server.Mailboxes;
using Fluister.Server.Messages;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.ServerTests.Stores.Conformance;

/// <summary>What mailboxes promise, whatever keeps them.</summary>
public sealed class MailboxConformance
{
    /// <summary>Where each test runs.</summary>
    public static TheoryData<string> Backends => Backend.All;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Letters_stay_in_their_order_until_their_own_device_has_acknowledged_them(string backend)
    {
        await using var stores = Backend.Open(backend);
        var account = (await stores.Server.AddAccountAsync(devices: 2)).Account;
        var (mailbox, other) = (new MailboxKey(account.Aci, 1), new MailboxKey(account.Aci, 2));
        await AppendAsync(stores, mailbox, 0, 150);
        await stores.ReopenAsync();
        var letters = ReadAll(stores, mailbox);
        Assert.Equal(Enumerable.Range(0, 150), letters.Select(Number));
        Assert.Equal(letters.Select(letter => letter.Sequence).Order().Distinct(), letters.Select(letter => letter.Sequence));
        await TakeOutAsync(stores, other, letters[0]);
        await TakeOutAsync(stores, mailbox, letters[1], letters[3]);
        await stores.ReopenAsync();
        Assert.Equal([0, 2, .. Enumerable.Range(4, 146)], ReadAll(stores, mailbox).Select(Number));
        Assert.Equal(100, Number(stores.Server.Home.Mailboxes.Read(mailbox, letters[99].Sequence)[0]));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Places_go_on_after_everything_was_taken_out_and_it_was_opened_again(string backend)
    {
        await using var stores = Backend.Open(backend);
        var mailbox = new MailboxKey((await stores.Server.AddAccountAsync()).Account.Aci, 1);
        var last = 0L;
        for (var i = 0; i < 4; i++)
        {
            await AppendAsync(stores, mailbox, i, 1);
            var letter = Assert.Single(ReadAll(stores, mailbox));
            Assert.InRange(letter.Sequence, last + 1, long.MaxValue);
            last = letter.Sequence;
            await TakeOutAsync(stores, mailbox, letter);
            await stores.ReopenAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task What_is_handed_over_is_what_is_read_in_the_same_order(string backend)
    {
        await using var stores = Backend.Open(backend);
        var mailbox = new MailboxKey((await stores.Server.AddAccountAsync()).Account.Aci, 1);
        var watcher = new Watcher();
        stores.Server.Home.Mailboxes.Watch(mailbox, watcher);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++)
            {
                await AppendAsync(stores, mailbox, (1000 * writer) + i, 1);
            }
        })));
        var read = ReadAll(stores, mailbox);
        Assert.Equal(200, read.Count);
        foreach (var writer in read.Select(Number).GroupBy(number => number / 1000))
        {
            Assert.Equal(Enumerable.Range(0, 25), writer.Select(number => number % 1000));
        }

        Assert.Equal(read.Select(letter => (letter.Sequence, Number(letter))), watcher.Handed.Select(one => (one.Sequence, Number(one))));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Letters_of_one_sending_are_kept_all_or_none_and_what_is_offered_is_not_kept(string backend)
    {
        await using var stores = Backend.Open(backend);
        var (one, other) = ((await stores.Server.AddAccountAsync()).Account, (await stores.Server.AddAccountAsync()).Account);
        MailboxKey[] mailboxes = [new(one.Aci, 1), new(other.Aci, 1)];
        var store = stores.Server.Home.Mailboxes;
        Assert.False(await store.AppendAsync([Letter(mailboxes[0], 1), Letter(mailboxes[1] with { Device = 3 }, 2)]));
        store.Offer([Letter(mailboxes[0], 3)]);
        Assert.All(mailboxes, mailbox => Assert.Empty(store.Read(mailbox, 0)));
        Assert.True(await store.AppendAsync([Letter(mailboxes[0], 4), Letter(mailboxes[1], 5), Letter(mailboxes[0], 6)]));
        await stores.ReopenAsync();
        Assert.Equal([4, 6], ReadAll(stores, mailboxes[0]).Select(Number));
        Assert.Equal([5], ReadAll(stores, mailboxes[1]).Select(Number));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task What_nobody_fetched_in_time_is_gone(string backend)
    {
        await using var stores = Backend.Open(backend);
        var mailbox = new MailboxKey((await stores.Server.AddAccountAsync()).Account.Aci, 1);
        await AppendAsync(stores, mailbox, 0, 3);
        stores.Server.Clock.Advance(ServerLimits.MessageAge / 2);
        await AppendAsync(stores, mailbox, 3, 1);
        Assert.Equal(0, await stores.Server.Home.Mailboxes.PurgeAsync());
        stores.Server.Clock.Advance(ServerLimits.MessageAge / 2);
        Assert.Equal([3], ReadAll(stores, mailbox).Select(Number));
        Assert.Equal(3, await stores.Server.Home.Mailboxes.PurgeAsync());
        Assert.Equal([3], ReadAll(stores, mailbox).Select(Number));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_letter_that_was_acknowledged_twice_is_told_of_once(string backend)
    {
        await using var stores = Backend.Open(backend);
        var (reader, writer) = ((await stores.Server.AddAccountAsync()).Account, (await stores.Server.AddAccountAsync()));
        var body = Json.Body(new
        {
            timestamp = 7,
            messages = new[] { new { type = 1, destinationDeviceId = 1, destinationRegistrationId = 1001, content = "AAAA" } },
        });
        Assert.Equal(200, (await stores.Server.AskAsync("PUT", $"/v1/messages/{reader.Aci}", writer.Caller, body)).Status);
        var mailbox = new MailboxKey(reader.Aci, 1);
        var letter = Assert.Single(ReadAll(stores, mailbox));
        await TakeOutAsync(stores, mailbox, letter);
        await TakeOutAsync(stores, mailbox, letter);
        Assert.Empty(ReadAll(stores, mailbox));
        var receipt = Assert.Single(ReadAll(stores, new MailboxKey(writer.Account.Aci, 1)));
        Assert.Equal(7UL, Envelope.Parser.ParseFrom(receipt.Envelope).ClientTimestamp);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Nothing_is_answered_handed_over_or_told_before_its_commit(string backend)
    {
        await using var stores = Backend.Open(backend);
        var (reader, writer) = ((await stores.Server.AddAccountAsync()).Account, (await stores.Server.AddAccountAsync()).Account);
        var (mailbox, told) = (new MailboxKey(reader.Aci, 1), new MailboxKey(writer.Aci, 1));
        var mailboxes = stores.Server.Home.Mailboxes;
        var (hears, isTold) = (new Watcher(), new Watcher());
        mailboxes.Watch(mailbox, hears);
        mailboxes.Watch(told, isTold);
        var receipt = new DeliveryReceipt(writer.Aci, ServiceId.Aci(reader.Aci), 1, 7);
        Assert.True(await mailboxes.AppendAsync([Letter(mailbox, 7)]));
        var letter = Assert.Single(hears.Handed);

        // What comes while the writer is held is one batch of work, of which the last piece waits before the commit. Who is told is known
        // beforehand: in memory nobody reads while the writer is at work.
        Assert.NotNull(stores.Server.Home.Accounts.Find(ServiceId.Aci(writer.Aci)));
        using var begin = new Gate();
        using var end = new Gate();
        var first = stores.Database.WriteAsync(_ => begin.Pass());
        begin.WaitForSomebody(Cancellation);
        mailboxes.Acknowledge(mailbox, letter.Sequence, receipt, hears);
        var appended = mailboxes.AppendAsync([Letter(mailbox, 8)]);
        var last = stores.Database.WriteAsync(_ => end.Pass());
        begin.Open();
        try
        {
            end.WaitForSomebody(Cancellation);
            Assert.Equal((false, 1, 0, 0), (appended.IsCompleted, hears.Handed.Count, hears.Out, isTold.Handed.Count));
        }
        finally
        {
            end.Open();
        }

        Assert.True(await first && await last && await appended);
        await hears.WaitForTakenAsync(1);
        Assert.Equal((2, 1, 1), (hears.Handed.Count, hears.Out, isTold.Handed.Count));
    }

    private static NewLetter Letter(MailboxKey mailbox, int number) =>
        new(mailbox, new Envelope { ClientTimestamp = (ulong)number }.ToByteArray());

    private static int Number(Letter letter) => (int)Envelope.Parser.ParseFrom(letter.Envelope).ClientTimestamp;

    private static async Task AppendAsync(Backend stores, MailboxKey mailbox, int first, int count) => Assert.True(
        await stores.Server.Home.Mailboxes.AppendAsync([.. Enumerable.Range(first, count).Select(number => Letter(mailbox, number))]));

    private static List<Letter> ReadAll(Backend stores, MailboxKey mailbox)
    {
        var all = new List<Letter>();
        while (stores.Server.Home.Mailboxes.Read(mailbox, all.Count == 0 ? 0 : all[^1].Sequence) is { Count: > 0 } letters)
        {
            all.AddRange(letters);
        }

        return all;
    }

    private static async Task TakeOutAsync(Backend stores, MailboxKey mailbox, params Letter[] letters)
    {
        var watcher = new Watcher();
        foreach (var letter in letters)
        {
            stores.Server.Home.Mailboxes.Acknowledge(mailbox, letter.Sequence, letter.Receipt, watcher);
        }

        await watcher.WaitForTakenAsync(letters.Length);
    }

    /// <summary>Holds the writer's thread, and tells when it is held.</summary>
    private sealed class Gate : IDisposable
    {
        private readonly ManualResetEventSlim _open = new();
        private readonly ManualResetEventSlim _here = new();

        public bool Pass()
        {
            _here.Set();
            return _open.Wait(TimeSpan.FromMinutes(1));
        }

        public void Open() => _open.Set();

        public void WaitForSomebody(CancellationToken cancellation) => _here.Wait(cancellation);

        public void Dispose()
        {
            _open.Dispose();
            _here.Dispose();
        }
    }

    private sealed class Watcher : IMailboxWatcher
    {
        private readonly Channel<int> _taken = Channel.CreateUnbounded<int>();

        public ConcurrentQueue<Letter> Handed { get; } = [];

        public void Hand(Letter letter) => Handed.Enqueue(letter);

        public int Out { get; private set; }

        public void TakenOut(int letters)
        {
            Out += letters;
            _taken.Writer.TryWrite(letters);
        }

        public void NotTakenOut(int letters) => _taken.Writer.TryComplete();

        public void Gone()
        {
        }

        public async Task WaitForTakenAsync(int letters)
        {
            while (letters > 0)
            {
                letters -= await _taken.Reader.ReadAsync(TestContext.Current.CancellationToken);
            }
        }
    }
}
