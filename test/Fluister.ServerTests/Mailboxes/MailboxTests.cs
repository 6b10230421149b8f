using System.Threading.Channels;
using Fluister.Protocol.Addresses;
using Fluister.Server;
using Fluister.Server.Accounts;
using Fluister.Server.Mailboxes;
using Fluister.Server.Stores;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.ServerTests.Mailboxes;

/// <summary>What waits for devices: its order, its bounds, and what is stored once for many.</summary>
public sealed class MailboxTests
{
    [Fact]
    public async Task Letters_come_in_the_order_in_which_they_were_appended_until_each_is_acknowledged()
    {
        await using var server = new TestServer();
        var mailbox = await MailboxAsync(server);
        await AppendAsync(server, mailbox, 0, 150);
        Assert.Equal(Enumerable.Range(0, 150), Numbers(server, mailbox));
        var letters = server.Home.Mailboxes.Read(mailbox, 0);
        await AcknowledgeAsync(server, mailbox, [letters[1].Sequence, letters[3].Sequence]);
        Assert.Equal([0, 2, .. Enumerable.Range(4, 146)], Numbers(server, mailbox));

        // Not by another device.
        await AcknowledgeAsync(server, mailbox with { Device = 2 }, [letters[0].Sequence]);
        Assert.Equal(0, Numbers(server, mailbox)[0]);
    }

    [Fact]
    public async Task One_read_brings_a_bounded_number_of_letters_and_of_bytes()
    {
        await using var server = new TestServer();
        var mailbox = await MailboxAsync(server);
        await AppendAsync(server, mailbox, 0, 100);
        Assert.Equal(ServerLimits.LettersRead, server.Home.Mailboxes.Read(mailbox, 0).Count);
        var other = await MailboxAsync(server);
        await AppendAsync(server, other, 0, 20, size: 90 * 1024);
        var read = server.Home.Mailboxes.Read(other, 0);
        Assert.InRange(read.Sum(letter => letter.Envelope.Length), 1, ServerLimits.LettersReadBytes + (100 * 1024));
        Assert.Equal(20, Numbers(server, other).Count);
    }

    [Fact]
    public async Task What_nobody_fetched_in_time_is_not_delivered_and_then_deleted()
    {
        await using var server = new TestServer();
        var mailbox = await MailboxAsync(server);
        await AppendAsync(server, mailbox, 0, 2500);
        server.Clock.Advance(ServerLimits.MessageAge / 2);
        await AppendAsync(server, mailbox, 2500, 1);
        Assert.Equal(0, await server.Home.Mailboxes.PurgeAsync());
        server.Clock.Advance(ServerLimits.MessageAge / 2);
        Assert.Equal([2500], Numbers(server, mailbox));
        Assert.Equal(2501, Count(server, "letter"));
        Assert.Equal(2500, await server.Home.Mailboxes.PurgeAsync());
        Assert.Equal(1, Count(server, "letter"));
    }

    [Fact]
    public async Task A_primary_that_does_not_come_loses_its_oldest_letters()
    {
        await using var server = new TestServer();
        var mailbox = await MailboxAsync(server);
        await AppendAsync(server, mailbox, 0, ServerLimits.MailboxLetters);
        Assert.Equal(ServerLimits.MailboxLetters, Count(server, "letter"));
        await AppendAsync(server, mailbox, ServerLimits.MailboxLetters, 7);
        Assert.Equal(ServerLimits.MailboxLetters, Count(server, "letter"));
        Assert.Equal(7, Number(server.Home.Mailboxes.Read(mailbox, 0)[0]));

        // What was acknowledged makes room.
        var letters = server.Home.Mailboxes.Read(mailbox, 0);
        await AcknowledgeAsync(server, mailbox, [.. letters.Take(3).Select(letter => letter.Sequence)]);
        await AppendAsync(server, mailbox, 0, 3);
        Assert.Equal(10, Number(server.Home.Mailboxes.Read(mailbox, 0)[0]));
    }

