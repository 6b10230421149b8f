using Fluister.Server.Mailboxes;
using Google.Protobuf;

namespace Fluister.ServerTests.Sockets;

/// <summary>Letters come in the order of the mailbox, whether they waited or have just been sent; the end of what waited is told
/// once.</summary>
public sealed class OrderTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(130)]
    public async Task The_end_is_told_once_after_what_waited(int waiting)
    {
        await using var scene = await SocketScene.StartAsync();
        await scene.SendAsync(Enumerable.Range(0, waiting));
        await using (var client = await scene.ConnectAsync())
        {
            Assert.Equal(Enumerable.Range(0, waiting), await SocketScene.TakeAsync(client, waiting));
            var end = await client.Incoming.ReadAsync(Cancellation);
            SocketScene.AssertEmpty(end);
            await client.AnswerAsync(end, Cancellation);

            // What comes later comes without an end.
            await scene.SendAsync(Enumerable.Range(waiting, 70));
            Assert.Equal(Enumerable.Range(waiting, 70), await SocketScene.TakeAsync(client, 70));
            await SocketScene.AssertSilentAsync(client);
            await scene.WaitForAsync(0);
        }

        // And on the next connection it is told again.
        await using var again = await scene.ConnectAsync();
        SocketScene.AssertEmpty(await again.Incoming.ReadAsync(Cancellation));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task What_waited_and_what_comes_meanwhile_come_in_order(string version)
    {
        const int Waiting = 300;
        const int All = 600;
        await using var scene = await SocketScene.StartAsync();
        await scene.SendAsync(Enumerable.Range(0, Waiting));
        var sending = Task.Run(() => scene.SendAsync(Enumerable.Range(Waiting, All - Waiting)), Cancellation);
        await using var client = await scene.ConnectAsync(version: new Version(version));
        var ends = 0;
        for (var next = 0; next < All || ends == 0;)
        {
            var request = await client.Incoming.ReadAsync(Cancellation);
            if (request.Path == "/api/v1/queue/empty")
            {
                Assert.InRange(next, Waiting, All);
                ends++;
                continue;
            }

            Assert.Equal(next++, SocketScene.Number(request));
            await client.AnswerAsync(request, Cancellation);
        }

        await sending;
        await scene.WaitForAsync(0);
        await SocketScene.AssertSilentAsync(client);
        Assert.Equal(1, ends);
    }

    [Fact]
    public async Task What_is_sent_while_a_client_does_not_answer_comes_in_order_when_it_does()
    {
        const int All = 900;
        await using var scene = await SocketScene.StartAsync();
        await using var client = await scene.ConnectAsync();
        SocketScene.AssertEmpty(await client.Incoming.ReadAsync(Cancellation));
        await scene.SendAsync(Enumerable.Range(0, All));
        Assert.Equal(Enumerable.Range(0, All), await SocketScene.TakeAsync(client, All));
        await scene.WaitForAsync(0);
    }

    [Fact]
    public async Task A_letter_that_was_read_before_it_was_handed_over_comes_once()
    {
        using var folder = new TemporaryFolder();
        await using var scene = await SocketScene.StartAsync(database: folder["server.sqlite"]);
        var other = new MailboxKey((await scene.Server.AddAccountAsync()).Account.Aci, 1);
        var mailbox = new MailboxKey(scene.Account.Account.Aci, 1);

        // Two letters of one commit; who is handed the first takes time, and meanwhile the device of the second connects and reads it. From
        // a file: in memory, readers wait for the writer.
        using var slow = new SlowWatcher();
        scene.Server.Home.Mailboxes.Watch(other, slow);
        var appended = scene.Server.Home.Mailboxes.AppendAsync([Letter(other, 0), Letter(mailbox, 1)]);
        SocketClient client;
        try
        {
            slow.WaitUntilHanded(Cancellation);
            client = await scene.ConnectAsync();
            Assert.Equal([1], await SocketScene.TakeAsync(client, 1));
            SocketScene.AssertEmpty(await client.Incoming.ReadAsync(Cancellation));
        }
        finally
        {
            slow.GoOn();
        }

        Assert.True(await appended);
        await scene.SendAsync([2]);
        Assert.Equal([2], await SocketScene.TakeAsync(client, 1));
        await SocketScene.AssertSilentAsync(client);
        await client.DisposeAsync();
    }

    [Fact]
    public async Task Answers_in_any_order_take_their_own_letter()
    {
        await using var scene = await SocketScene.StartAsync();
        await scene.SendAsync(Enumerable.Range(0, 200));
        await using (var client = await scene.ConnectAsync())
        {
            var held = new List<Wire.Protos.SocketRequest>();
            while (held.Count < 200)
            {
                held.Add(await client.Incoming.ReadAsync(Cancellation));
            }

            foreach (var request in held.AsEnumerable().Reverse().Where(request => SocketScene.Number(request) % 2 == 1))
            {
                await client.AnswerAsync(request, Cancellation);
            }

            await scene.WaitForAsync(100);
        }

        await using var again = await scene.ConnectAsync();
        Assert.Equal(Enumerable.Range(0, 100).Select(i => 2 * i), await SocketScene.TakeAsync(again, 100));
    }

    [Fact]
    public async Task Writers_who_race_are_each_heard_in_their_order_and_all_of_them_completely()
    {
        const int Writers = 8;
        const int Each = 40;
        await using var scene = await SocketScene.StartAsync();
        await using var client = await scene.ConnectAsync();
        SocketScene.AssertEmpty(await client.Incoming.ReadAsync(Cancellation));
        var sending = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(
            () => scene.SendAsync(Enumerable.Range(0, Each).Select(i => (1000 * writer) + i)), Cancellation)));
        var numbers = await SocketScene.TakeAsync(client, Writers * Each);
        await sending;
        foreach (var writer in numbers.GroupBy(number => number / 1000))
        {
            Assert.Equal(Enumerable.Range(0, Each), writer.Select(number => number % 1000));
        }

        Assert.Equal(Writers, numbers.DistinctBy(number => number / 1000).Count());
        await scene.WaitForAsync(0);
        await SocketScene.AssertSilentAsync(client);
    }

    private static NewLetter Letter(MailboxKey mailbox, int number) => new(
        mailbox,
        new Wire.Protos.Envelope { Content = ByteString.CopyFrom(BitConverter.GetBytes(number)), ClientTimestamp = 1 }.ToByteArray());

    /// <summary>One that does not return at once, as a watcher must.</summary>
    private sealed class SlowWatcher : IMailboxWatcher, IDisposable
    {
        private readonly ManualResetEventSlim _handed = new();
        private readonly ManualResetEventSlim _goesOn = new();

        public void WaitUntilHanded(CancellationToken cancellation) => _handed.Wait(cancellation);

        public void GoOn() => _goesOn.Set();

        public void Hand(Letter letter)
        {
            _handed.Set();
            _goesOn.Wait(TimeSpan.FromMinutes(1));
        }

        public void TakenOut(int letters)
        {
        }

        public void NotTakenOut(int letters)
        {
        }

        public void Gone()
        {
        }

        public void Dispose()
        {
            _handed.Dispose();
            _goesOn.Dispose();
        }
    }
}
