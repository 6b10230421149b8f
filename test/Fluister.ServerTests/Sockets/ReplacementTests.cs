using System.Collections.Concurrent;

namespace Fluister.ServerTests.Sockets;

/// <summary>A device has one connection: the later one.</summary>
public sealed class ReplacementTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1.1", "2.0")]
    [InlineData("2.0", "1.1")]
    public async Task The_earlier_is_closed_and_what_it_did_not_answer_comes_on_the_later(string one, string other)
    {
        await using var scene = await SocketScene.StartAsync(devices: 2);
        await scene.SendAsync([0, 1, 2]);
        await using var second = await scene.ConnectAsync(device: 2);
        await using var earlier = await scene.ConnectAsync(version: new Version(one));
        Assert.Equal([0], await SocketScene.TakeAsync(earlier, 1));
        await scene.WaitForAsync(2);
        await using var later = await scene.ConnectAsync(version: new Version(other));
        await earlier.WaitForEndAsync(Cancellation);
        Assert.Equal(4409, earlier.Code);
        Assert.Equal([1, 2], await SocketScene.TakeAsync(later, 2));
        SocketScene.AssertEmpty(await later.Incoming.ReadAsync(Cancellation));

        // New letters come here, and the account's other device keeps its connection.
        await scene.SendAsync([3]);
        Assert.Equal([3], await SocketScene.TakeAsync(later, 1));
        Assert.Equal([0, 1, 2], await SocketScene.TakeAsync(second, 3));
        SocketScene.AssertEmpty(await second.Incoming.ReadAsync(Cancellation));
        Assert.Equal([3], await SocketScene.TakeAsync(second, 1));
    }

    [Fact]
    public async Task The_end_of_the_earlier_does_not_take_the_later_from_its_mailbox()
    {
        await using var scene = await SocketScene.StartAsync();
        var earlier = await scene.ConnectAsync();
        SocketScene.AssertEmpty(await earlier.Incoming.ReadAsync(Cancellation));
        await using var later = await scene.ConnectAsync();
        SocketScene.AssertEmpty(await later.Incoming.ReadAsync(Cancellation));
        await earlier.WaitForEndAsync(Cancellation);
        await earlier.DisposeAsync();
        for (var i = 0; i < 20; i++)
        {
            await scene.SendAsync([i]);
            Assert.Equal([i], await SocketScene.TakeAsync(later, 1));
        }

        await scene.SendAsync(100, online: true);
        Assert.Equal([100], await SocketScene.TakeAsync(later, 1));
    }

    [Fact]
    public async Task While_connections_follow_each_other_nothing_is_lost_and_nothing_comes_after_its_receipt()
    {
        const int Writers = 5;
        const int Each = 40;
        await using var scene = await SocketScene.StartAsync();
        var confirmed = new ConcurrentDictionary<int, bool>();
        using var all = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var again = 0;
        var writers = new List<(TestAccount Account, SocketClient Told)>();
        for (var i = 0; i < Writers; i++)
        {
            var account = await scene.Server.AddAccountAsync();
            writers.Add((account, await scene.ConnectAsync(account: account)));
        }

        var told = writers.Select(writer => CollectAsync(writer.Told, number =>
        {
            again += confirmed.TryAdd(number, true) ? 0 : 1;
            if (again > 0 || confirmed.Count == Writers * Each)
            {
                all.Cancel();
            }
        })).ToList();
        var sending = Task.WhenAll(writers.Select((writer, i) => Task.Run(
            async () =>
            {
                for (var n = 0; n < Each; n++)
                {
                    await scene.SendAsync((1000 * i) + n, sender: writer.Account);
                }
            },
            Cancellation)));
        var came = new HashSet<int>();
        var clients = new List<SocketClient>();
        while (!all.IsCancellationRequested)
        {
            // What was confirmed before this connection was opened must not come on it.
            var before = confirmed.Keys.ToHashSet();
            clients.Add(await scene.ConnectAsync());
            var here = await TakeSomeAsync(clients[^1], 15, all.Token);
            Assert.Empty(here.Intersect(before));
            Assert.Equal(here.Distinct(), here);
            came.UnionWith(here);
        }

        await sending;
        Assert.Equal(0, again);
        Assert.Equal(Writers * Each, came.Count);
        Assert.Equal(0, scene.Waiting());
        foreach (var client in clients.Concat(writers.Select(writer => writer.Told)))
        {
            await client.DisposeAsync();
        }

        await Task.WhenAll(told);
    }

    // Takes letters until there are so many, or the connection ends, or everything is done.
    private static async Task<List<int>> TakeSomeAsync(SocketClient client, int most, CancellationToken done)
    {
        var numbers = new List<int>();
        try
        {
            while (numbers.Count < most && await client.Incoming.WaitToReadAsync(done))
            {
                while (numbers.Count < most && client.Incoming.TryRead(out var request))
                {
                    if (request.Path == "/api/v1/message")
                    {
                        numbers.Add(SocketScene.Number(request));
                        await client.AnswerAsync(request, Cancellation);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Everything is done.
        }

        return numbers;
    }

    private static async Task CollectAsync(SocketClient client, Action<int> confirm)
    {
        await foreach (var request in client.Incoming.ReadAllAsync(Cancellation))
        {
            if (request.Path == "/api/v1/message")
            {
                confirm((int)SocketScene.Letter(request).ClientTimestamp - 1000);
                await client.AnswerAsync(request, Cancellation);
            }
        }
    }
}
