using Fluister.Server;
using Fluister.Wire.Protos;

namespace Fluister.ServerTests.Sockets;

/// <summary>Letters for devices that are connected now or never, and letters that a device may not want: stories.</summary>
public sealed class EphemeralTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_for_connected_devices_reaches_those_alone_and_is_kept_nowhere()
    {
        await using var scene = await SocketScene.StartAsync(devices: 2);
        await scene.SendAsync(1, online: true);
        Assert.Equal((0, 0), (scene.Waiting(1), scene.Waiting(2)));
        await using (var client = await scene.ConnectAsync())
        {
            SocketScene.AssertEmpty(await client.Incoming.ReadAsync(Cancellation));
            await scene.SendAsync(2, online: true);

            // Neither an answer of success nor another nor none makes it one that is kept.
            await scene.SendAsync(3, online: true);
            await scene.SendAsync(4, online: true);
            Assert.Equal([2], await SocketScene.TakeAsync(client, 1));
            Assert.Equal([3], await SocketScene.TakeAsync(client, 1, status: 500));
            Assert.Equal(4, SocketScene.Number(await client.Incoming.ReadAsync(Cancellation)));
            await SocketScene.AssertSilentAsync(client);
        }

        Assert.Equal((0, 0), (scene.Waiting(1), scene.Waiting(2)));
        await using var again = await scene.ConnectAsync();
        SocketScene.AssertEmpty(await again.Incoming.ReadAsync(Cancellation));
        await using var other = await scene.ConnectAsync(2);
        SocketScene.AssertEmpty(await other.Incoming.ReadAsync(Cancellation));
    }

    [Fact]
    public async Task One_that_waited_too_long_for_its_turn_is_dropped_and_what_is_kept_is_not()
    {
        await using var scene = await SocketScene.StartAsync();
        await scene.SendAsync(Enumerable.Range(0, ServerLimits.InFlight));
        await using var client = await scene.ConnectAsync();
        var first = await client.Incoming.ReadAsync(Cancellation);
        for (var i = 1; i < ServerLimits.InFlight; i++)
        {
            await client.Incoming.ReadAsync(Cancellation);
        }

        SocketScene.AssertEmpty(await client.Incoming.ReadAsync(Cancellation));
        await scene.SendAsync(1000, online: true);
        scene.Server.Clock.Advance(ServerLimits.OfferAge + TimeSpan.FromMilliseconds(1));
        await scene.SendAsync(2000);
        await client.AnswerAsync(first, Cancellation);
        Assert.Equal([2000], await SocketScene.TakeAsync(client, 1));
        await SocketScene.AssertSilentAsync(client);
    }

    [Fact]
    public async Task Of_many_for_a_device_that_does_not_answer_the_newest_are_kept_for_it()
    {
        const int Offered = 3 * ServerLimits.OfferedLetters;
        await using var scene = await SocketScene.StartAsync();
        await scene.SendAsync(Enumerable.Range(0, ServerLimits.InFlight));
        await using var client = await scene.ConnectAsync();
        var held = new List<SocketRequest>();
        while (held.Count < ServerLimits.InFlight)
        {
            held.Add(await client.Incoming.ReadAsync(Cancellation));
        }

        SocketScene.AssertEmpty(await client.Incoming.ReadAsync(Cancellation));
        for (var i = 0; i < Offered; i++)
        {
            await scene.SendAsync(1000 + i, online: true);
        }

        foreach (var request in held)
        {
            await client.AnswerAsync(request, Cancellation);
        }

        await scene.WaitForAsync(0);
        var came = new List<int>();
        while (came.Count == 0 || came[^1] != 1000 + Offered - 1)
        {
            came.AddRange(await SocketScene.TakeAsync(client, 1));
        }

        // One more may have waited for room by itself.
        Assert.InRange(came.Count, ServerLimits.OfferedLetters, ServerLimits.OfferedLetters + 1);
        Assert.Equal(came.Order(), came);
        Assert.Equal(
            Enumerable.Range(1000 + Offered - ServerLimits.OfferedLetters, ServerLimits.OfferedLetters),
            came.TakeLast(ServerLimits.OfferedLetters));
    }

    [Fact]
    public async Task Ephemeral_and_kept_letters_of_one_connection_are_all_delivered()
    {
        await using var scene = await SocketScene.StartAsync();
        await using var client = await scene.ConnectAsync();
        SocketScene.AssertEmpty(await client.Incoming.ReadAsync(Cancellation));
        var sending = Task.Run(
            async () =>
            {
                for (var i = 0; i < 30; i++)
                {
                    await scene.SendAsync(i);
                    await scene.SendAsync(1000 + i, online: true);
                }
            },
            Cancellation);
        var numbers = await SocketScene.TakeAsync(client, 60);
        await sending;
        Assert.Equal(Enumerable.Range(0, 30), numbers.Where(number => number < 1000));
        Assert.Equal(Enumerable.Range(1000, 30), numbers.Where(number => number >= 1000));
        await scene.WaitForAsync(0);
    }

    [Fact]
    public async Task A_story_comes_to_one_who_asks_for_stories()
    {
        await using var scene = await SocketScene.StartAsync();
        await scene.SendAsync(1, story: true);
        await using var client = await scene.ConnectAsync(stories: true);
        var request = await client.Incoming.ReadAsync(Cancellation);
        Assert.True(SocketScene.Letter(request).Story);
        Assert.Equal(1, SocketScene.Number(request));
    }

    [Fact]
    public async Task A_story_is_taken_for_one_who_does_not_and_the_letters_around_it_come()
    {
        await using var scene = await SocketScene.StartAsync();
        await scene.SendAsync(0);
        await scene.SendAsync(1, story: true);
        await scene.SendAsync(2);
        await using var client = await scene.ConnectAsync();
        Assert.Equal([0, 2], await SocketScene.TakeAsync(client, 2));
        SocketScene.AssertEmpty(await client.Incoming.ReadAsync(Cancellation));
        await scene.WaitForAsync(0);

        // More of them than may be in flight hold nothing up.
        for (var i = 0; i < ServerLimits.InFlight + 10; i++)
        {
            await scene.SendAsync(10 + i, story: true);
        }

        await scene.SendAsync(3);
        Assert.Equal([3], await SocketScene.TakeAsync(client, 1));
        await scene.WaitForAsync(0);
        await SocketScene.AssertSilentAsync(client);
    }
}