    [Fact]
    public async Task A_linked_device_that_does_not_come_is_unlinked_and_its_account_goes_on()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync(devices: 2);
        var linked = new MailboxKey(account.Account.Aci, 2);
        var watcher = new Watcher();
        server.Home.Mailboxes.Watch(linked, watcher);
        await AppendAsync(server, linked, 0, ServerLimits.MailboxLetters);
        Assert.Equal(0, watcher.Ends);
        await AppendAsync(server, linked, 0, 1);
        Assert.Equal(1, watcher.Ends);
        Assert.Equal([Device.Primary], server.Home.Accounts.Find(account.Account.Aci)!.Devices.Select(device => device.Id));
        Assert.Equal(0, Count(server, "letter"));
        Assert.False(await server.Home.Mailboxes.AppendAsync([Letter(linked, 0, 1)]));
    }

    [Fact]
    public async Task What_goes_to_many_is_stored_once_and_goes_with_the_last_of_its_letters()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync(devices: 3);
        var other = await server.AddAccountAsync();
        MailboxKey[] mailboxes = [.. Enumerable.Range(1, 3).Select(device => new MailboxKey(account.Account.Aci, device)),
            new(other.Account.Aci, 1)];
        var shared = new byte[10_000];
        shared.AsSpan().Fill(0x5a);
        var letters = mailboxes.Select((mailbox, i) => Letter(mailbox, i, 48)).ToList();
        Assert.True(await server.Home.Mailboxes.AppendAsync(letters, shared));
        Assert.Equal((4, 1), (Count(server, "letter"), Count(server, "payload")));
        for (var i = 0; i < 4; i++)
        {
            var content = Envelope.Parser.ParseFrom(
                Assert.Single(server.Home.Mailboxes.Read(mailboxes[i], 0)).Envelope).Content.ToByteArray();
            Assert.Equal([0x22, .. Content(i, 48), .. shared], content);
        }

        // By acknowledgement, with a device, with an account, by age: whichever is the last.
        var first = server.Home.Mailboxes.Read(mailboxes[0], 0)[0];
        await AcknowledgeAsync(server, mailboxes[0], [first.Sequence]);
        await server.Database.WriteAsync(session => session.Run("DELETE FROM device WHERE id = 2"));
        await server.Database.WriteAsync(session => { AccountStore.Delete(session, account.Account.Aci); return 0; });
        Assert.Equal((1, 1), (Count(server, "letter"), Count(server, "payload")));
        server.Clock.Advance(ServerLimits.MessageAge);
        await server.Home.Mailboxes.PurgeAsync();
        Assert.Equal((0, 0), (Count(server, "letter"), Count(server, "payload")));
    }

    [Fact]
    public async Task Letters_of_one_sending_are_appended_all_or_none()
    {
        await using var server = new TestServer();
        var mailbox = await MailboxAsync(server);
        Assert.False(await server.Home.Mailboxes.AppendAsync([Letter(mailbox, 0, 1), Letter(mailbox with { Device = 5 }, 1, 1)],
            new byte[9]));
        Assert.Equal((0, 0), (Count(server, "letter"), Count(server, "payload")));
    }

    [Fact]
    public async Task What_goes_to_many_is_handed_to_all_of_them_and_copied_for_none()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync(devices: 2);
        MailboxKey[] mailboxes = [new(account.Account.Aci, 1), new(account.Account.Aci, 2)];
        var watcher = new Watcher();
        Array.ForEach(mailboxes, mailbox => server.Home.Mailboxes.Watch(mailbox, watcher));
        var shared = new byte[10_000];
        shared.AsSpan().Fill(0x5a);
        Assert.True(await server.Home.Mailboxes.AppendAsync([.. mailboxes.Select((mailbox, i) => Letter(mailbox, i, 48))], shared));
        Assert.Equal([shared.Length, shared.Length], watcher.Handed.Select(letter => letter.Shared.Length));
        Assert.True(watcher.Handed[0].Shared.Equals(watcher.Handed[1].Shared));
        Assert.All(mailboxes.Zip(watcher.Handed), pair =>
            Assert.Equal(Assert.Single(server.Home.Mailboxes.Read(pair.First, 0)).Envelope, pair.Second.Whole));
        Assert.All(watcher.Handed, letter => Assert.InRange(letter.Whole.Length, shared.Length, letter.Size + 10));
    }

    [Fact]
    public async Task Messages_of_more_bytes_than_may_wait_are_refused_and_the_rest_is_kept()
    {
        await using var server = new TestServer();
        var mailbox = await MailboxAsync(server);
        using var gate = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var blocked = server.Database.WriteAsync(_ =>
        {
            begun.Set();
            return gate.Wait(TimeSpan.FromMinutes(1));
        });
        begun.Wait(TestContext.Current.CancellationToken);
        server.Database.Post(new Heavy(ServerLimits.WaitingBytes - 100));
        var kept = AppendAsync(server, mailbox, 0, 1, size: 200);
        var refused = Record.ExceptionAsync(() => AppendAsync(server, mailbox, 1, 1));
        gate.Set();
        await Task.WhenAll(blocked, kept);
        Assert.IsType<StoreBusyException>(await refused);
        await AppendAsync(server, mailbox, 2, 1);
        Assert.Equal([0, 2], server.Home.Mailboxes.Read(mailbox, 0).Select(Number));
    }

    [Fact]
    public async Task The_later_of_two_watchers_hears_and_the_earlier_cannot_end_it()
    {
        await using var server = new TestServer();
        var mailbox = await MailboxAsync(server);
        var (earlier, later) = (new Watcher(), new Watcher());
        server.Home.Mailboxes.Watch(mailbox, earlier);
        server.Home.Mailboxes.Watch(mailbox, later);
        server.Home.Mailboxes.Unwatch(mailbox, earlier);
        await AppendAsync(server, mailbox, 0, 1);
        server.Home.Mailboxes.Offer([Letter(mailbox, 1, 1)]);
        Assert.Equal((0, 2), (earlier.Handed.Count, later.Handed.Count));
    }

    private static async Task<MailboxKey> MailboxAsync(TestServer server) =>
        new((await server.AddAccountAsync()).Account.Aci, Device.Primary);

    private static byte[] Content(int number, int size)
    {
        var content = new byte[Math.Max(size, 4)];
        BitConverter.TryWriteBytes(content, number);
        return content;
    }

    private static NewLetter Letter(MailboxKey mailbox, int number, int size)
    {
        var envelope = new Envelope
        {
            Content = ByteString.CopyFrom(Content(number, size)),
            DestinationServiceId = ByteString.CopyFrom(ServiceId.Aci(mailbox.Aci).ToBytes()),
        };
        return new NewLetter(mailbox, envelope.ToByteArray());
    }

    private static async Task AppendAsync(TestServer server, MailboxKey mailbox, int first, int count, int size = 4)
    {
        foreach (var some in Enumerable.Range(first, count).Chunk(1000))
        {
            Assert.True(await server.Home.Mailboxes.AppendAsync([.. some.Select(number => Letter(mailbox, number, size))]));
        }
    }

    private static List<int> Numbers(TestServer server, MailboxKey mailbox)
    {
        var numbers = new List<int>();
        var last = 0L;
        while (server.Home.Mailboxes.Read(mailbox, last) is { Count: > 0 } letters)
        {
            numbers.AddRange(letters.Select(Number));
            last = letters[^1].Sequence;
        }

        return numbers;
    }

    private static async Task AcknowledgeAsync(TestServer server, MailboxKey mailbox, IReadOnlyList<long> sequences)
    {
        var watcher = new Watcher();
        foreach (var sequence in sequences)
        {
            server.Home.Mailboxes.Acknowledge(mailbox, sequence, null, watcher);
        }

        await watcher.WaitForTakenAsync(sequences.Count);
    }

    private static int Number(Letter letter) => BitConverter.ToInt32(Envelope.Parser.ParseFrom(letter.Envelope).Content.Span);

    private static int Count(TestServer server, string table) =>
        server.Database.Read(session => session.First($"SELECT COUNT(*) FROM {table}", row => row.GetInt32(0)));

    private sealed class Heavy(int bytes) : DatabaseWork
    {
        public override int Bytes => bytes;

        public override void Run(SqliteSession session)
        {
        }

        public override void Complete()
        {
        }

        public override void Fail(Exception failure)
        {
        }
    }

    private sealed class Watcher : IMailboxWatcher
    {
        private readonly Channel<int> _taken = Channel.CreateUnbounded<int>();

        public List<Letter> Handed { get; } = [];

        public int Failures { get; private set; }

        public int Ends { get; private set; }

        public void Hand(Letter letter) => Handed.Add(letter);

        public void TakenOut(int letters) => _taken.Writer.TryWrite(letters);

        public void NotTakenOut(int letters) => Failures += letters;

        public void Gone() => Ends++;

        public async Task WaitForTakenAsync(int letters)
        {
            while (letters > 0)
            {
                letters -= await _taken.Reader.ReadAsync(TestContext.Current.CancellationToken);
            }
        }
    }
}
